"""An argparse parser that prints safely, and says in two lines what is wrong with arguments."""

from __future__ import annotations

import argparse
import sys

from ..base.errors import UsageError
from .output import print_stderr, text_width, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from _typeshed import SupportsWrite


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, without the imports by which argparse finds the width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=text_width())


class Parser(argparse.ArgumentParser):
    """A parser whose errors are ``UsageError``; text from arguments is printed safely."""

    def __init__(self, **given: Any) -> None:
        self.spellings: list[str] = []
        """All options of this parser."""
        super().__init__(**{**given, "allow_abbrev": False, "formatter_class": Formatter})

    def add_argument(self, *names: str, **given: Any) -> argparse.Action:
        """Add an argument, as ``ArgumentParser.add_argument``."""
        self.spellings += [name for name in names if name.startswith("-")]
        return super().add_argument(*names, **given)

    def parse_known(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The namespace of *arguments*; raises ``UsageError`` for unknown ones."""
        options, unknown = self.parse_known_args(arguments)
        if unknown:
            options.parser.refuse(unknown[0])
        return options

    def refuse(self, argument: str) -> NoReturn:
        """Raise the ``UsageError`` for the unknown *argument*."""
        if not argument.startswith("-"):
            self.error(f"one argument too many: {argument}")
        from ..base.suggest import nearest

        name = argument.partition("=")[0]
        self.error(f"unknown option {name}{nearest(name, self.spellings)}")

    def error(self, message: str) -> NoReturn:
        """Raise a ``UsageError`` that says how to get help."""
        raise UsageError(f"{message}\nsee {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise an error that suggests the nearest choice if *value* is none of *action*."""
        if action.choices is None or value in action.choices:
            return
        from ..base.suggest import nearest

        choices = [str(choice) for choice in action.choices]
        text = str(value)
        if isinstance(action, argparse._SubParsersAction):
            raise argparse.ArgumentError(
                None, f"no such command, file or folder: {text}{nearest(text, choices)}"
            )
        known = nearest(text, choices) or f"; use one of {', '.join(choices)}"
        raise argparse.ArgumentError(action, f"no such value: {text}{known}")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if file is sys.stdout:
            write_stdout(message)
        else:
            for line in message.splitlines():
                print_stderr(line)
