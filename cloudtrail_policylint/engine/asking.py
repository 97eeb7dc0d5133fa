"""What a rule asks about decisions, for one document: imported by the first rule that asks.

Each answer is remembered for the document. A document that may be of several
kinds is asked about as each of them; where the answers differ, they are MAYBE.
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record, replaced
from ..decisions.availability import Availability
from ..decisions.decision import IDENTITY, Decider, Decision, Policies
from ..decisions.principals import ROLE, ROOT, USER
from ..decisions.profiles import Profiles
from ..decisions.reach import (
    OWN,
    Asked,
    Reach,
    asked,
    condition_met,
    open_principal,
    reach_of,
    resources_of,
)
from ..decisions.reasons import causes
from ..decisions.request import Request
from ..decisions.statements import Answer, Place, resource_matches
from ..decisions.values import agreed, form, known
from ..iam.arns import FIELDS, SERVICE, fits, split
from ..iam.kinds import WITH_PRINCIPAL
from ..iam.patterns import MAYBE, NO, YES, Pattern
from ..tree.nodes import Hole, Piece
from .shown import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..decisions.decision import Layer
    from ..decisions.principals import Principal
    from ..decisions.profiles import Profile
    from ..decisions.reasons import Cause, Miss
    from ..decisions.values import Parts
    from ..iam.catalogue import Catalogue, KnownAction
    from ..iam.policy import Action, Condition, Document, Statement
    from ..tree.source import Span

_HAVE_OWN_RESOURCE = tuple([k for k in WITH_PRINCIPAL if k not in ("rcp", "vpc-endpoint")])
_PARTS_OF = {
    "s3-bucket": "bucket",
    "kms-key": "key",
    "sns-topic": "topic",
    "cloudtrail-event-data-store": "event-data-store",
    "cloudtrail-dashboard": "dashboard",
}
"""The part of a request that a policy of each kind belongs to."""


@record
class Met:
    """Whether any request meets something, and whether each does; ``because`` says what keeps it."""

    ever: int
    always: int
    because: str = ""
    miss: Miss | None = None


UNTOLD = Met(MAYBE, MAYBE)


@record
class Decided:
    """The decision on one request, and the first of its reasons."""

    action: str
    decision: Decision
    because: str
    span: Span | None


def place_of(kind: str) -> Place:
    """Where a document of *kind* stands."""
    return Place(
        kind,
        names_principals=kind in WITH_PRINCIPAL,
        has_own_resource=kind in _HAVE_OWN_RESOURCE,
    )


class Sources:
    """What decisions rest on, made once for all documents of a run."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.available = Availability(catalogue, catalogue.facts)
        self.profiles = Profiles(catalogue.facts, self.available)


