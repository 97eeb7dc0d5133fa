"""What a reader of JSON or YAML hands on."""

from __future__ import annotations

from ..base.record import record
from ..tree.nodes import Node
from ..tree.source import Span

MAX_DEPTH = 200
"""Levels of nesting that are read; a policy needs about six."""


@record
class Mistake:
    """What is not right, in words that follow "not JSON: " (or "not YAML: "), and where."""

    message: str
    span: Span
    limit: bool = False


@record
class Reading:
    """A tree (None when there is nothing to read) and the first mistake met, if any."""

    root: Node | None
    mistake: Mistake | None
