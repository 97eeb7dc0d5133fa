"""A single Terraform file without its module: standard input, an example."""

from __future__ import annotations

from ...tree.source import Ranges, last_character
from . import extract_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...iam.written import Extraction
    from ...readers.reading import Reading
    from ...tree.source import SourceFile, Span


def extract_without_places(source: SourceFile) -> Extraction | None:  # noqa: ARG001 - the interface
    """None: Terraform is always read with places."""
    return None


def extract(source: SourceFile) -> Iterator[Extraction]:
    """What is in *source*, as the only file of a module."""
    yield extract_module([source])


def documents(source: SourceFile) -> tuple[Reading, ...]:  # noqa: ARG001 - the interface
    """None: a Terraform file has no documents."""
    return ()


def changes_comments_only(source: SourceFile, edits: Sequence[tuple[Span, str]]) -> list[bool]:
    """For each of *edits* of *source* whether it ends in a comment."""
    from ...readers.hcl.reader import comments

    found = Ranges(comments(source))
    return [found.around(last_character(span)) is not None for span, _ in edits]
