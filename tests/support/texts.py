"""Nodes made up for tests."""

from __future__ import annotations

from cloudtrail_policylint.tree.nodes import Piece, Text
from cloudtrail_policylint.tree.source import SourceFile, Span


def text_at(value: str, source: SourceFile, start: int, end: int, inner: int = 0) -> Text:
    """A literal ``Text`` spelt by ``[start, end)``, of which *inner* characters at either end are quotes."""
    piece = Piece(value, Span(source, start + inner, end - inner))
    return Text((piece,), Span(source, start, end))