class Asking:
    """Answers what rules ask about *document*."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._available = sources.available
        self._profiles = sources.profiles
        self._decider = Decider()
        self._asked: dict[tuple[int, str], list[Asked]] = {}
        self._statements: dict[int, Met] = {}
        self._requests: dict[tuple[str, str], Request] = {}
        self._decided: dict[str, Decided | None] = {}
        self._allowed: dict[str, int] = {}

    # -- whether a statement, or one of its elements, is ever met

    def statement(self, statement: Statement) -> Met:
        """Whether any request meets *statement*, and whether all that it is about do."""
        found = self._statements.get(id(statement))
        if found is None:
            reaches = [self._reach(statement, kind) for kind in self._document.kinds]
            miss = reaches[0].miss
            actions = _named(statement)
            found = self._statements[id(statement)] = Met(
                _of_all(reach.ever for reach in reaches),
                _of_all(reach.always for reach in reaches),
                _because(miss, actions, statement)
                if miss is not None
                else f"nothing about {actions} fits it",
                miss,
            )
        return found

    def action(self, statement: Statement, action: Action) -> Met:
        """Whether *statement* is met by any request for *action*, one of its elements."""
        if action.complement:
            return UNTOLD
        found = [self._action(statement, action, kind) for kind in self._document.kinds]
        return Met(
            _of_all(one.ever for one in found),
            _of_all(one.always for one in found),
            found[0].because,
        )

    def _action(self, statement: Statement, action: Action, kind: str) -> Met:
        form_ = action.forms[0]
        assert isinstance(form_, Pattern)
        if action.texts[0].literal is None:
            return UNTOLD
        requests = self._about(statement, kind)
        wanted = {
            one.full_name
            for glob in form_.globs
            for one in self._available.catalogue.expand(_prefix(action), glob)
        }
        own = [one for one in requests if one.known and one.name in wanted]
        if not wanted or len(own) < len(wanted):
            return UNTOLD
        reach = reach_of(statement, self._document, own, self._available)
        shown = action.texts[0].written
        because = (
            _because(reach.miss, shown, statement)
            if reach.miss is not None
            else f"nothing about {shown} fits it"
        )
        return Met(reach.ever, reach.always, because, reach.miss)

    def condition(self, statement: Statement, condition: Condition) -> Met:
        """Whether any request that *statement* is about meets *condition*, one of its elements."""
        found = [
            condition_met(condition, self._about(statement, kind)) for kind in self._document.kinds
        ]
        return Met(
            _of_all(ever for ever, _ in found),
            _of_all(always for _, always in found),
            self._why(statement, condition),
        )

    def _why(self, statement: Statement, condition: Condition) -> str:
        key = condition.key.written
        name = key.lower()
        answers = [
            answer
            for one in self._about(statement, self._document.kinds[0])
            for answer in one.answers
        ]
        shown = _named(statement)
        if all(one.request.key(name).present == NO for one in answers):
            return f"{key} is never in a request for {shown}"
        return f"{key} never has such a value in a request for {shown}"

    def _reach(self, statement: Statement, kind: str) -> Reach:
        return reach_of(statement, self._document, self._about(statement, kind), self._available)

    def _about(self, statement: Statement, kind: str) -> list[Asked]:
        key = (id(statement), kind)
        found = self._asked.get(key)
        if found is None:
            kinds = (*OWN, ROOT) if kind == "scp" else OWN
            found = self._asked[key] = asked(
                statement, self._document, place_of(kind), self._available, kinds=kinds
            )
        return found

    # -- the requests that CloudTrail makes

    def names(self, wanted: Iterable[str]) -> Iterator[Profile]:
        """Those of the requests *wanted* that a document of this kind decides."""
        for name in wanted:
            profile = self._profiles.by_name[name]
            if self._profiles.kind(profile) in self._document.kinds:
                yield profile

    def request(self, statement: Statement, profile: Profile) -> Met:
        """Whether *statement* certainly applies to the request *profile*, or certainly does not."""
        kind = self._profiles.kind(profile)
        answer = Answer(statement, self._document, place_of(kind), self._request(profile))
        deny = answer.effect == "Deny"
        verdict = min(answer.action, answer.resource, answer.condition)
        verdict = min(verdict, max(answer.principal(deny=deny).values()))
        return Met(verdict, verdict)

    def decided(self, profile: Profile) -> Decided:
        """The decision on the request *profile* by this document, or by all of its holder."""
        found = self._decided.get(profile.name)
        if found is None:
            found = self._decided[profile.name] = self._decide(profile)
        return found

    def _decide(self, profile: Profile) -> Decided:
        request = self._request(profile)
        decision = self._decision(profile, request)
        reasons = causes(decision, request)
        first = reasons[0] if reasons else None
        if len(self._document.kinds) > 1:
            decision = replaced(decision, allowed=MAYBE, denied=min(MAYBE, decision.denied))
        elif decision.allowed == MAYBE and self._is_allowed_for_some(profile, decision):
            decision = replaced(decision, allowed=YES, denied=NO)
        return Decided(profile.action, decision, _plain(first.says) if first else "", _place(first))

    def _decision(self, profile: Profile, request: Request) -> Decision:
        """The decision on *request*, whatever its open parts are."""
        if not profile.is_of_holder:
            return self._decider.decide(request, Policies(resource=(self._document,)))
        layer = self._decider.layer(self._of_holder(), Place(IDENTITY), request)
        allowed = min(layer.allowed, 2 - layer.denies)
        lacking = (IDENTITY,) if allowed != YES else ()
        return Decision(allowed, layer.denies, (layer,), lacking)

    def _is_allowed_for_some(self, profile: Profile, decision: Decision) -> bool:
        """Whether the request *profile* is surely allowed for some set-up: its trail, path or log group."""
        documents = self._of_holder() if profile.is_of_holder else (self._document,)
        if not all(one.complete for one in documents):
            return False
        answers = [one for layer in decision.layers for one in layer.answers]
        if _is_allowed_somewhere(answers):
            return True
        for parts in _narrower(answers):
            found = self._decision(profile, self._profiles.request(profile, resource=parts))
            if _is_allowed_somewhere([one for layer in found.layers for one in layer.answers]):
                return True
        return False

    def _request(self, profile: Profile) -> Request:
        kind = self._profiles.kind(profile)
        key = (profile.name, kind)
        found = self._requests.get(key)
        if found is None:
            part = _PARTS_OF.get(kind)
            own = own_resource(self._document, kind) if part else None
            values = {part: own} if part and own is not None else {}
            found = self._requests[key] = self._profiles.request(profile, values, _holes(values))
        return found

    # -- what the holder of identity policies may do

    def allowed(self, action: str) -> int:
        """Whether the holders may carry out *action*, on some resource and in some request."""
        found = self._allowed.get(action)
        if found is None:
            found = self._allowed[action] = _of_all(
                self._may(action, kind) for kind in (USER, ROLE)
            )
        return found

    def _may(self, action: str, kind: str) -> int:
        if self._document.kinds != (IDENTITY,):
            return MAYBE
        documents = self._of_holder()
        principal = open_principal(kind)
        known_action = self._available.catalogue.action(action)
        best = NO
        for parts in resources_of(known_action):
            layer = self._layer(documents, principal, action, parts)
            best = max(best, min(layer.allowed, 2 - layer.denies))
        if best != MAYBE or not all(one.complete for one in documents):
            return best
        candidates = _resources_for(documents, known_action)
        layers = (self._layer(documents, principal, action, parts) for parts in candidates)
        return YES if any(_is_allowed_somewhere(one.answers) for one in layers) else MAYBE

    def _layer(
        self, documents: tuple[Document, ...], principal: Principal, action: str, resource: Parts
    ) -> Layer:
        request = Request(principal, action, resource, available=self._available)
        return self._decider.layer(documents, Place(IDENTITY), request)

    def _of_holder(self) -> tuple[Document, ...]:
        """The document and the other identity policies of its holders."""
        others = [one for one in self._document.companions if one.kinds == (IDENTITY,)]
        return (self._document, *others)


def _of_all(verdicts: Iterable[int]) -> int:
    """The verdict of all possible kinds, MAYBE where they differ."""
    return agreed(verdicts)


# -- what the documents of a holder allow


def _resources_for(documents: Iterable[Document], action: KnownAction | None) -> Iterator[Parts]:
    """Resources that an Allow of *documents* may be meant for, of a type that *action* accepts."""
    yield from resources_of(action)
    types = action.types if action is not None else None
    for document in documents:
        for statement in document.statements:
            for resource in statement.resources:
                if resource.complement or _effect(statement) != "Allow":
                    continue
                form_ = resource.forms[0]
                if any(fits(form_, kind) != NO for kind in types or ()):
                    yield _opened(resource.texts[0].parts)


def _opened(parts: Parts) -> Parts:
    """*parts* with what is not known in place of each wildcard."""
    found: list[Piece | Hole] = []
    for part in parts:
        if isinstance(part, Piece):
            text = part.text.replace("*", "{any}").replace("?", "{any}")
            found += form(text) if text != part.text else (part,)
        else:
            found.append(part)
    return tuple(found)


def _narrower(answers: Iterable[Answer]) -> Iterator[Parts]:
    """The resources of each Allow that is for some of the resources that a request may be about."""
    for answer in answers:
        if answer.effect != "Allow" or answer.resource != MAYBE or answer.action == NO:
            continue
        for resource in answer.statement.resources:
            parts = resource.texts[0].parts
            is_some = resource_matches(parts, answer.request, None) == MAYBE
            if is_some and not resource.complement and resource.texts[0].literal is not None:
                yield _opened(parts)


def _is_allowed_somewhere(answers: Sequence[Answer]) -> bool:
    """Whether a request with the right context is surely allowed by statements that give *answers*.

    What the context of a request may be, and which of the resources of a
    pattern it is about, is up to who makes it; what a policy says must be known.
    """
    allowing = [one for one in answers if one.effect == "Allow" and _is_met_with(one)]
    denying = [one for one in answers if one.effect != "Allow" and _may_apply(one)]
    return any(_is_spared(one, denying) for one in allowing)


def _may_apply(answer: Answer) -> bool:
    principal = max(answer.principal(deny=True).values())
    return min(answer.action, answer.resource, answer.condition, principal) != NO


def _is_met_with(answer: Answer) -> bool:
    """Whether some context meets the statement, whose other elements fit."""
    principal = max(answer.principal(deny=False).values())
    if answer.statement.optional or min(answer.action, answer.resource, principal) != YES:
        return False
    return all(
        verdict == YES or (verdict == MAYBE and _is_literal(one))
        for one, verdict in answer.conditions
    )


def _is_spared(allow: Answer, denying: Sequence[Answer]) -> bool:
    """Whether a request that meets *allow* can avoid all of the statements *denying*."""
    keys = {(one.key.literal or "").lower() for one in allow.statement.conditions}
    elsewhere = 0
    for deny in denying:
        if deny.effect is None or deny.action != YES:
            return False
        unsure = [one for one, verdict in deny.conditions if verdict == MAYBE]
        if any(_is_literal(one) and (one.key.literal or "").lower() not in keys for one in unsure):
            continue
        is_written = all(
            text.literal is not None for one in deny.statement.resources for text in one.texts
        )
        if deny.resource != MAYBE or not is_written:
            return False
        elsewhere += 1
    return elsewhere <= 1  # several might leave out no resource together


def _is_literal(condition: Condition) -> bool:
    texts = (condition.operator, condition.key, *condition.values)
    return condition.certain and all(text.literal is not None for text in texts)


# -- the resource that a policy belongs to


def own_resource(document: Document, kind: str) -> Parts | None:
    """The resource that *document* belongs to, if its statements name one alone."""
    found: dict[object, Parts] = {}
    for statement in document.statements:
        for resource in statement.resources:
            for text in resource.texts:
                parts = _up_to_slash(text.parts) if kind == "s3-bucket" else text.parts
                if text.literal != "*" and not _is_foreign(parts, kind):
                    found[tuple([_said(part) for part in parts])] = parts
    if len(found) != 1:
        return None
    (parts,) = found.values()
    is_pattern = any(
        isinstance(one, Piece) and ("*" in one.text or "?" in one.text) for one in parts
    )
    return None if is_pattern else parts


def _is_foreign(parts: Parts, kind: str) -> bool:
    """Whether *parts* are the ARN of another service than that of a policy of *kind*."""
    fields = split(parts)
    service = known(fields[SERVICE]) if len(fields) == FIELDS else None
    return service is not None and service != kind.partition("-")[0]


def _said(part: Piece | Hole) -> object:
    return part.text if isinstance(part, Piece) else (part.written,)


def _up_to_slash(parts: Parts) -> Parts:
    """*parts* up to the first slash: the bucket of an object's ARN."""
    found: list[Piece | Hole] = []
    for part in parts:
        if isinstance(part, Piece) and "/" in part.text:
            head = part.text.partition("/")[0]
            return (*found, Piece(head, part.span)) if head else tuple(found)
        found.append(part)
    return tuple(found)


