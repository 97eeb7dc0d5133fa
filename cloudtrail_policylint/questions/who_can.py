"""Everybody in view who may do something: identities, and those whom policies of resources name."""

from __future__ import annotations

from ..base.errors import InputError
from ..base.lazy_regex import regex
from ..base.record import record, replaced
from ..decisions.principals import SERVICE_PRINCIPAL, principal_of
from ..decisions.reasons import DENY
from ..decisions.values import written
from ..findings.setup import ShownGrant, ShownPrincipal, ShownWho
from ..iam.patterns import MAYBE, NO, YES, parse
from . import managed
from .ask import Asker
from .nearest import shown as unknown_as_star
from .resources import is_about_everything
from .view import GROUP, Identity
from .who import Who, label_of, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..decisions.principals import Principal
    from ..decisions.reasons import Cause
    from ..iam.patterns import Glob
    from ..iam.policy import Document
    from .ask import Answered, Question
    from .view import View

_NAMED = 4
"""Actions that a line names."""
_OF_ACCOUNT = regex(r"arn:[^:]*:iam::(\d{12}):root|(\d{12})")


@record
class Entry:
    """One principal that may, and what that depends on."""

    label: str
    owner: str
    certain: bool
    depends_on: tuple[str, ...]
    causes: tuple[Cause, ...]
    action: str
    names: tuple[str, ...]
    """What an expectation may call it."""
    is_of_service: bool
    """Whether it is a service of AWS."""


@record
class WhoCan:
    """The answer: the entries, those that certainly may first, and what is not in view.

    ``whole`` is False where a file was not read completely: others may be allowed there.
    """

    question: Question
    resource: str
    entries: tuple[Entry, ...]
    not_in_view: tuple[str, ...]
    whole: bool = True


def who_can(
    view: View, question: Question, actions: Sequence[str], asker: Asker | None = None
) -> WhoCan:
    """Who in *view* may do one of *actions*, those that the action of *question* stands for."""
    asker = asker or Asker(view)
    entries: dict[tuple[str, str, str], Entry] = {}
    missing = dict.fromkeys(view.not_read())
    resource = question.resource or "*"
    if len(actions) == 1 or asker.named(question.resource):
        resource = asker.completed(replaced(question, action=actions[0]))
    for action in actions:
        asked = replaced(question, action=action)
        for who in _everybody(view, asker, asked):
            answered = asker.ask(who, asked)
            missing.update(dict.fromkeys(answered.not_in_view))
            if answered.decision.allowed != NO:
                one = _entry(answered)
                entries.setdefault((one.label, one.owner, action), one)
    missing.update(dict.fromkeys(_unattached(view, asker, question, actions)))
    found = sorted(entries.values(), key=lambda one: (not one.certain, one.label, one.owner))
    return WhoCan(question, resource, tuple(found), tuple(missing), not view.unread)


def each(view: View, question: Question, actions: Sequence[str]) -> list[Question]:
    """*question* about each of the resources that its text names, such as the instances of a block."""
    named = view.named.get(question.resource or "", ())
    if len(named) < 2 or all(is_about_everything(action) for action in actions):
        return [question]
    return [replaced(question, resource=one.key) for one in named]


def _unattached(
    view: View, asker: Asker, question: Question, actions: Sequence[str]
) -> Iterator[str]:
    """The policies that allow what is asked, and that nobody in view has."""
    patterns = [(action, parse(action.lower())) for action in actions]
    for document in view.unattached:
        has_it = whole(Identity("", document.owner, None, None, (document,)), question.account)
        allowed: dict[str, list[str]] = {}
        for action, pattern in patterns:
            if touches(document, pattern) == NO:
                continue
            answered = asker.ask(has_it, replaced(question, action=action))
            verdict = answered.decision.allowed
            if verdict != NO:
                verb = "allows" if verdict == YES else "may allow"
                allowed.setdefault(verb, []).append(action)
        for verb, names in allowed.items():
            yield f"who has {document.owner.name}, which {verb} {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def touches(document: Document, pattern: Glob) -> int:
    """Whether a statement of *document* is about the action *pattern*."""
    return max(
        (one.covers(pattern) for each in document.statements for one in each.actions), default=NO
    )


def _everybody(view: View, asker: Asker, question: Question) -> Iterator[Who]:
    for identity in view.identities:
        if identity.kind != GROUP or not _has_members(view, identity.owner.name):
            yield whole(identity, question.account)
    names: dict[str, None] = {}
    for one in asker.policies_of_resource(question):
        for statement in one.statements:
            if statement.effect is not None and statement.effect.literal == "Deny":
                continue
            for principal in statement.principals:
                if principal.id.literal is not None and not principal.complement:
                    names[principal.id.literal] = None
    own = {label_of(one) for one in view.identities}
    for name in names:
        who = _named(name)
        if who is not None and f"{who.principal.kind}/{name.rpartition('/')[2]}" not in own:
            yield who


