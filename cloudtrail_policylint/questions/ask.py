"""The decision on one request by the policies in view, and what of them is not in view."""

from __future__ import annotations

from functools import cache
from itertools import islice

from ..base.errors import UsageError
from ..base.lazy_regex import regex
from ..base.record import record, replaced
from ..decisions.call import availability, no_action
from ..decisions.conditions import having
from ..decisions.decision import (
    BOUNDARY,
    IDENTITY,
    PROTECTED,
    RESOURCE_POLICY,
    SCP,
    TRUST,
    Decider,
    Decision,
    Policies,
    is_protected,
    resource_kind,
)
from ..decisions.documents import document as document_of
from ..decisions.principals import OF_ACCOUNTS, ROOT
from ..decisions.principals import ROLE as A_ROLE
from ..decisions.principals import USER as A_USER
from ..decisions.reasons import ALLOW, LACKS, Cause, causes
from ..decisions.request import Request
from ..decisions.values import (
    alternatives,
    form,
    holes,
    known,
    literal,
    match,
    opened,
    tokens,
    written,
)
from ..iam.arns import ACCOUNT_ID, FIELDS, PARTITION, RESOURCE, SERVICE, split
from ..iam.patterns import MAYBE, NO, YES, parse
from ..setups.model import as_optional
from ..tree.nodes import Hole, Piece
from . import managed, nearest
from .constants import THE_ACCOUNT, settled, settled_parts
from .resources import check_keys, is_about_everything
from .who import USUAL_PARTITION, candidates, is_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..decisions.conditions import Key
    from ..decisions.principals import Principal
    from ..decisions.values import Parts
    from ..iam.policy import Document
    from .view import Guarded, Named, OnTargets, View
    from .who import Who

    Accounts = tuple[str | None, str | None, str]
    """The accounts of the principal and the resource, where they are known, and the partition."""

