"""The resource types that a statement applies to, derived from its actions and its resources."""

from __future__ import annotations

from ..iam.arns import Shape, cover, fits, operand
from ..iam.patterns import MAYBE, NO, YES
from .lookups import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..iam.arns import ResourceType
    from ..iam.policy import Action, Resource, Statement
    from .lookups import Lookups

NONE = "none"
"""The target of an action that accepts no resource."""
ANYTHING = "*"
"""The target of ``*``, ``NotAction`` and the like; it equals no resource type."""
UNKNOWN = ""
"""The target of an unknown action."""

_STAR = operand("*")


def targets_of(statement: Statement, lookups: Lookups) -> dict[str, int]:
    """The resource types that *statement* applies to, each with YES or MAYBE.

    These are the types that its actions accept and its resources may name,
    ``NONE`` if an action accepts no resource and the statement names ``*``, and
    ``ANYTHING`` and ``UNKNOWN``. A statement without Resource names everything.
    """
    found: dict[str, int] = {}
    everywhere = _names_everything(statement)
    for action in statement.actions:
        types = _types(action, lookups)
        if types is None:
            found[ANYTHING if _is_about_many(action) else UNKNOWN] = YES
            continue
        for kind in types:
            name = NONE if kind is None else kind.name
            if name not in found:
                found[name] = (
                    everywhere if kind is None else max(everywhere, _may_name(statement, kind))
                )
    return {name: verdict for name, verdict in found.items() if verdict > NO}


class AcceptedTypes:
    """The resource types that the actions of a statement accept, remembered for the last statement."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._last: Statement | None = None
        self._found: tuple[list[ResourceType], int] = [], NO

    def of(self, statement: Statement) -> tuple[list[ResourceType], int]:
        """The types, and whether there may be others: YES if an action is about many services."""
        if self._last is not statement:
            types: dict[str, ResourceType] = {}
            others = NO
            for action in statement.actions:
                found = _types(action, self._lookups)
                if found is None:
                    others = max(others, YES if _is_about_many(action) else MAYBE)
                for kind in found or ():
                    if kind is not None:
                        types[kind.operand.text] = kind
            self._last, self._found = statement, (list(types.values()), others)
        return self._found


def accepts(statement: Statement, named: Shape, accepted: AcceptedTypes) -> int:
    """Whether an action of *statement* accepts a resource of a type that *named* can be."""
    types, verdict = accepted.of(statement)
    for kind in types:
        if verdict == YES:
            break
        verdict = max(verdict, fits(named, kind))
    return verdict


def is_accepted(action: Term, statement: Statement, lookups: Lookups) -> int:
    """Whether a resource of *statement* can be of a type that *action*, which is no complement, accepts.

    A resource of which nothing is known may be the one that is meant for the action.
    """
    types = lookups.types_of(action)
    for resource in statement.resources:
        if _is_unknown(resource):
            return YES
    if types is None:
        return YES if _is_wide(action.text.literal) else max(MAYBE, _names_everything(statement))
    verdict = NO
    for kind in types:
        found = _names_everything(statement) if kind is None else _may_name(statement, kind)
        if found == YES:
            return YES
        verdict = max(verdict, found)
    return verdict


def _types(action: Action, lookups: Lookups) -> tuple[ResourceType | None, ...] | None:
    """The types that *action* accepts, None among them for "no resource"; None if unknown."""
    return (
        None
        if action.complement
        else lookups.types_of(Term(action.texts[0], lambda: action.forms[0]))
    )


def _is_about_many(action: Action) -> bool:
    """Whether *action* is about more than the actions of one service."""
    return action.complement or _is_wide(action.texts[0].literal)


def _is_wide(action: str | None) -> bool:
    """Whether the service of *action* is a pattern."""
    return action is not None and "*" in action.partition(":")[0]


def _names_everything(statement: Statement) -> int:
    if not statement.resources:
        return YES
    return max(_is_everything(resource) for resource in statement.resources)


def _is_everything(resource: Resource) -> int:
    if resource.complement:
        return YES
    text = resource.texts[0].literal
    if text is None or "${" in text:
        return cover(resource.forms[0], _STAR)
    return YES if text and not text.strip("*") else NO


def _may_name(statement: Statement, kind: ResourceType) -> int:
    return max([_reaches(resource, kind) for resource in statement.resources], default=YES)


def _is_unknown(resource: Resource) -> bool:
    """Whether not even the form of *resource* is known."""
    if resource.complement or resource.texts[0].literal is not None:
        return False
    return resource.forms[0].arn is None


def _reaches(resource: Resource, kind: ResourceType) -> int:
    if resource.complement:
        return YES
    return fits(resource.forms[0], kind)