def _has_members(view: View, owner: str) -> bool:
    """Whether the policies of the group *owner* count for some user in view."""
    of_group = {
        id(policy) for one in view.identities if one.owner.name == owner for policy in one.policies
    }
    return any(
        one.kind != GROUP and any(id(policy) in of_group for policy in one.policies)
        for one in view.identities
    )


def _named(name: str) -> Who | None:
    """The principal that an element of a policy names; None for one that a request cannot have."""
    account = _OF_ACCOUNT.fullmatch(name)
    try:
        if account is not None:  # whoever the account lets
            number = account.group(1) or account.group(2)
            return Who(f"account {number}", principal_of(number), None)
        return Who(name, principal_of(None if name == "*" else name), None)
    except InputError:
        return None


def _entry(answered: Answered) -> Entry:
    certain = answered.verdict == YES
    owner = answered.who.identity.owner.name if answered.who.identity is not None else ""
    unsure = [one for one in answered.causes if not one.certain or one.effect == "lacks"]
    depends: list[str] = []
    if not certain:
        identity = answered.who.identity
        depends = [
            depends_on(one)
            for one in unsure
            if not one.certain and (one.miss is not None or one.effect == DENY)
        ]
        if identity is not None and not depends:
            service = answered.request.service
            depends = [one for one in identity.unseen if managed.document(one, service) is None]
            if not depends and identity.open:
                depends = ["a policy of it whose text is not known"]
        depends = depends or [depends_on(one) for one in unsure] or [_left_open(answered)]
    shown = [one for one in answered.causes if one.answer is not None]
    return Entry(
        answered.who.label,
        owner,
        certain,
        tuple(dict.fromkeys(depends)),
        tuple(shown),
        answered.action,
        names_of(answered.who, answered.request.principal),
        answered.who.principal.kind == SERVICE_PRINCIPAL,
    )


def _left_open(answered: Answered) -> str:
    """What *answered* depends on where no statement does."""
    if answered.one_of_several:
        return "which resource it is"
    about = f"{answered.who.label}: "
    lines = [line for line in answered.not_in_view if line.startswith(about)]
    return lines[0] if lines else "what is not known of the request"


def names_of(who: Who, principal: Principal | None = None) -> tuple[str, ...]:
    """The label, owner and ARN of *who*; *principal* is who makes the request, where that says more."""
    arn = (principal or who.principal).arn
    owner = who.identity.owner.name if who.identity is not None else ""
    names = (who.label, owner, unknown_as_star(written(arn)) if arn is not None else "")
    return tuple([name for name in names if name])


def depends_on(cause: Cause) -> str:
    """What *cause* leaves open, in a few words."""
    miss = cause.miss
    if miss is None and cause.answer is not None and not cause.certain:
        return f"whether {cause.answer.document.owner.name or 'the policy'} is in force"
    if miss is None:
        return cause.says
    wanted = ", ".join(miss.wanted)
    name = miss.element.split("/", 2)[-1] if miss.verdict == MAYBE else miss.element
    return f"{name}: {wanted}" if wanted else name


def granted_at(entry: Entry) -> str:
    """The place of the statement that grants *entry*, or the policy of AWS that it is in."""
    for cause in entry.causes:
        if cause.effect != DENY and cause.answer is not None:
            document = cause.answer.document
            if managed.is_text_of_aws(document):
                return document.owner.name
            return cause.answer.statement.span.place()
    return ""


def shown_who(found: WhoCan, most: int | None = None, unasked: int = 0) -> ShownWho:
    """*found* by principals, at most *most* of them; *unasked* is how many were not asked."""
    principals: dict[tuple[str, str], dict[tuple[bool, tuple[str, ...], str], list[str]]] = {}
    for one in found.entries:
        grants = principals.setdefault((one.label, one.owner), {})
        key = (one.certain, () if one.certain else one.depends_on, granted_at(one))
        grants.setdefault(key, []).append(one.action)
    shown = [
        ShownPrincipal(
            label,
            owner,
            tuple(
                ShownGrant(certain, tuple(actions), depends_on, at)
                for (certain, depends_on, at), actions in grants.items()
            ),
        )
        for (label, owner), grants in principals.items()
    ]
    kept = tuple(shown[:most])
    return ShownWho(kept, len(shown) - len(kept), unasked, found.not_in_view, found.whole)
