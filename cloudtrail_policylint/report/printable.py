"""Text from files as it may be shown: on a terminal, in a log, on a web page."""

from __future__ import annotations


def printable(text: str) -> str:
    """*text* without characters that would steer a terminal or turn its direction round.

    Each becomes ``\\x1b`` and the like, lone surrogates among them.
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable() or char == "\t"
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
