"""The edit of a file, from a rule's ``edit`` and what the rule found."""

from __future__ import annotations

from ..base.record import replaced
from ..tree.edit import HOLE, Edit, joined, removing, rewriting
from ..tree.nodes import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..iam.policy import Document, Statement
    from ..rulebook.model import Remedy
    from ..tree.nodes import Entry, Text
    from ..tree.source import Place, Span
    from .elements import Witness
    from .lookups import Lookups


NEAREST = "{nearest}"
RANGE = "{range}"


class Lists:
    """The lists of *statement*, read once for all its findings."""

    def __init__(self, statement: Statement | None) -> None:
        self.statement = statement
        self._by_place: dict[Place, frozenset[str]] | None = None

    def beside(self, witness: Witness) -> frozenset[str]:
        """The members of the list that *witness* is in, which must not get one twice."""
        if self._by_place is None:
            self._by_place = {}
            for texts in _lists(self.statement) if self.statement is not None else ():
                written = frozenset([joined(text) for text in texts])
                for text in texts:
                    self._by_place.setdefault(text.span.key(), written)
        return self._by_place.get(witness.span.key(), frozenset())


def _lists(statement: Statement) -> Iterator[tuple[Text, ...]]:
    for condition in statement.conditions:
        yield condition.values
    yield tuple([text for action in statement.actions for text in action.texts])
    yield tuple([text for resource in statement.resources for text in resource.texts])
    yield tuple([principal.id for principal in statement.principals])


def edit_for(
    remedy: Remedy,
    witness: Witness,
    lists: Lists,
    around: Iterable[Span],
    document: Document | None,
    lookups: Lookups,
) -> Edit | None:
    """The edit of *remedy* for *witness* in the statement of *lists* in *document*; None if it does not apply.

    An edit outside the blocks *around* (in the value of a variable, say) may change
    what is used elsewhere too, so it is not safe.
    """
    statement = lists.statement
    target = _target(remedy.at or witness.field, witness, statement)
    if target is None or target.span.source is not witness.span.source:
        return None
    edit = _edit(remedy, target, witness, lists, lookups)
    if edit is None:
        return None
    safe = remedy.safe and any(span.contains(edit.span) for span in around)
    if statement is None or document is None:
        return replaced(edit, safe=safe)
    return replaced(edit, safe=safe, statement=(document.number, id(statement.node)))


def _edit(
    remedy: Remedy, target: Text, witness: Witness, lists: Lists, lookups: Lookups
) -> Edit | None:
    """The edit that changes *target*, or that removes the entry of which it is the key."""
    if remedy.remove:
        entry = _removable(target, lists.statement.node) if lists.statement is not None else None
        return removing(entry, says=remedy.says) if entry is not None else None
    new = _new(remedy, remedy.at or witness.field, joined(target), lookups)
    if new is None or new in lists.beside(witness):
        return None
    return rewriting(target, new, says=remedy.says)


def _target(field: str, witness: Witness, statement: Statement | None) -> Text | None:
    """The text of *field* beside *witness*; None if others in the statement share it."""
    if witness.term is not None and field == witness.field:
        return witness.term.text
    if statement is None:
        return None
    if field in ("principal", "type"):
        of = [p for p in statement.principals if p.id.span == witness.span]
        found = [principal.id if field == "principal" else principal.type for principal in of]
        every = [p.id if field == "principal" else p.type for p in statement.principals]
    else:
        conditions = [c for c in statement.conditions if c.span == witness.condition]
        found = [c.operator if field == "operator" else c.key for c in conditions]
        every = [c.operator if field == "operator" else c.key for c in statement.conditions]
    if len(found) != 1 or sum(text.span == found[0].span for text in every) != 1:
        return None
    return found[0]


def _removable(key: Text, node: Map) -> Entry | None:
    """The entry with *key* below *node*, or the one around it if that would be empty without it."""
    for entry in node.entries:
        if entry.key.span == key.span:
            return entry if len(node.entries) > 1 else None
        if isinstance(entry.value, Map):
            inner = _removable(key, entry.value)
            if inner is not None:
                return inner
            if any(one.key.span == key.span for one in _all_entries(entry.value)):
                return entry if len(node.entries) > 1 else None
    return None


def _all_entries(node: Map) -> Iterable[Entry]:
    for entry in node.entries:
        yield entry
        if isinstance(entry.value, Map):
            yield from _all_entries(entry.value)


def _written(write: str, field: str, old: str, lookups: Lookups) -> str:
    """What *write* stands for; "" if that is nothing."""
    if write == NEAREST:
        return (lookups.nearest(field, old) if HOLE not in old else None) or ""
    if write == RANGE:
        from ..iam.addresses import range_of

        return range_of(old)
    return write


def _new(remedy: Remedy, field: str, old: str, lookups: Lookups) -> str | None:
    """What *old*, the text of *field*, becomes, by the first way of *remedy* that applies."""
    written = _written(remedy.write, field, old, lookups)
    if written:
        return written
    for right in remedy.letter_case:
        if old != right and old.lower() == right.lower():
            return right
    for wrong, right in remedy.replace:
        at = old.lower().find(wrong.lower())
        if at >= 0:
            return old[:at] + right + old[at + len(wrong) :]
    fields = old.split(":")
    if not remedy.fields or max(number for number, _ in remedy.fields) > len(fields):
        return None
    for number, text in remedy.fields:
        fields[number - 1] = text
    return ":".join(fields)
