"""The page of all commands and options, from the parser."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cloudtrail_policylint.cli.options import parser_for_all

if TYPE_CHECKING:
    from collections.abc import Iterator

_BAR = "&#124;"
"""A bar in a cell of a table: backslashes show in code on the site."""


def options_page() -> str:
    """``docs/options.md``."""
    blocks = [
        "# Commands and options",
        "This page is generated from the command line's own help: `cloudtrail-policylint COMMAND"
        " --help`. `ctpl` is a short name of the command, and `lint` may be left out.",
    ]
    parser = parser_for_all()
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    texts = {one.dest: one.help for one in commands._choices_actions}
    for name, command in commands.choices.items():
        blocks.append(f"## {name}")
        blocks.append(f"{_sentence(texts[name])}.")
        rows = list(_rows(command))
        if rows:
            blocks.append("\n".join(["| option | meaning |", "| --- | --- |", *rows]))
    return "\n\n".join(blocks) + "\n"


def _rows(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if action.help == argparse.SUPPRESS or action.dest == "help":
            continue
        words = _words(action)
        names = ", ".join(_code(" ".join([name, *words])) for name in action.option_strings)
        text = command._get_formatter()._expand_help(action)
        names = names or _code(str(action.metavar or action.dest))
        yield f"| {names} | {_cell(text)} |"


def _words(action: argparse.Action) -> list[str]:
    """What follows the name of an option."""
    if action.nargs == 0:
        return []
    if action.metavar is not None:
        return [str(action.metavar)]
    return ["|".join(map(str, action.choices))] if action.choices else [action.dest.upper()]


def _sentence(text: str | None) -> str:
    return (text or "")[:1].upper() + (text or "")[1:]


def _cell(text: str) -> str:
    """*text* in a cell of a table."""
    return text.replace("<", "&lt;").replace("|", _BAR).replace("*", "\\*")


def _code(text: str) -> str:
    """*text* as code in a cell of a table."""
    return f"<code>{text.replace('|', _BAR)}</code>" if "|" in text else f"`{text}`"
