"""Whether a statement can ever apply, and whether it always does, whatever request comes.

A statement is asked about every kind of request that it is about: each of its
actions, on each type of resource that the action accepts, by each kind of principal
that it names. What such a request has besides is open, as far as the data lets it
carry it. So ``NO`` means that no request meets the statement, ``YES`` that each does.
"""

from __future__ import annotations

from ..base.errors import InputError
from ..base.record import record
from ..iam.patterns import MAYBE, NO
from .conditions import Key, Setting, having, holds
from .operators import named
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
from .statements import Answer, Place, has_variables
from .values import UNKNOWN, form, literal, texts

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

MAX_COMPARED = 1_000
"""Conditions on one key times their values that are compared with one another."""

OWN = (USER, ROLE, FEDERATED_USER)
"""The principals that an identity policy may be for."""
EVERYBODY = (*OWN, ROOT, SERVICE_PRINCIPAL, ANONYMOUS)
"""The principals that ``*`` stands for."""

_WITHOUT_SLASH = ("s3:bucket",)
"""Types of resources whose names have no slash (S3 User Guide, "General purpose bucket naming rules")."""

_PINNING = ("StringEquals", "StringEqualsIgnoreCase", "Bool", "NumericEquals", "DateEquals")


@record
class Reach:
    """Which of the requests that a statement is about it meets.

    ``ever`` is NO where it meets none; ``always`` is YES where it meets each. ``miss`` is
    the element that keeps it from all of them, if it is one. ``actions`` has for
    each action whether it is ever met; it is empty for a statement about all actions.
    """

    ever: int
    always: int
    miss: Miss | None
    actions: tuple[tuple[str, int], ...]


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
) -> list[Asked]:
    """The requests that *statement* of *document* is about, by action: all, or only *actions*.

    *kinds* are the kinds of principals that the policy is for, where its statements do not say it.
    """
    principals = [open_principal(kind) for kind in kinds]
    if place.names_principals:
        principals = list(principals_of(statement.principals))
    alike: dict[object, list[Answer]] = {}
    found = []
    for name, action in _actions(
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
    else:
        miss = contradicted(statement, document, available, shared)
        if miss is not None:
            ever, always = NO, NO
            by_action = [(name, NO) for name, _ in by_action]
    return Reach(ever, always, miss, tuple(by_action))


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


def _kind_of(action: KnownAction | None, statement: Statement, catalogue: Catalogue) -> object:
    """What the answer for *action* rests on: actions of which it is the same are met alike."""
    if action is None or action.types is None:
        return action
    keys = [one.key.literal for one in statement.conditions]
    if None in keys or "${" in "".join(_values(statement)):
        return action.full_name
    carried = [catalogue.carries(action, action.types, key) for key in keys if key is not None]
    return (action.service, tuple([kind.name for kind in action.types]), tuple(carried))


def _values(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        yield from [value.written for value in condition.values]
    for resource in statement.resources:
        yield from [text.written for text in resource.texts]


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


def _actions(
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


# -- conditions that cannot hold together


def contradicted(
    statement: Statement, document: Document, available: Availability, shared: frozenset[str]
) -> Miss | None:
    """The condition that no value which the others on its key ask for meets, None where there is none."""
    by_key: dict[str, list[Condition]] = {}
    for condition in statement.conditions:
        name = condition.key.literal
        if name is not None:
            by_key.setdefault(name.lower(), []).append(condition)
    for name, conditions in by_key.items():
        count = sum([len(one.values) for one in conditions])
        if len(conditions) < 2 or available.has_many(name):
            continue
        if count * len(conditions) > MAX_COMPARED:
            continue
        for pinned in conditions:
            values = _pinned(pinned)
            others = [one for one in conditions if one is not pinned]
            if values and all(_fails(value, name, others, document, shared) for value in values):
                return Miss(
                    f"Condition/{others[0].operator.written}/{others[0].key.written}",
                    tuple([value.written for value in others[0].values]),
                    ", ".join(values),
                    NO,
                    others[0].span,
                )
    return None


def _pinned(condition: Condition) -> list[str]:
    """All values that *condition* lets its key have, empty where they are not listed in it."""
    operator = named(condition.operator.literal or "")
    if operator is None or operator.operator is None or operator.prefix or operator.if_exists:
        return []
    if operator.operator.name not in _PINNING or not condition.certain:
        return []
    found: list[str] = []
    for value in condition.values:
        said = texts(value.parts)
        if said is None or any("${" in text for text in said):
            return []
        found += said
    return found


def _fails(
    value: str, name: str, conditions: list[Condition], document: Document, shared: frozenset[str]
) -> bool:
    """Whether one of *conditions* does not hold where their key *name* is *value*."""
    key = having(literal(value))

    def keys(asked: str) -> Key:
        return key if asked == name else Key(MAYBE, None)

    setting = Setting(keys, has_variables(document), shared)
    return any(holds(condition, setting) == NO for condition in conditions)
