"""Files in JSON. Values are read first, which is fast; places only where there is something to report."""

from __future__ import annotations

from ..readers.json import reader
from .documents import extract_document, extract_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..iam.written import Extraction
    from ..readers.reading import Reading
    from ..tree.source import SourceFile, Span


def extract_without_places(source: SourceFile) -> Extraction | None:
    """What *source* holds, without places; None for one with a syntax error."""
    root = reader.read_values(source)
    return None if root is None else extract_document(root, source)


def extract(source: SourceFile) -> Iterator[Extraction]:
    """What *source* holds. A text that Terraform is to fill in is read as a template of it."""
    reading = reader.read_placed(source)
    if reading.mistake is not None and "${" in source.text:
        from ..readers.json import template

        filled_in = template.read(source)
        if filled_in is not None and filled_in.mistake is None:
            reading = filled_in
    yield extract_reading(reading, source, "JSON")


def documents(source: SourceFile) -> tuple[Reading, ...]:
    """The one document of *source* as it is read."""
    return (reader.read_placed(source),)


def reads_alike(span: Span, text: str) -> bool:
    """Whether only comments change with *text* in the place of *span*; JSON with comments reads as YAML."""
    from . import yaml_files

    return yaml_files.reads_alike(span, text)
