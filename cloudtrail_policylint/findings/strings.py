"""The strings of policies: a fix may change none but those it is meant to change.

A text may be read more than once: by several statements, or by something that
is no policy. A fix may change it only if all its readers are statements with the
same finding.
"""

from __future__ import annotations

from ..base.record import record
from ..tree.nodes import Encoded, Hole, Map, Piece, Text, children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from ..iam.written import Extraction
    from ..tree.nodes import Entry, Node
    from ..tree.source import Span
    from .finding import Finding

    EditKey: TypeAlias = tuple[str, int, int, str]
    """The rule, start, end and text of an edit of one file."""


@record
class PolicyPiece:
    """A part of a string, at ``[start, end)`` of the file ``path``.

    ``own``: nothing but policies reads the text there.
    """

    path: str
    start: int
    end: int
    own: bool


@record
class PolicyString:
    """One string of a policy: its text, with holes as they are written, and its pieces."""

    text: str
    pieces: tuple[PolicyPiece, ...]


@record
class Passage:
    """The strings of one statement or attachment, or those of a policy outside of these.

    ``edits`` are those that findings of the statement have. ``owner`` is the path of
    the file of the resource that the policy belongs to.
    """

    strings: tuple[PolicyString, ...]
    edits: frozenset[EditKey]
    owner: str


def key_of_edit(finding: Finding) -> EditKey | None:
    """The key of the edit that changes the policy with *finding*; None if there is none."""
    edit = finding.edit
    if edit is None or (edit.target is None and edit.removed is None):
        return None
    return finding.rule.id, edit.span.start, edit.span.end, edit.text


def passages_of(extraction: Extraction, findings: Iterable[Finding]) -> Iterator[Passage]:
    """The strings of *extraction*, in which are *findings*, duplicates included."""
    edits: dict[int, dict[int, set[EditKey]]] = {}
    of_attachments: set[EditKey] = set()
    for finding in findings:
        key = key_of_edit(finding)
        if key is None or finding.edit is None:
            continue
        if finding.edit.statement is None:
            of_attachments.add(key)
        else:
            number, node = finding.edit.statement
            edits.setdefault(number, {}).setdefault(node, set()).add(key)
    asked = bool(edits or of_attachments)
    for number, found in enumerate(extraction.documents):
        owned = _owned(extraction, (found.node.span, found.owner.span), asked=asked)
        passages = _Passages(owned, edits.get(number, {}), found.owner.span.source.path)
        yield from passages.of_document(found.node)
    for attachment in extraction.attachments:
        arn = attachment.arn
        owned = _owned(extraction, (arn.span, attachment.owner.span), asked=asked)
        path = attachment.owner.span.source.path
        yield Passage((_string(arn, owned),), frozenset(of_attachments), path)


def _owned(
    extraction: Extraction, around: tuple[Span, ...], *, asked: bool
) -> Callable[[Span], bool]:
    """A function that says whether only policies read the text at a place, maybe *around* one."""
    if not asked:
        return lambda _span: False
    return lambda span: extraction.owns(span, all(one.contains(span) for one in around))


class _Passages:
    """Collects the strings of one document in the order of the file.

    *edits* has those of the statements with findings, by the ids of their nodes;
    *owner* is that of ``Passage``.
    """

    def __init__(
        self, owned: Callable[[Span], bool], edits: Mapping[int, set[EditKey]], owner: str
    ) -> None:
        self._owned = owned
        self._owner = owner
        self._edits = edits
        self._open: list[PolicyString] = []
        self._done: list[Passage] = []

    def of_document(self, node: Node) -> list[Passage]:
        """The passages of the document *node*."""
        self._add(node)
        self._close(frozenset())
        return self._done

    def _close(self, edits: frozenset[EditKey]) -> None:
        self._done.append(Passage(tuple(self._open), edits, self._owner))
        self._open = []

    def _add(self, node: Node | None) -> None:
        """Add the strings of *node*, keys of maps included, but not those that a later key overrides."""
        if isinstance(node, Text):
            self._open.append(_string(node, self._owned))
        elif isinstance(node, Map):
            edits = self._edits.get(id(node))
            if edits is not None:
                self._close(frozenset())
            for entry in _used(node):
                self._open.append(_string(entry.key, self._owned))
                self._add(entry.value)
            if edits is not None:
                self._close(frozenset(edits))
        elif isinstance(node, Encoded | Hole):
            self._add(node.content)
        elif node is not None:
            for child in children(node):
                self._add(child)


def _used(node: Map) -> list[Entry]:
    """The entries of *node* without those whose key comes again: only the last one is used."""
    last = {entry.key.literal: entry for entry in node.entries}
    return [
        entry
        for entry in node.entries
        if entry.key.literal is None or last[entry.key.literal] is entry
    ]


def _string(text: Text, owned: Callable[[Span], bool]) -> PolicyString:
    pieces = [
        PolicyPiece(part.span.source.path, part.span.start, part.span.end, owned(part.span))
        for part in text.parts
        if isinstance(part, Piece)
    ]
    return PolicyString(text.written, tuple(pieces))
