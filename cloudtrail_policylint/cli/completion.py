"""The command ``completion``: what a shell needs to complete commands, options and paths."""

from __future__ import annotations

from .options import parser_for_all
from .output import FINE, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_FILES = ("PATH", "FILE", "NAME")
"""What stands for a file in the help."""


def completion(options: argparse.Namespace) -> int:
    """Print the script for the shell of *options*; the exit code."""
    import shtab

    parser = parser_for_all()
    for action in _actions(parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    show(shtab.complete(parser, options.shell) + "\n")
    return FINE


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                yield from _actions(command)
        else:
            yield action
