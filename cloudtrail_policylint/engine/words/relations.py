"""Words on what stands beside others, or is written with nothing in it."""

from __future__ import annotations

from ...iam.patterns import NO, YES
from ...tree.nodes import Map, Seq
from ..lookups import Term
from ..signs import (
    Repeated,
    has_empty,
    has_redundant_actions,
    has_redundant_resources,
    sid_of,
    size_of,
)
from .word import Context, WordTest, as_wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...iam.policy import Condition, Document, Principal, Statement
    from ...tree.nodes import Node, Text
    from ...tree.source import Span


def redundant(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant``: another element of the same list stands for it."""
    field, lookups = context.field, context.lookups

    def test(term: Term, statement: Statement) -> int:
        elements = statement.actions if field == "action" else statement.resources
        if len(elements) == len(elements[0].texts) == 1:
            return NO
        return YES if lookups.redundancy.has(field, term.text, statement) else NO

    sign = has_redundant_actions if field == "action" else has_redundant_resources
    return WordTest(contextual=test, has=sign)


def redundant_principal(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant`` of a principal: another one stands for it."""
    lookups = context.lookups

    def test(one: Principal, statement: Statement) -> int:
        if len(statement.principals) == 1:
            return NO
        return YES if lookups.redundancy.has("principal", one.id, statement) else NO

    return WordTest(principal=test)


def redundant_value(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant`` of a value: another one of the condition decides."""
    lookups = context.lookups

    def test(value: Text, condition: Condition, statement: Statement) -> int:
        if len(condition.values) == 1:
            return NO
        return YES if lookups.redundancy.has_value(value, condition, statement) else NO

    return WordTest(among=test)


def redundant_statement(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant`` of a statement: an earlier one of the document says the same."""
    lookups = context.lookups

    def test(statement: Statement, document: Document) -> Sequence[tuple[str, str, Span]]:
        if len(document.statements) == 1:
            return ()
        found = id(statement) in lookups.redundancy.of_statements(document)
        return (("statement", "", statement.span),) if found else ()

    return WordTest(shown=test, has=Repeated(size_of))


def repeated(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``repeated``: something before it in the policy is the same."""
    sign = Repeated(sid_of) if wanted and context.field == "sid" else None
    return WordTest(repeated=lambda found: as_wanted(found, wanted), has=sign)


def empty(operands: Sequence[str], _: Context) -> WordTest:
    """``empty``: an element of the statement is written with nothing in it."""
    tests = [_EMPTY[one] for one in operands]

    def test(statement: Statement, _: Document) -> Sequence[tuple[str, str, Span]]:
        return [found for one in tests for found in one(statement)]

    return WordTest(shown=test, has=has_empty)


def _empty_list(name: str, elements: str) -> Callable[[Statement], Iterator[tuple[str, str, Span]]]:
    def found(statement: Statement) -> Iterator[tuple[str, str, Span]]:
        if not getattr(statement, elements):
            entry = statement.node.entry(name)
            if entry is not None and _is_empty(entry.value, Seq):
                yield name.lower(), name, entry.key.span

    return found


def _empty_principal(form: type) -> Callable[[Statement], Iterator[tuple[str, str, Span]]]:
    def found(statement: Statement) -> Iterator[tuple[str, str, Span]]:
        if statement.principals:
            return
        for name in ("Principal", "NotPrincipal"):
            entry = statement.node.entry(name)
            if entry is None:
                continue
            if form is Map and _is_empty(entry.value, Map):
                yield "principal", name, entry.key.span
            elif form is Seq and isinstance(entry.value, Map):
                for inner in entry.value.entries:
                    if _is_empty(inner.value, form):
                        yield "principal", f"{name} {inner.key.written}", inner.key.span

    return found


def _empty_condition(statement: Statement) -> Iterator[tuple[str, str, Span]]:
    entry = statement.node.entry("Condition")
    if entry is None or not isinstance(entry.value, Map):
        return
    if not entry.value.entries:
        yield "condition", "Condition", entry.key.span
    for operator in entry.value.entries:
        if _is_empty(operator.value, Map):
            yield "condition", operator.key.written, operator.key.span


def _is_empty(node: Node, form: type) -> bool:
    if isinstance(node, Seq):
        return form is Seq and not node.items
    return form is Map and isinstance(node, Map) and not node.entries


_EMPTY = {
    "action": _empty_list("Action", "actions"),
    "resource": _empty_list("Resource", "resources"),
    "principal-list": _empty_principal(Seq),
    "principal-object": _empty_principal(Map),
    "condition": _empty_condition,
}
"""What ``empty`` finds, by its operand."""
