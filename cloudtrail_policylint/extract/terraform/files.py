"""A single Terraform file without its module: standard input, an example."""

from __future__ import annotations

from . import extract_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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


def reads_alike(span: Span, text: str) -> bool:  # noqa: ARG001 - the interface
    """Whether only comments change if *text* replaces *span*: *span* ends in a comment."""
    from ...readers.hcl.reader import is_comment

    last = len(span.source.text[: span.end].rstrip()) - 1
    return is_comment(span.source, last)
