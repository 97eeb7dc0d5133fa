"""JSON and YAML with the tags of a text template in them: Jinja, Helm, ERB.

Such a file is no JSON or YAML before a program has filled it in, and what is
wrong with it as it stands need not be wrong then.
"""

from __future__ import annotations

from ..base.lazy_regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import Span

_BLOCKS = regex(
    r"\{%|\{#[^\n]*#\}|<%|\{\{[-#/^~]|\{\{\s*(?:if|else|end|range|with|include|define|template|block)\b"
)
"""Tags that decide which text is there at all."""
_VALUES = ("{{", "<%")


def is_filled_in(span: Span, within: Span) -> bool:
    """Whether what stands at *span* may be right once the tags in *within*, the file or string, are replaced.

    Blocks may change everything, a value the line that it is on.
    """
    text = within.source.text
    if _BLOCKS.search(text, within.start, within.end):
        return True
    text, at = span.source.text, span.start
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    return any(tag in line for tag in _VALUES)
