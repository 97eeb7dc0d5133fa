"""The result of reading JSON or YAML."""

from __future__ import annotations

from ..base.record import record
from ..tree.nodes import Node
from ..tree.source import Span

MAX_DEPTH = 200
"""The most levels of nesting; a policy needs about six."""


@record
class Mistake:
    """A syntax error, worded to follow "not valid JSON: ", or an exceeded *limit*, and where."""

    message: str
    span: Span
    limit: bool = False


@record
class Reading:
    """A tree (None for empty text) and the first syntax error, if any."""

    root: Node | None
    mistake: Mistake | None