# -- words for messages


def _holes(values: Mapping[str, Parts]) -> frozenset[str]:
    """How the holes in *values* are written: they mean the same in all of the document."""
    return frozenset(
        one.written for value in values.values() for one in value if isinstance(one, Hole)
    )


def _effect(statement: Statement) -> str | None:
    return statement.effect.literal if statement.effect is not None else None


def _prefix(action: Action) -> str:
    return (action.texts[0].literal or "").partition(":")[0].lower()


def _named(statement: Statement) -> str:
    """The actions of *statement*, for a message."""
    return listed([text.written for one in statement.actions for text in one.texts])


def _because(miss: Miss, actions: str, statement: Statement) -> str:
    """What *miss* says about all requests for *actions*."""
    if not miss.element.startswith("Condition/"):
        return f"no request for {actions} is about such a {miss.element}"
    key = miss.element.split("/", 2)[2]
    if miss.actual is None:
        return f"{key} is never in a request for {actions}"
    if sum((one.key.literal or "").lower() == key.lower() for one in statement.conditions) > 1:
        return f"no value of {key} meets all conditions on it"
    return f"{key} is never {listed(miss.wanted)} in a request for {actions}"


def _plain(text: str) -> str:
    """*text* with a wildcard in place of what is not known."""
    return _HOLE.sub("*", text)


_HOLE = regex(r"\{(?:any|field|name|account)\}")


def _place(cause: Cause | None) -> Span | None:
    return cause.span if cause is not None else None
