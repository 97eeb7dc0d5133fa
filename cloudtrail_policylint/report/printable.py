"""Making text from files safe to show on a terminal, in a log or on a web page."""

from __future__ import annotations


def printable(text: str) -> str:
    """*text* with unprintable characters escaped, as in ``\\x1b``.

    These include terminal codes, bidirectional marks and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable() or char == "\t"
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
