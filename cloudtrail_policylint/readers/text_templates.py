"""JSON and YAML that contain tags of a text template: Jinja, Helm, ERB, Terraform.

Such a file is valid JSON or YAML only after the template is rendered, so a syntax
error in it may be none.
"""

from __future__ import annotations

from ..base.lazy_regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import Span

_BLOCKS = regex(
    r"\{%|\{#[^\n]*#\}|<%|\{\{[-#/^~]"
    r"|%\{~?\s*(?:if|else|endif|for|endfor)\b"
    r"|\{\{\s*(?:if|else|end|range|with|include|define|template|block)\b"
)
"""Tags of blocks, which may leave out or repeat any text."""
_VALUES = ("{{", "<%")


def is_filled_in(span: Span, within: Span) -> bool:
    """Whether rendering the template tags of *within* may remove a syntax error at *span*.

    *within* is the file or string. Tags of blocks may change anything in it, tags
    of values only their own line.
    """
    text = within.source.text
    if _BLOCKS.search(text, within.start, within.end):
        return True
    text, at = span.source.text, span.start
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    return any(tag in line for tag in _VALUES)
