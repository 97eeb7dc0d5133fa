"""Files in JSON: values are read first, which is fast, and places only to report findings."""

from __future__ import annotations

from ..readers.json import reader
from .documents import extract_document, extract_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..iam.written import Extraction
    from ..readers.reading import Reading
    from ..tree.source import SourceFile, Span


def extract_without_places(source: SourceFile) -> Extraction | None:
    """What is in *source*, without places; None if it has a syntax error."""
    root = reader.read_values(source)
    return None if root is None else extract_document(root, source)


def extract(source: SourceFile) -> Iterator[Extraction]:
    """What is in *source*, which may be a text template of Terraform."""
    reading = reader.read_placed(source)
    if reading.mistake is not None and "${" in source.text:
        from ..readers.json import template

        filled_in = template.read(source)
        if filled_in is not None and filled_in.mistake is None:
            reading = filled_in
    yield extract_reading(reading, source, "JSON")


def documents(source: SourceFile) -> tuple[Reading, ...]:
    """The parsed document of *source*."""
    return (reader.read_placed(source),)


def changes_comments_only(source: SourceFile, edits: Sequence[tuple[Span, str]]) -> list[bool]:
    """For each of *edits* of *source* whether it changes comments only; YAML reads JSON with them."""
    from . import yaml_files

    return yaml_files.changes_comments_only(source, edits)
