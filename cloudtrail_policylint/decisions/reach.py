"""Whether a statement can ever apply, and whether it always does, whatever request comes.

A statement is asked about every kind of request that it is about: each of its
actions, on each type of resource that the action accepts, by each kind of principal
that it names. What such a request has besides is open, as far as the data lets it
carry it. So ``NO`` means that no request meets the statement, ``YES`` that each does.
"""

from __future__ import annotations

from ..base.errors import InputError
from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from .contradictions import contradiction
from .principals import (
    ACCOUNT,
    ANONYMOUS,
    FEDERATED,
    FEDERATED_USER,
    OF_ACCOUNTS,
    ROLE,
    ROOT,
    SERVICE_PRINCIPAL,
    USER,
    Principal,
    principal_of,
)
from .reasons import Miss, misses_of_request
from .request import Request
from .statements import Answer, Place
from .values import UNKNOWN, form, literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..iam.arns import ResourceType
    from ..iam.catalogue import Catalogue, KnownAction
    from ..iam.policy import Action, Condition, Document, Statement
    from ..iam.policy import Principal as Element
    from .availability import Availability
    from .values import Parts

MAX_ACTIONS = 2_000
"""Actions of one statement that are looked at one by one; a statement of more is about all of them."""

OWN = (USER, ROLE, FEDERATED_USER)
"""The principals that an identity policy may be for."""
EVERYBODY = (*OWN, ROOT, SERVICE_PRINCIPAL, ANONYMOUS)
"""The principals that ``*`` stands for."""

_WITHOUT_SLASH = ("s3:bucket",)
"""Types of resources whose names have no slash (S3 User Guide, "General purpose bucket naming rules")."""


@record
class Reach:
    """Which of the requests that a statement is about it meets.

    ``ever`` is NO where it meets none; ``always`` is YES where it meets each. ``miss`` is
    the element that keeps it from all of them, if it is one. ``actions`` has for
    each action whether it is ever met; it is empty for a statement about all actions.
    ``because`` says which elements exclude one another, where that is why it meets none.
    """

    ever: int
    always: int
    miss: Miss | None
    actions: tuple[tuple[str, int], ...]
    because: str = ""


@record
class Asked:
    """The requests for one action of a statement, and what the statement says to each.

    Actions that are met alike share ``answers``; ``name`` is that of the action,
    and ``known`` is None where it cannot be told which it is.
    """

    name: str
    known: KnownAction | None
    answers: list[Answer]


def asked(
    statement: Statement,
    document: Document,
    place: Place,
    available: Availability,
    *,
    kinds: Sequence[str] = OWN,
    shared: frozenset[str] = frozenset(),
    actions: Sequence[Action] | None = None,
    alike: dict[object, list[Answer]] | None = None,
) -> list[Asked]:
    """The requests that *statement* of *document* is about, by action: all, or only *actions*.

    *kinds* are the kinds of principals that the policy is for, where its statements do not say it.
    *alike* are the answers of earlier calls that differ in *actions* only; those of this one are added.
    """
    principals = [open_principal(kind) for kind in kinds]
    if place.names_principals:
        principals = list(principals_of(statement.principals))
    alike = {} if alike is None else alike
    found = []
    for name, action in named_actions(
        statement.actions if actions is None else actions, available.catalogue
    ):
        kind = _kind_of(action, statement, available.catalogue)
        if kind not in alike:
            alike[kind] = [
                Answer(
                    statement,
                    document,
                    place,
                    Request(principal, name, resource, available=available, shared=shared),
                )
                for resource in resources_of(action)
                for principal in principals
            ]
        found.append(Asked(name, action, alike[kind]))
    return found


def reach(
    statement: Statement,
    document: Document,
    place: Place,
    available: Availability,
    *,
    kinds: Sequence[str] = OWN,
    shared: frozenset[str] = frozenset(),
) -> Reach:
    """How far *statement* of *document* reaches; *kinds* as for ``asked``."""
    requests = asked(statement, document, place, available, kinds=kinds, shared=shared)
    return reach_of(statement, document, requests, available, shared)


def reach_of(
    statement: Statement,
    document: Document,
    requests: Sequence[Asked],
    available: Availability,
    shared: frozenset[str] = frozenset(),
) -> Reach:
    """How far *statement* of *document*, which is about *requests*, reaches."""
    alike = {id(one.answers): one.answers for one in requests}
    verdicts = {key: [_met(one) for one in answers] for key, answers in alike.items()}
    best = {key: max(found, default=MAYBE) for key, found in verdicts.items()}
    by_action = [(one.name, best[id(one.answers)]) for one in requests if one.known]
    every = [verdict for found in verdicts.values() for verdict in found]
    ever, always = max(every, default=MAYBE), min(every, default=MAYBE)
    if ever == NO:
        miss = _common([one for answers in alike.values() for one in answers])
        return Reach(ever, always, miss, tuple(by_action))
    found = contradiction(statement, document, available, shared)
    if found is None:
        return Reach(ever, always, None, tuple(by_action))
    never = tuple([(name, NO) for name, _ in by_action])
    return Reach(NO, NO, found.miss, never, found.because)


