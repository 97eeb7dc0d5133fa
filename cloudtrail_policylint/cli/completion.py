"""The command ``completion``: a script with which a shell completes commands, options and paths."""

from __future__ import annotations

import re

from .options import parser_for_all
from .output import EXIT_OK, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

_SHORT = "ctpl"
"""The other name of the command."""
_NAMING = {
    "bash": r"^complete .* (?=(cloudtrail-policylint)$)",
    "zsh": r"^(?:#compdef |  compdef \S+ -N )(?=(cloudtrail-policylint)$)",
    "powershell": r"^Register-ArgumentCompleter -Native -CommandName (?=(cloudtrail-policylint) )",
}
"""What in the script of a shell precedes the name of the command that is completed."""
_FILE_METAVARS = ("PATH", "FILE", "[FORMAT=]FILE", "NAME")
"""The placeholders of files in the help."""
_RULE_METAVARS = ("RULE", "RULES")
"""The placeholders of rules in the help."""


def completion(options: argparse.Namespace) -> int:
    """Print the completion script for the shell of *options*; return the exit code."""
    from ..lint.run import rule_book

    write_stdout(_script_for_both(options.shell, rule_book(()).ids()) + "\n")
    return EXIT_OK


def _script_for_both(shell: str, rules: Sequence[str]) -> str:
    """The completion script for *shell*, for the command by either of its names."""
    text = script(shell, rules)
    if shell == "fish":
        return f"{text}\ncomplete -c {_SHORT} -w cloudtrail-policylint"
    if shell not in _NAMING:
        return f"{text}\n{script(shell, rules, _SHORT)}"
    separator = ", " if shell == "powershell" else " "
    return re.sub(
        f"({_NAMING[shell]})cloudtrail-policylint",
        rf"\g<1>\g<2>{separator}{_SHORT}",
        text,
        flags=re.MULTILINE,
    )


def script(shell: str, rules: Sequence[str], name: str | None = None) -> str:
    """The completion script for *shell*, which knows the ids *rules*; *name* is another one of the command."""
    import shtab

    parser = parser_for_all()
    parser.prog = name or parser.prog
    for action in _actions(parser):
        if action.metavar in _FILE_METAVARS:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _RULE_METAVARS:
            action.choices = rules
        if shell == "fish" and action.choices and action.help:
            # It shows the help beside each of the choices.
            action.help = re.split(r"[:;(]", action.help)[0].strip()
    return str(shtab.complete(parser, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments and options of *parser* and of its subcommands."""
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                yield from _actions(command)
        else:
            yield action
