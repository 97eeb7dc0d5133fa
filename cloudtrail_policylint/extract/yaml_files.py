"""Files in YAML, one extraction for each document."""

from __future__ import annotations

from ..readers.yaml import reader
from ..tree.nodes import Map, Text, walk
from ..tree.source import Ranges, SourceFile, last_character
from .documents import extract_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..iam.written import Extraction
    from ..readers.reading import Reading
    from ..tree.nodes import Node
    from ..tree.source import Span


def extract_without_places(source: SourceFile) -> Extraction | None:  # noqa: ARG001 - the interface
    """None: YAML is always read with places, which costs little more."""
    return None


def extract(source: SourceFile) -> Iterator[Extraction]:
    """What is in each document of *source*."""
    for reading in reader.read(source):
        yield extract_reading(reading, source, "YAML")


def documents(source: SourceFile) -> tuple[Reading, ...]:
    """The parsed documents of *source*."""
    return reader.read(source)


def changes_comments_only(source: SourceFile, edits: Sequence[tuple[Span, str]]) -> list[bool]:
    """For each of *edits* of *source* whether it changes comments only: no text, and no value."""
    from ..tree.python_values import plain

    before = reader.read(source)
    texts = Ranges([span for one in before for span in _texts(one.root)])
    found = [texts.around(last_character(span)) is None for span, _ in edits]
    changed, at = [], 0
    for (span, text), alike in sorted(
        zip(edits, found, strict=True), key=lambda pair: pair[0][0].start
    ):
        if alike and span.start >= at:
            changed += [source.text[at : span.start], text]
            at = span.end
    after = reader.read(SourceFile(source.path, "".join([*changed, source.text[at:]])))
    if any(one.mistake is not None for one in (*before, *after)) or (
        [plain(one.root) for one in before] != [plain(one.root) for one in after]
    ):
        return [False] * len(edits)
    return found


def _texts(root: Node | None) -> Iterator[Span]:
    """The places of the strings below *root*, keys included."""
    for node in walk(root) if root is not None else ():
        if isinstance(node, Map):
            yield from [entry.key.span for entry in node.entries]
        elif isinstance(node, Text):
            yield node.span