MAX_TRIED = 50
"""Resources of Allow statements that are tried where a question is about any."""
MAX_ACTIONS = 500
"""Actions that a pattern may stand for."""
_ACTION = regex(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_ACCOUNT = regex(r"\d{12}")
_ROOT_ID = regex(r"r-[0-9a-z]{4,32}")
_KEY = regex(r"[A-Za-z0-9./-]+:[^\s=]+")
_FULL_ACCESS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_NO_CONTEXT: Mapping[str, tuple[str, ...]] = {}


@record
class Question:
    """Who, what and on what; ``context`` is what is known of condition keys, ``account`` the resource's."""

    principal: str
    action: str
    resource: str | None = None
    context: Mapping[str, tuple[str, ...]] = _NO_CONTEXT
    account: str | None = None


@record
class Answered:
    """The answer to *question*: the decision on the request, the reasons, and what is not in view.

    ``resource`` is what was asked about, completed, and ``policies`` those that were asked. ``whole`` is False
    where a file in view was not read completely, and ``one_of_several`` True where another resource that
    it may be about has another answer.
    """

    question: Question
    who: Who
    action: str
    resource: str
    decision: Decision
    causes: tuple[Cause, ...]
    not_in_view: tuple[str, ...]
    policies: Policies
    request: Request
    whole: bool = True
    one_of_several: bool = False

    @property
    def verdict(self) -> int:
        """Whether it is allowed: what was not read may allow what no statement denies."""
        if not self.whole and self.decision.allowed == NO and self.decision.denied != YES:
            return MAYBE
        return self.decision.allowed

    @property
    def word(self) -> str:
        """The answer in one word: ``allowed``, ``denied``, ``not-allowed`` or ``unknown``."""
        if self.verdict == YES:
            return "allowed"
        if self.decision.denied == YES:
            return "denied"
        return "not-allowed" if self.verdict == NO else "unknown"


def actions_of(text: str) -> list[str]:
    """The actions that *text* stands for: itself, or those of a pattern; raises ``UsageError``."""
    if not _ACTION.fullmatch(text):
        raise UsageError(f"{text}: not an action: a service and a name, such as s3:GetObject")
    catalogue = availability().catalogue
    prefix = text.partition(":")[0].lower()
    if "*" in text or "?" in text:
        found = [one.full_name for one in catalogue.expand(prefix, parse(text.lower()))]
        if not found:
            raise UsageError(f"{text}: no action matches")
        return found[:MAX_ACTIONS]
    missing = no_action(text)
    if missing is not None:
        raise UsageError(missing)
    action = catalogue.action(text)
    return [action.full_name if action is not None else text]


def context_of(given: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The condition keys of ``KEY=VALUE`` texts; a key may be there several times, and must exist."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not _KEY.fullmatch(key):
            raise UsageError(f"--context {text}: not KEY=VALUE, such as aws:SourceIp=192.0.2.1")
        found[key] = (*found.get(key, ()), value)
    check_keys(tuple(found))
    return found


def checked_account(account: str | None) -> str | None:
    """*account*, which must have twelve digits; raises ``UsageError``."""
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise UsageError(f"--account {account}: not an account id: it has twelve digits")
    return account


class Asker:
    """Answers questions by the policies of *view*."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._decider = Decider()
        self._settled: dict[tuple[int, str | None, str | None], tuple[Document, Document]] = {}
        self._optional: dict[int, tuple[Document, Document]] = {}
        self._candidates: dict[str, str] = {}

    # -- one request

    def ask(self, who: Who, question: Question) -> Answered:
        """The answer to *question* about *who*; of several resources that it may be, what holds for all."""
        action = question.action
        own = self._account_of(who, question)
        found = [
            self._answered(who, question, action, parts, accounts, setup)
            for parts, accounts, setup in self._targets(question, own)
        ]
        first = found[0]
        if len({one.verdict for one in found}) > 1:
            first = next((one for one in found if one.verdict == MAYBE), first)
            decision = first.decision
            decision = replaced(decision, allowed=MAYBE, denied=min(MAYBE, decision.denied))
            first = replaced(first, decision=decision, one_of_several=True)
        if first.decision.allowed == MAYBE and self._is_any(question.resource):
            return self._on_some_resource(found, who, question, own) or first
        return first

    def _is_any(self, resource: str | None) -> bool:
        """Whether a question is about any resource, or about those that a pattern or a name stands for."""
        if resource is None or "*" in resource or "?" in resource:
            return True
        return not resource.startswith("arn:") and not self.named(resource)

    def named(self, text: str | None) -> Sequence[Named]:
        """The resources in the files that *text* names."""
        if text is None:
            return ()
        return self.view.named.get(text) or self.view.placed.get(text) or ()

    def _targets(
        self, question: Question, accounts: Accounts
    ) -> Iterator[tuple[Parts, Accounts, object]]:
        """What the request may be about, with the accounts of both, and what that is made with."""
        own, other, partition = accounts
        named = self.named(question.resource)
        if not named or is_about_everything(question.action):
            for parts in self.resources(question, other, partition):
                yield parts, accounts, None
            return
        for one in named:
            of = question.account or one.account or other
            both = (own or of, of, partition)
            yield settled_parts(one.arn, of, partition), both, one.setup

    def _on_some_resource(
        self,
        found: Sequence[Answered],
        who: Who,
        question: Question,
        accounts: Accounts,
    ) -> Answered | None:
        """The answer about a resource that an Allow names: where it is allowed, or open for another reason.

        Who asks about any resource, a pattern or a name, asks whether there is one.
        """
        own, other, partition = accounts
        best = None
        for request, resource in islice(_named_by_allows(found), MAX_TRIED):
            narrow = _narrowed(request.resource, resource)
            if narrow is None:
                continue
            account = known(split(narrow)[ACCOUNT_ID])
            of = (own or account, other or account, partition)
            answered = self._answered(who, question, question.action, narrow, of)
            if answered.verdict == YES:
                return answered
            if answered.verdict == MAYBE and any(one.effect == ALLOW for one in answered.causes):
                best = best or answered
        return best

    def completed(self, question: Question) -> str:
        """What *question* is about, with a wildcard for what is not known of it."""
        first = self.resources(question, question.account, USUAL_PARTITION)[0]
        return nearest.shown(written(first))

    def policies_of_resource(self, question: Question) -> list[Document]:
        """The policies in view of what *question* is about."""
        account, partition = question.account, USUAL_PARTITION
        return [
            document
            for parts in self.resources(question, account, partition)
            for document in (
                *[one for of, _ in self._guarded(parts, account, partition) for one in of.policies],
                *self._trust_of(question.action, parts),
            )
        ]

    def _trust_of(self, action: str, role: Parts) -> list[Document]:
        """The trust policies of *role* where *action* is to assume it."""
        if not action.lower().startswith("sts:assumerole"):
            return []
        name = (known(role) or written(role)).rpartition("/")[2]
        found = [one for one in self.view.identities if one.trust and is_named(one, name) != NO]
        return [document for one in found for document in one.trust]

    def _account_of(self, who: Who, question: Question) -> Accounts:
        """The accounts of principal and resource, and the partition."""
        principal = who.principal
        own = known(principal.account) if principal.account is not None else None
        partition = USUAL_PARTITION
        fields = split(principal.arn) if principal.arn is not None else []
        if len(fields) == FIELDS and known(fields[PARTITION]):
            partition = known(fields[PARTITION]) or partition
        resource = question.resource or ""
        parts = resource.split(":", FIELDS - 1)
        of_arn = None
        if len(parts) == FIELDS and parts[0] == "arn":
            of_arn = parts[4] if _ACCOUNT.fullmatch(parts[4]) else None
            if own is None and parts[1] and "*" not in parts[1]:
                partition = parts[1]
        other = question.account or of_arn
        return own or other, other or own, partition

    def resources(self, question: Question, account: str | None, partition: str) -> list[Parts]:
        """What the request may be about: the ARN, or what a bare name stands for."""
        action = availability().catalogue.action(question.action)
        text = question.resource
        if is_about_everything(question.action):
            return [literal("*")]
        named = self.named(text)
        if named:
            return [
                settled_parts(one.arn, account or one.account or None, partition) for one in named
            ]
        if text is not None and text.startswith("arn:"):
            return [opened(literal(text)) if "*" in text or "?" in text else literal(text)]
        if action is None or action.types is None:
            return [form("{any}") if text is None or text == "*" else literal(text)]
        found = [_of_type(one.operand.text, text, account, partition) for one in action.types]
        return [settled_parts(one, account, partition) for one in found]

    def _answered(
        self,
        who: Who,
        question: Question,
        action: str,
        resource: Parts,
        accounts: Accounts,
        setup: object = None,
    ) -> Answered:
        own, other, partition = accounts
        principal = _settled_principal(who.principal, own, partition)
        guarded = self._guarded(resource, other, partition)
        constants = frozenset().union(
            who.identity.constants if who.identity else frozenset(),
            *[one.constants for one, _ in guarded],
        )
        account = literal(other) if other is not None else principal.account
        if setup is not None and who.identity is not None and setup is not who.identity.setup:
            constants -= holes([resource])  # spelled alike in another module or template
        shared = constants | {THE_ACCOUNT}
        context = {name: self._key(name, values) for name, values in question.context.items()}
        request = Request(
            principal,
            action,
            resource,
            available=availability(),
            resource_account=account,
            context=context,
            shared=shared,
        )
        policies = self._policies(who, request, guarded, own, partition)
        decision = _if_not_of_aws(self._decider.decide(request, policies), request)
        if not who.certain and decision.allowed != MAYBE:
            decision = replaced(decision, allowed=MAYBE, denied=min(MAYBE, decision.denied))
        found = nearest.kept(_written(causes(decision, request)), action)
        return Answered(
            question,
            who,
            action,
            nearest.shown(written(resource)),
            decision,
            (*_of_root(decision, request), *found),
            tuple(self._not_in_view(who, request, policies)),
            policies,
            request,
            not self.view.unread,
        )

    def _key(self, name: str, values: Sequence[str]) -> Key:
        return having(*[literal(one) for one in values], many=availability().has_many(name))

    # -- policies

    def _policies(
        self,
        who: Who,
        request: Request,
        guarded: Sequence[tuple[Guarded, int]],
        account: str | None,
        partition: str,
    ) -> Policies:
        view = self.view
        identity = who.identity
        unknown: set[str] = set()
        is_person = request.principal.kind in OF_ACCOUNTS
        loose = view.loose if identity is None and is_person else ()
        if identity is None and not loose and is_person and request.principal.kind != ROOT:
            unknown.add(IDENTITY)
        own: list[Document] = [one for one in loose if one.kinds != (BOUNDARY,)]
        if not loose and IDENTITY in unknown:
            own = [self._made_optional(one) for one in view.unattached]
        boundaries = [one for one in loose if one.kinds == (BOUNDARY,)]
        if identity is not None:
            unknown |= identity.open
            service = request.service
            own = [*identity.policies, *_known_texts(identity.unseen, service, IDENTITY, unknown)]
            boundaries = [
                *identity.boundaries,
                *_known_texts(identity.unseen_boundaries, service, BOUNDARY, unknown),
            ]
        resource = self._of_resource(request, guarded, unknown)
        return Policies(
            identity=self._all(own, account, partition),
            resource=self._all(resource, account, partition),
            boundaries=self._all(boundaries, account, partition),
            scps=self._levels(view.scps, account, partition),
            rcps=self._rcps(view.rcps, account, partition),
            endpoint=self._all(view.endpoints, account, partition) if _is_through(request) else (),
            unknown=frozenset(unknown),
        )

    def _all(
        self, documents: Iterable[Document], account: str | None, partition: str
    ) -> tuple[Document, ...]:
        found = []
        for one in documents:
            key = (id(one), account, partition)
            if key not in self._settled:
                self._settled[key] = (one, settled(one, account, partition))
            found.append(self._settled[key][1])
        return tuple(found)

    def _made_optional(self, document: Document) -> Document:
        if id(document) not in self._optional:
            self._optional[id(document)] = (document, as_optional(document))
        return self._optional[id(document)][1]

    def _on(self, policies: Sequence[OnTargets], account: str | None) -> list[Document]:
        """Those of *policies* that are on *account*, as far as that is known."""
        found = []
        for one in policies:
            accounts = [target for target in one.targets if _ACCOUNT.fullmatch(target)]
            others = len(one.targets) - len(accounts)
            everywhere = any(_ROOT_ID.fullmatch(target) for target in one.targets)
            if not one.targets or everywhere or account in accounts:
                found.append(one.document)
            elif others or account is None:
                found.append(self._made_optional(one.document))
        return found

    def _levels(
        self, policies: Sequence[OnTargets], account: str | None, partition: str
    ) -> tuple[tuple[Document, ...], ...]:
        """Service control policies as one level, beside AWS's own that allows all.

        Whether that one is still attached beside a list of what is allowed is not in view.
        """
        found = self._on(policies, account)
        if not found:
            return ()
        lists = any(
            statement.effect is None or statement.effect.literal != "Deny"
            for one in found
            for statement in one.statements
        )
        full = _full_access()
        if lists:
            full = self._made_optional(full)
        return (self._all((*found, full), account, partition),)

    def _rcps(
        self, policies: Sequence[OnTargets], account: str | None, partition: str
    ) -> tuple[tuple[Document, ...], ...]:
        found = self._on(policies, account)
        return (self._all(found, account, partition),) if found else ()

    def _guarded(
        self, resource: Parts, account: str | None, partition: str
    ) -> list[tuple[Guarded, int]]:
        """The resources in view with policies that *resource* is, or is a part of."""
        fields = split(resource)
        if len(fields) < FIELDS:
            return []
        wanted = resource
        if known(fields[SERVICE]) == "s3":
            wanted = (*_joined(fields[:RESOURCE]), *literal(":"), *_up_to_slash(fields[RESOURCE]))
        found = []
        for one in self.view.guarded:
            arn = settled_parts(one.arn, account, partition)
            verdict = _same(arn, wanted, one.constants)
            if verdict != NO:
                found.append((one, verdict))
        certain = [pair for pair in found if pair[1] == YES]
        return certain or found

    def _of_resource(
        self, request: Request, guarded: Sequence[tuple[Guarded, int]], unknown: set[str]
    ) -> list[Document]:
        """The policies of the resource; a type of which something is missing is added to *unknown*."""
        kind = resource_kind(request)
        if kind == TRUST:
            return self._trust(request, unknown)
        found: list[Document] = []
        for one, verdict in guarded:
            found += one.policies if verdict == YES else map(self._made_optional, one.policies)
            if not one.complete:
                unknown.add(RESOURCE_POLICY)
        if not guarded:
            found += [one for one in self.view.loose_resources if kind in one.kinds]
        is_key = request.service == "kms" and not request.is_about_everything
        if is_key and not found:
            unknown.add(RESOURCE_POLICY)  # each key has a policy
        return found

    def _trust(self, request: Request, unknown: set[str]) -> list[Document]:
        """The trust policies of the role that *request* is for."""
        last = request.resource[-1]
        text = last.text if isinstance(last, Piece) else None
        name = (text or "").rpartition("/")[2]
        found: list[Document] = []
        for one in self.view.identities:
            if one.kind not in (A_ROLE, "") or not one.trust:
                continue
            verdict = is_named(one, name) if text is not None else MAYBE
            same = one.arn is not None and _same(one.arn, request.resource, one.constants) == YES
            if same or verdict == YES:
                found += one.trust
            elif verdict == MAYBE:
                found += map(self._made_optional, one.trust)
        found = found or [one for one in self.view.loose_resources if TRUST in one.kinds]
        if not found:
            unknown.add(RESOURCE_POLICY)
        return found

    # -- what is not in view

    def _not_in_view(self, who: Who, request: Request, policies: Policies) -> Iterator[str]:
        yield from self.view.not_read()
        is_person = request.principal.kind in OF_ACCOUNTS and request.principal.kind != ROOT
        if is_person:
            yield from self._of_principal(who, request, policies)
            yield from self._of_organization(request)
        elif request.principal.kind == ROOT:
            yield from self._of_organization(request)
            if self.view.scps:
                yield "whether it is the management account: no service control policy limits that one"
        elif request.reaches_rcps and not self.view.rcps:
            yield "resource control policies: none in these files"
        if request.principal.kind == A_ROLE:
            yield "session policies: only who assumes the role knows them"
        if self.view.endpoints and not _is_through(request):
            yield "VPC endpoints: the request is taken to use none; else say --context aws:SourceVpce=ID"
        kind = resource_kind(request)
        if kind != RESOURCE_POLICY and not policies.resource and not request.is_about_everything:
            what = "the trust policy of the role" if kind == TRUST else "a policy of the resource"
            about = nearest.shown(written(request.resource))
            yield f"{what}: none in these files for {about}"

    def _of_principal(self, who: Who, request: Request, policies: Policies) -> Iterator[str]:
        """What is not in view of the policies of *who*."""
        identity = who.identity
        if identity is None:
            if policies.identity and IDENTITY not in policies.unknown:
                place = policies.identity[0].span.source.path
                yield f"{who.label}: taken to have the policies without an owner, such as {place}"
            else:
                yield f"{who.label}: no policy of it is in these files{self._near(who)}"
            if policies.identity and IDENTITY in policies.unknown:
                name = policies.identity[0].owner.name
                yield f"who has the policies that nothing here attaches, such as {name}"
            if not policies.boundaries:
                yield "a permissions boundary: none in these files"
            return
        if not who.certain:
            yield f"{who.label}: may be {identity.owner.name}, whose name is not known"
        for arn in (*identity.unseen, *identity.unseen_boundaries):
            if managed.document(arn, request.service) is None:
                yield f"{arn}: attached to {identity.owner.name}, its text is not known"
        if identity.open:
            yield f"{identity.owner.name}: a policy of it has a value that is not known"

    def _near(self, who: Who) -> str:
        """The identities in view with names like that of *who*, for a message."""
        if who.principal.kind not in (A_ROLE, A_USER):
            return ""
        if who.label not in self._candidates:
            self._candidates[who.label] = candidates(self.view, who.label)
        return self._candidates[who.label]

    def _of_organization(self, request: Request) -> Iterator[str]:
        """What is not in view of the policies of the organization."""
        if not self.view.scps:
            yield "service control policies: none in these files"
        elif not any(one.targets for one in self.view.scps):
            yield "what the service control policies are attached to: taken to be this account"
        if request.reaches_rcps and not self.view.rcps:
            yield "resource control policies: none in these files"


@cache
def _full_access() -> Document:
    return document_of(_FULL_ACCESS, SCP, "FullAWSAccess")


def _is_through(request: Request) -> bool:
    """Whether *request* is known to come through a VPC endpoint."""
    return (
        request.key("aws:sourcevpce").present == YES
        or request.key("aws:sourcevpcarn").present == YES
    )


def _same(one: Parts, other: Parts, shared: frozenset[str]) -> int:
    """Whether two ARNs are one, whatever is not known of them."""
    from ..decisions.values import agreed

    return agreed(
        match(tokens(a, wild=False), b, shared)
        for a in alternatives(one, shared)
        for b in alternatives(other, shared)
    )


def _known_texts(arns: Iterable[str], service: str, kind: str, unknown: set[str]) -> list[Document]:
    """What the managed policies *arns* of AWS say of *service*; *kind* is added to *unknown* for others."""
    found = []
    for arn in arns:
        document = managed.document(arn, service)
        if document is None:
            unknown.add(kind)
        else:
            found.append(document)
    return found


def _named_by_allows(found: Iterable[Answered]) -> Iterator[tuple[Request, Parts]]:
    """The resources that Allow statements name, some of which the request may be about."""
    for one in found:
        for cause in one.causes:
            answer = cause.answer
            if cause.effect != LACKS or answer is None or answer.resource != MAYBE:
                continue
            for resource in answer.statement.resources:
                if not resource.complement:
                    yield one.request, resource.texts[0].parts


def _narrowed(resource: Parts, named: Parts) -> Parts | None:
    """The resources of a request that an Allow on *named* is about, None where they have no ARN."""
    wanted, own = split(resource), split(named)
    if len(wanted) < FIELDS or len(own) < FIELDS:
        return None
    fields = []
    for at, (field, other) in enumerate(zip(wanted, own, strict=True)):
        if known(field) is not None or not other:
            fields.append(field)
        elif at == RESOURCE:
            fields.append(opened(other))
        else:
            fields.append(field if "*" in written(other) else other)
    return _joined(fields)


def _written(found: Iterable[Cause]) -> list[Cause]:
    """*found* without what the policy says that AWS attaches itself."""
    full = _full_access().span.source
    return [one for one in found if one.span is None or one.span.source is not full]


def _of_root(decision: Decision, request: Request) -> Iterator[Cause]:
    """Why the root user may do what no statement allows (IAM User Guide, "Policy evaluation logic")."""
    if request.principal.kind == ROOT and decision.allowed == YES:
        says = (
            "the root user has full access to its account: only service and resource control "
            "policies and denials in the policy of a resource limit it"
        )
        yield Cause(ALLOW, IDENTITY, says, True)


def _if_not_of_aws(decision: Decision, request: Request) -> Decision:
    """*decision* where a resource that is not known is none of those that only AWS changes."""
    if PROTECTED not in decision.lacking or is_protected(request) != MAYBE:
        return decision
    rest = tuple([kind for kind in decision.lacking if kind != PROTECTED])
    is_allowed = not rest and decision.denied == NO
    return replaced(decision, allowed=YES if is_allowed else decision.allowed, lacking=rest)


def _settled_principal(principal: Principal, account: str | None, partition: str) -> Principal:
    """*principal* with the *account* that it is of."""
    if principal.kind not in OF_ACCOUNTS:
        return principal
    parts = [
        None if one is None else settled_parts(one, account, partition)
        for one in (principal.account, principal.arn, principal.session)
    ]
    return replaced(principal, account=parts[0], arn=parts[1], session=parts[2])


def _joined(fields: Sequence[Parts]) -> Parts:
    found = fields[0]
    for field in fields[1:]:
        found = (*found, *literal(":"), *field)
    return found


def _up_to_slash(parts: Parts) -> Parts:
    """*parts* up to the first slash: the bucket of an object."""
    found: list[Piece | Hole] = []
    for part in parts:
        if isinstance(part, Piece) and "/" in part.text:
            head = part.text.partition("/")[0]
            return (*found, Piece(head, part.span)) if head else tuple(found)
        found.append(part)
    return tuple(found)


def _of_type(operand: str, name: str | None, account: str | None, partition: str) -> Parts:
    """The ARN of the form *operand* of what has *name*: a wildcard stands for what is not known."""
    fields = operand.split(":", FIELDS - 1)
    if len(fields) < FIELDS:
        return form("{any}")
    fields[PARTITION] = partition
    if fields[ACCOUNT_ID] == "*":
        fields[ACCOUNT_ID] = account or "{account}"
    if fields[3] == "*":
        fields[3] = "{field}"
    resource = fields[RESOURCE]
    if name is not None and name != "*":
        head, star, _ = resource.partition("*")
        named = name.removeprefix(head)  # trail/audit is the trail audit
        resource = head + named if star else resource
        return (*form(":".join(fields[:RESOURCE]) + ":"), *literal(resource))
    slashes = fields[SERVICE] == "s3" and "/" not in resource
    last = "{name}" if slashes else "{any}"
    return form(":".join([*fields[:RESOURCE], resource.replace("*", last)]))
