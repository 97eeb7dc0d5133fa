"""Text templates for Terraform's ``templatefile()`` that no module in view loads.

They are read as the JSON or YAML that they are before they are rendered, with
unknown values for ``${...}``. A syntax error may be none after that.
"""

from __future__ import annotations

import os

from ..base.record import replaced
from ..iam.written import NOT_RENDERED, Problem
from ..readers.json import reader, template
from .documents import extract_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..iam.written import Extraction
    from ..readers.reading import Reading
    from ..tree.source import SourceFile, Span


def extract_without_places(source: SourceFile) -> Extraction | None:  # noqa: ARG001 - the interface
    """None: text templates are always read with places."""
    return None


def extract(source: SourceFile) -> Iterator[Extraction]:
    """What is in *source*; a syntax error is a note that it must be rendered first."""
    for reading in documents(source):
        found = extract_reading(reading, source, "")
        problems = [
            Problem("template-text", NOT_RENDERED, problem.span)
            if problem.name == "syntax-error"
            else problem
            for problem in found.problems
        ]
        yield replaced(found, problems=tuple(problems))


def documents(source: SourceFile) -> tuple[Reading, ...]:
    """The documents of *source*; none if it is neither JSON nor, by its name, YAML."""
    if source.text.lstrip()[:1] in ("{", "["):
        return (template.read(source) or reader.read_placed(source),)
    if os.path.splitext(source.path)[0].endswith((".yaml", ".yml")):
        from ..readers.yaml.reader import read

        return read(source)
    return ()


def changes_comments_only(source: SourceFile, edits: Sequence[tuple[Span, str]]) -> list[bool]:
    """For each of *edits* of *source* whether it changes comments only: those of YAML."""
    from . import yaml_files

    return yaml_files.changes_comments_only(source, edits)