def conditions_met(requests: Sequence[Asked]) -> list[tuple[Condition, int, int]]:
    """For each condition whether any of *requests* of its statement meets it, and whether each does.

    Requests on resources that the statement is not about do not count where there are others.
    """
    answers = [
        answer
        for one in {id(one.answers): one.answers for one in requests}.values()
        for answer in one
    ]
    about = [one for one in answers if one.resource != NO] or answers
    verdicts = [[verdict for _, verdict in one.conditions] for one in about]
    conditions = [one for one, _ in about[0].conditions] if about else []
    return [
        (one, max(found), min(found)) for one, *found in zip(conditions, *verdicts, strict=True)
    ]


def settled(verdict: int) -> tuple[int, int]:
    """Whether something that is completely known is ever met, and always.

    It is MAYBE for requests that may carry or name anything: some meet it, others do not.
    """
    return (YES, NO) if verdict == MAYBE else (verdict, verdict)


def is_literal(condition: Condition) -> bool:
    """Whether all of *condition* is known."""
    texts = (condition.operator, condition.key, *condition.values)
    return condition.certain and all(text.literal is not None for text in texts)


def _kind_of(action: KnownAction | None, statement: Statement, catalogue: Catalogue) -> object:
    """What the answer for *action* rests on: actions of which it is the same are met alike."""
    if action is None or action.types is None:
        return action
    keys = [one.key.literal for one in statement.conditions]
    if None in keys or statement.has_variable:
        return action.full_name
    carried = [catalogue.carries(action, action.types, key) for key in keys if key is not None]
    return (action.service, tuple([kind.name for kind in action.types]), tuple(carried))


def _met(answer: Answer) -> int:
    """Whether the request is met as far as it does not follow from the statement itself."""
    return min(answer.resource, answer.condition)


def _common(answers: Sequence[Answer]) -> Miss | None:
    """The first element that keeps the statement from each of the requests of *answers*."""
    common: dict[str, Miss] | None = None
    for answer in answers:
        found = {miss.element: miss for miss in misses_of_request(answer) if miss.verdict == NO}
        before = found if common is None else common
        common = {element: miss for element, miss in before.items() if element in found}
    return next(iter((common or {}).values()), None)


def named_actions(
    actions: Iterable[Action], catalogue: Catalogue
) -> Iterator[tuple[str, KnownAction | None]]:
    """The actions that *actions* stand for; one that nothing is known of where they cannot be told."""
    found: dict[str, KnownAction] = {}
    for action in actions:
        text = action.texts[0].literal if action.texts and not action.complement else None
        prefix = text.partition(":")[0].lower() if text is not None else ""
        if text is None or ":" not in text or catalogue.service(prefix) is None:
            yield "unknown:unknown", None
            return
        for glob in action.forms[0].globs:
            found.update({one.full_name: one for one in catalogue.expand(prefix, glob)})
    if not found or len(found) > MAX_ACTIONS:
        yield "unknown:unknown", None
        return
    yield from found.items()


def resources_of(action: KnownAction | None) -> list[Parts]:
    """What a request for *action* may be about: one value for each type of resource, or ``*``."""
    if action is None or action.types is None:
        return [UNKNOWN]
    return [_of_type(kind) for kind in action.types] or [literal("*")]


def _of_type(kind: ResourceType) -> Parts:
    """A resource of *kind* of which nothing else is known."""
    fields = kind.operand.text.split(":", 5)
    last = "{name}" if kind.name in _WITHOUT_SLASH else "{any}"
    shapes = ("", "{field}", "{field}", "{field}", "{account}", last)
    written = [
        field.replace("*", shape) if shape else field
        for field, shape in zip(fields, shapes, strict=False)
    ]
    return form(":".join(written))


def open_principal(kind: str) -> Principal:
    """A principal of *kind* of whom nothing else is known."""
    owner = form("{account}")
    if kind == ROLE:
        session = form("arn:{field}:sts::{account}:assumed-role/{name}/{name}")
        return Principal(ROLE, owner, form("arn:{field}:iam::{account}:role/{any}"), session)
    if kind == FEDERATED_USER:
        arn = form("arn:{field}:sts::{account}:federated-user/{name}")
        return Principal(kind, owner, arn, arn)
    if kind in (USER, ROOT):
        tail = "root" if kind == ROOT else "user/{any}"
        return Principal(kind, owner, form(f"arn:{{field}}:iam::{{account}}:{tail}"))
    if kind in OF_ACCOUNTS:
        return Principal(kind, owner, form("arn:{field}:iam::{account}:{any}"), UNKNOWN)
    return Principal(kind)


def principals_of(elements: Iterable[Element]) -> Iterator[Principal]:
    """A principal for each of *elements*, and of each kind for those that stand for many."""
    seen: set[tuple[str | None, str | None]] = set()
    for element in elements:
        kind, text = element.type.literal, element.id.literal
        if element.complement or text == "*" or kind not in ("AWS", "Service", "Federated"):
            kind, text = None, "*"
        if (kind, text) in seen:
            continue
        seen.add((kind, text))
        if kind is None:
            yield from [open_principal(one) for one in EVERYBODY]
        elif kind == "AWS":
            yield _of_account(text)
        else:
            of_service = kind == "Service"
            yield Principal(SERVICE_PRINCIPAL if of_service else FEDERATED, name=text or "")


def _of_account(text: str | None) -> Principal:
    """The principal that *text* under ``AWS`` names; some principal of the account for ``root``."""
    if text is None:
        return open_principal(ACCOUNT)
    fields = text.split(":")
    try:
        return principal_of(fields[4] if fields[5:] == ["root"] else text)
    except InputError:
        return open_principal(ACCOUNT)
