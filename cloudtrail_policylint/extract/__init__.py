"""Extractors find the policies in a file: what kind each is, and what it is attached to."""

from __future__ import annotations

from ..base.formats import (
    CLOUDFORMATION,
    JSON,
    TERRAFORM,
    TERRAGRUNT,
    TEXT_TEMPLATE,
    YAML,
    format_of,
    read_as,
)
from ..iam.written import syntax_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Protocol

    from ..base.formats import Format
    from ..iam.written import Extraction, Problem
    from ..readers.reading import Reading
    from ..tree.nodes import Node
    from ..tree.source import SourceFile, Span

    class Extractor(Protocol):
        """A module that reads one format and finds the policies in it."""

        def extract_without_places(self, source: SourceFile, /) -> Extraction | None:
            """What is in *source*, without places; None if that is impossible or no faster."""

        def extract(self, source: SourceFile, /) -> Iterable[Extraction]:
            """What is in each document of *source*; syntax errors are problems."""

        def documents(self, source: SourceFile, /) -> tuple[Reading, ...]:
            """The parsed documents of *source*: it may be a nested template."""

        def changes_comments_only(
            self, source: SourceFile, edits: Sequence[tuple[Span, str]], /
        ) -> list[bool]:
            """For each of *edits*, places with their new text, whether it changes comments only."""


def _json() -> Extractor:
    from . import json_files

    return json_files


def _yaml() -> Extractor:
    from . import yaml_files

    return yaml_files


def _terraform() -> Extractor:
    from .terraform import files

    return files


def _text_template() -> Extractor:
    from . import text_templates

    return text_templates


_EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    JSON.name: _json,
    YAML.name: _yaml,
    TERRAFORM.name: _terraform,
    TERRAGRUNT.name: _terraform,
    TEXT_TEMPLATE.name: _text_template,
}


def extractor_of(form: Format, text: str) -> Extractor:
    """The extractor for *text* in the format *form*, imported on demand."""
    return _EXTRACTORS[read_as(form, text).name]()


def only_document(source: SourceFile) -> tuple[Node | None, tuple[Problem, ...]]:
    """The document of the template *source*, None unless it has just one, and its syntax error."""
    form = read_as(format_of(source.path) or CLOUDFORMATION, source.text)
    readings = extractor_of(form, source.text).documents(source)
    if len(readings) != 1:
        return None, ()
    root, mistake = readings[0].root, readings[0].mistake
    return root, () if mistake is None else (syntax_problem(mistake, form.title),)
