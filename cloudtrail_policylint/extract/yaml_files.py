"""Files in YAML, one extraction for each document."""

from __future__ import annotations

from ..readers.yaml import reader
from ..tree.source import SourceFile
from .documents import extract_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..iam.written import Extraction
    from ..readers.reading import Reading
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


def reads_alike(span: Span, text: str) -> bool:
    """Whether only comments change if *text* replaces *span*."""
    from ..tree.python_values import plain

    source = span.source
    changed = SourceFile(source.path, source.text[: span.start] + text + source.text[span.end :])
    before, after = reader.read(source), reader.read(changed)
    if any(one.mistake is not None for one in (*before, *after)):
        return False
    return [plain(one.root) for one in before] == [plain(one.root) for one in after]
