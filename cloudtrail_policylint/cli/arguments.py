"""What arguments mean besides what argparse reads: the command, names of files, lists of words."""

from __future__ import annotations

import os

from ..base.errors import UsageError
from .options import COMMANDS, WITH_PATHS_APART

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_OF_PROGRAM = ("-h", "--help", "-V", "--version")
"""The options that need no command."""


def with_command(arguments: Sequence[str]) -> list[str]:
    """*arguments*, with the command ``lint`` if they begin with an option or a path."""
    first = arguments[0] if arguments else "-h"
    if first in COMMANDS or first in _OF_PROGRAM:
        return [*arguments]
    is_path = first.startswith("-") or os.path.lexists(first) or not first.isidentifier()
    return ["lint", *arguments] if is_path else [*arguments]


def names_apart(arguments: Sequence[str]) -> list[str]:
    """*arguments* in which all that follows ``--`` are names, even ``-``.

    Raises ``UsageError`` for an option that is also the name of a file: programs
    that append the names of files, such as pre-commit, may not write ``--`` first.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for argument in arguments[:end]:
        if argument.startswith("-") and argument != "-" and os.path.lexists(argument):
            raise UsageError(
                f"{argument}: an option or a file of this name? write -- before names of files, "
                f"and ./ before this one"
            )
    return [*arguments[:end], *("./-" if name == "-" else name for name in arguments[end:])]


def paths_after(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """*arguments* without ``--`` and the paths after it, and these paths.

    Only for commands whose other arguments may be left out, so that a path cannot be told from them.
    """
    if not arguments or arguments[0] not in WITH_PATHS_APART or "--" not in arguments:
        return [*arguments], []
    at = [*arguments].index("--")
    return [*arguments[:at]], [*arguments[at + 1 :]]


def split(values: Sequence[str]) -> tuple[str, ...]:
    """The words of comma-separated *values*."""
    return tuple([word.strip() for text in values for word in text.split(",") if word.strip()])
