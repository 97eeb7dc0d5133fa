"""Making text from files safe to show on a terminal, in a log or on a web page.

``cli.output`` and ``formats`` call ``safe_lines`` and ``safe_text`` for all that is
printed or written as a report, so that nothing else can forget it. Text that is
put between ends of lines, styles or commands of ours is made printable before.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

ESC = "\x1b"
STYLES = tuple(f"{ESC}[{code}m" for code in ("0", "2", "1;31", "1;33", "1;36"))
"""The only terminal codes that this program prints."""

_CI = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
"""Variables of CI systems that run commands which they find in a log.

GitHub: ``::command::`` at the start of a line, ``##[command]`` anywhere
(ActionCommand.cs of its runner). Azure Pipelines: ``##vso[command]``, TeamCity:
``##teamcity[command]`` (their documentation on logging commands and service
messages; all seen 2026-11-26).
"""


def printable(text: str) -> str:
    """*text* with unprintable characters escaped, as in ``\\x1b``.

    These include line ends, terminal codes, bidirectional marks and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable() or char == "\t"
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def html_text(text: str) -> str:
    """*text* made printable, as it is put between tags of HTML and in quotes."""
    from html import escape

    return escape(printable(text))


def safe_lines(
    lines: Iterable[str], *, styled: bool = False, commands: bool = False
) -> Iterator[str]:
    """Each of *lines* as it may be printed: printable, and no command for a CI system.

    *styled*: ``STYLES`` remain. *commands*: commands are meant.
    """
    guarded = not commands and any(map(os.environ.get, _CI))
    for line in lines:
        safe = _styled(line) if styled and ESC in line else printable(line)
        yield _without_commands(safe) if guarded else safe


def safe_text(text: str, *, commands: bool = False) -> str:
    """The lines of *text*, each as of ``safe_lines``; CR LF ends a line too."""
    lines = text.split("\n")
    ends = ["\r" if line.endswith("\r") else "" for line in lines]
    ends[-1] = ""
    plain = (line.removesuffix(end) for line, end in zip(lines, ends, strict=True))
    safe = safe_lines(plain, commands=commands)
    return "\n".join(line + end for line, end in zip(safe, ends, strict=True))


def _styled(line: str) -> str:
    """*line* made printable, but for ``STYLES``."""
    first, *rest = line.split(ESC)
    pieces = [printable(first)]
    for piece in rest:
        style = next((style for style in STYLES if piece.startswith(style[1:])), "")
        pieces.append(style + printable(piece[len(style) - 1 :] if style else ESC + piece))
    return "".join(pieces)


def _without_commands(line: str) -> str:
    """The printable *line* with a character escaped of what a CI system would run."""
    if line.lstrip().startswith("::"):
        line = line.replace(":", "\\x3a", 1)
    return break_commands(line, "\\x5b")


def break_commands(text: str, bracket: str) -> str:
    """*text* with *bracket* in place of the brackets of ``##[`` and ``##vso[``."""
    if "##" not in text:
        return text
    import re

    return re.sub(r"(##\w*)\[", lambda match: match[1] + bracket, text)


def json_text(value: Any) -> str:
    """*value* as JSON in which all unprintable characters are escaped, and commands as well."""
    import json

    text = json.dumps(value, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f")
    return break_commands(text, "\\u005b") + "\n"


def printable_values(value: Any) -> Any:
    """The JSON *value* with printable strings, for programs that show them as they are."""
    if isinstance(value, str):
        return value if value.isprintable() else "\n".join(map(printable, value.split("\n")))
    if isinstance(value, dict):
        return {key: printable_values(one) for key, one in value.items()}
    return [printable_values(one) for one in value] if isinstance(value, list) else value
