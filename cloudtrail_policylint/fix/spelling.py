"""How the new text of an edit may have to be escaped in its file.

Where an edit is written (in a heredoc, in JSON inside a string, in a YAML
scalar) is not known here. All spellings are tried, the likeliest first, until
the file reads as it should.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from ..tree.edit import Edit

    Replacement: TypeAlias = tuple[int, int, str]
    """The start and end of what is replaced in a file, and the text to write there."""


def spellings(edit: Edit) -> Iterator[Replacement]:
    """The replacements that may make *edit*, the likeliest first."""
    span, text, target = edit.span, edit.text, edit.target
    tried = set()
    once = json.dumps(text, ensure_ascii=False)[1:-1]
    twice = json.dumps(once, ensure_ascii=False)[1:-1]
    for spelling in (text, once, twice):
        hcl = spelling.replace("${", "$${").replace("%{", "%%{")
        sub = spelling.replace("${", "${!")  # Fn::Sub
        for way in (spelling, hcl, sub, spelling.replace("'", "''"), sub.replace("'", "''")):
            if way not in tried:
                tried.add(way)
                yield span.start, span.end, way
    if target is not None:
        whole = target.span
        if whole.text == target.literal:  # a plain scalar of YAML, which may need quotes
            yield whole.start, whole.end, json.dumps(edit.new_text, ensure_ascii=False)
