"""Extractors: where each format keeps policies, what kind each is, what it is attached to."""

from __future__ import annotations

from ..base.formats import JSON, TERRAFORM, YAML, read_as

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol

    from ..base.formats import Format
    from ..iam.written import Extraction
    from ..readers.reading import Reading
    from ..tree.source import SourceFile, Span

    class Extractor(Protocol):
        """The module that reads one format and finds the policies in it."""

        def extract_without_places(self, source: SourceFile, /) -> Extraction | None:
            """What *source* holds without places; None where that is not possible or saves nothing."""

        def extract(self, source: SourceFile, /) -> Iterable[Extraction]:
            """What each document of *source* holds, syntax errors among its problems."""

        def documents(self, source: SourceFile, /) -> tuple[Reading, ...]:
            """The documents of *source* as they are read, for what may be a nested template."""

        def reads_alike(self, span: Span, text: str, /) -> bool:
            """Whether the file of *span* says the same with *text* in its place: only comments change."""


def _json() -> Extractor:
    from . import json_files

    return json_files


def _yaml() -> Extractor:
    from . import yaml_files

    return yaml_files


def _terraform() -> Extractor:
    from .terraform import files

    return files


_EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    JSON.name: _json,
    YAML.name: _yaml,
    TERRAFORM.name: _terraform,
}


def extractor_of(form: Format, text: str) -> Extractor:
    """What reads *text* in the format *form*, imported only now."""
    return _EXTRACTORS[read_as(form, text).name]()
