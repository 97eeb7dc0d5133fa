"""A Terraform file by itself, without the module that it is part of: standard input, an example."""

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
    """What *source* holds, as the only file of a module."""
    yield extract_module([source])


def documents(source: SourceFile) -> tuple[Reading, ...]:  # noqa: ARG001 - the interface
    """None: a Terraform file is no document with a root."""
    return ()


def reads_alike(span: Span, text: str) -> bool:  # noqa: ARG001 - the interface
    """Whether only comments change with *text* in the place of *span*: it ends in one."""
    from ...readers.hcl.reader import is_comment

    last = len(span.source.text[: span.end].rstrip()) - 1
    return is_comment(span.source, last)
