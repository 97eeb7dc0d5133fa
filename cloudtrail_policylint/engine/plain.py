"""What needs no decision: effects of statements whose conditions some request meets, and actions that nothing denies.

Most policies have no Deny. Then the resources alone say what a statement has an
effect on, and the modules that decide requests need not be loaded.
"""

from __future__ import annotations

from ..iam.arns import cover, fits, operand
from ..iam.patterns import MAYBE, NO, YES, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..iam.catalogue import Catalogue
    from ..iam.patterns import Glob
    from ..iam.policy import Action, Condition, Document, Resource, Statement

IDENTITY = "identity"
_EVERYTHING = operand("*")
_CALLERS = ("user", "role", "root")
"""Those whom policies are for, as the facts on condition keys name them; only an SCP is for the root user."""
_OF_TEXTS = ("stringequals", "stringequalsignorecase", "stringlike")
_TRUTHS = frozenset(("true", "false"))


class View:
    """The statements in view of *document*, for one run over it."""

    def __init__(self, document: Document, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.complete = document.complete
        self.callers = _CALLERS if "scp" in document.kinds else _CALLERS[:2]
        self._documents = (document, *document.companions)
        self._denied: dict[str, bool] = {}

    def may_be_denied(self, name: str) -> bool:
        """Whether a statement in view may deny the action *name*."""
        found = self._denied.get(name)
        if found is None:
            wanted = parse(name.lower())
            found = self._denied[name] = any(
                action.covers(wanted)
                for document in self._documents
                for statement in document.statements
                if statement.effect is not None and not _is(statement, "Allow")
                for action in statement.actions
            )
        return found


def plain_effect(statement: Statement, action: Action, name: str, view: View) -> int | None:
    """What ``Denied.effect`` answers, None where a condition or a Deny has to be looked at."""
    covered = action.covers(parse(name.lower()))
    if covered == NO:
        return NO
    if not _is(statement, "Deny") and view.may_be_denied(name):
        return None
    if statement.conditions and not _are_plain(statement.conditions, view):
        return None
    return min(covered, _reached(statement, name, view.catalogue))


def plainly_undenied(statement: Statement, name: str, view: View) -> int | None:
    """What ``Denied.undenied`` answers, None where Deny statements have to be compared."""
    wanted = parse(name.lower())
    is_own = any(one.covers(wanted) == YES for one in statement.actions)
    if is_own and _is(statement, "Deny") and not statement.optional:
        return NO
    if view.may_be_denied(name):
        return None
    found = _reached(statement, name, view.catalogue)
    return found if view.complete else min(found, MAYBE)


def _are_plain(conditions: Sequence[Condition], view: View) -> bool:
    """Whether some request of each caller meets all *conditions*: each is on a key of its own and asks for what that may be."""
    keys = {(one.key.literal or "").lower() for one in conditions}
    return len(keys) == len(conditions) and all(_is_plain(one, view) for one in conditions)


def _is_plain(condition: Condition, view: View) -> bool:
    values = [one.literal or "$" for one in condition.values]
    if not condition.certain or not values or any("$" in one or ":" in one for one in values):
        return False
    fact = view.catalogue.global_key(condition.key.literal or "")
    if fact is None:
        return False
    if not _is_open(fact["present"], view.callers):
        return False
    operator = (condition.operator.literal or "").lower().removesuffix("ifexists")
    if fact["type"] == "Bool":
        return operator == "bool" and _TRUTHS.issuperset(values)
    if fact["type"] != "String" or operator not in _OF_TEXTS:
        return False
    return "form" not in fact or all(
        any(_has_form(value, form) for form in fact["form"]) for value in values
    )


def _is_open(present: str | Mapping[str, str], callers: Iterable[str]) -> bool:
    """Whether requests of all *callers* may have a key that is *present* like this, whatever its value.

    What each request has that depends on who makes it says who that is.
    """
    if isinstance(present, str):
        return present in ("always", "sometimes")
    return {present.get(one, present["else"]) for one in callers} == {"sometimes"}


def _has_form(value: str, form: str) -> bool:
    """Whether *value* is that of *form*, which ends in a name."""
    start, _, end = form.partition("{")
    name = value.removeprefix(start)
    return end == "name}" and value.startswith(start) and name.isalnum() and name.isascii()


def policies_of_holder(document: Document) -> tuple[Document, ...]:
    """*document* and the other identity policies of its holders."""
    others = [one for one in document.companions if one.kinds == (IDENTITY,)]
    return (document, *others)


def plainly_allowed(name: str, documents: Sequence[Document]) -> int | None:
    """What ``Holders.allowed`` answers, None where statements have to be looked at closely.

    *documents* are the policies of the holder, the first one that which is asked about.
    """
    kinds = documents[0].kinds
    if kinds != (IDENTITY,):
        return MAYBE if IDENTITY in kinds else NO
    is_seen = all(one.complete for one in documents)
    if not may_be_allowed(name, documents):
        return NO if is_seen else MAYBE
    return YES if is_seen and _is_simply_allowed(name, documents) else None


def may_be_allowed(name: str, documents: Sequence[Document]) -> bool:
    """Whether a statement of *documents* that is no Deny may be about the action *name*: most are not."""
    wanted = parse(name.lower())
    return any(
        not _is(statement, "Deny") and _may_be_about(statement, wanted)
        for document in documents
        for statement in document.statements
    )


def _is_simply_allowed(name: str, documents: Sequence[Document]) -> bool:
    """Whether a statement allows *name* on everything, and no other than an Allow is about it."""
    wanted = parse(name.lower())
    found = False
    for document in documents:
        for statement in document.statements:
            if not _is(statement, "Allow"):
                if _may_be_about(statement, wanted):
                    return False
            elif not found and not statement.conditions and not statement.optional:
                found = (
                    max([one.covers(wanted) for one in statement.actions], default=NO) == YES
                    and max([_is_everything(one) for one in statement.resources], default=NO) == YES
                )
    return found


def _may_be_about(statement: Statement, wanted: Glob) -> bool:
    if not statement.actions:
        return "action" not in statement.fields
    return any(one.covers(wanted) != NO for one in statement.actions)


def _is(statement: Statement, effect: str) -> bool:
    return statement.effect is not None and statement.effect.literal == effect


def _reached(statement: Statement, name: str, catalogue: Catalogue) -> int:
    """Whether *statement* names a resource that the action *name* accepts."""
    known = catalogue.action(name)
    if known is None or known.types is None:
        return MAYBE
    if not statement.resources:
        return YES
    if not known.types:
        return max([_is_everything(one) for one in statement.resources])
    return max(
        [
            YES if one.complement else fits(one.forms[0], kind)
            for one in statement.resources
            for kind in known.types
        ]
    )


def _is_everything(resource: Resource) -> int:
    """Whether *resource* stands for ``*``, of which a request without a resource is."""
    found = max([cover(form, _EVERYTHING) for form in resource.forms], default=NO)
    return YES - found if resource.complement else found
