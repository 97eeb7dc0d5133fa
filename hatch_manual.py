"""The manual page of the command, from its own help."""

from __future__ import annotations

import argparse
import os
import time
from textwrap import wrap
from typing import TYPE_CHECKING

from cloudtrail_policylint._version import DOCS_URL

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = (
    (
        "pyproject.toml, .cloudtrail-policylint.yaml",
        "the settings: of each file, those in the nearest folder above it",
    ),
    (
        "~/.cache/cloudtrail-policylint",
        "compiled rules of your own, in XDG_CACHE_HOME if that is set",
    ),
)
VARIABLES = (
    ("NO_COLOR", "no colors, whatever it is set to"),
    ("FORCE_COLOR, CLICOLOR_FORCE", "colors even if the output is no terminal"),
    ("COLUMNS", "the width of text"),
)
PAGES = (DOCS_URL, "https://github.com/OWNER/cloudtrail-policylint/issues")


def manual(parser: argparse.ArgumentParser, version: str) -> str:
    """The page of the command of *parser*, in the macros of man(7) and in ASCII."""
    return "".join(f"{line}\n" for line in _lines(parser, version))


def _lines(parser: argparse.ArgumentParser, version: str) -> Iterator[str]:
    name = parser.prog
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    day = time.strftime("%Y-%m-%d", time.gmtime(int(epoch))) if epoch.isdecimal() else ""
    yield f'.TH {_text(name.upper())} 1 "{day}" "{_text(name)} {_text(version)}" "User Commands"'
    yield ".SH NAME"
    about = parser.description or ""
    yield " ".join(_filled(f"{name}, ctpl - {about[:1].lower() + about[1:].rstrip('.')}"))
    yield ".SH SYNOPSIS"
    commands, texts = _commands(parser)
    yield f".B {_text(name)}"
    yield "[\\fICOMMAND\\fR] [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]..."
    yield ".SH DESCRIPTION"
    yield from _filled(about)
    yield ".PP"
    yield "Without a command, files and folders are checked, as by"
    yield ".BR lint ."
    yield ".B ctpl"
    yield "is a short name of the command."
    yield from _options(parser)
    yield from _epilog(parser)
    yield ".SH COMMANDS"
    for command, own in commands.items():
        yield f".SS {_text(command)}"
        yield f"{_text(texts[command][:1].upper() + texts[command][1:])}."
        yield from _options(own)
        yield from _epilog(own)
    for title, rows in (("FILES", FILES), ("ENVIRONMENT", VARIABLES)):
        yield f".SH {title}"
        for word, meaning in rows:
            yield from (".TP", f".B {_text(word)}", *_filled(meaning))
    yield ".SH SEE ALSO"
    for number, page in enumerate(PAGES):
        yield from ([".br"] if number else [])
        yield _text(page)


def _commands(
    parser: argparse.ArgumentParser,
) -> tuple[dict[str, argparse.ArgumentParser], dict[str, str]]:
    """The parsers of the commands, and what each does."""
    (found,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return dict(found.choices), {one.dest: one.help or "" for one in found._choices_actions}


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The arguments and options of *parser*, each with its meaning."""
    for action in parser._actions:
        if action.dest in ("help", "command") or action.help == argparse.SUPPRESS:
            continue
        yield ".TP"
        words = "" if action.nargs == 0 else f" {_value(action)}"
        named = [f"\\fB{_text(one)}\\fR{words}" for one in action.option_strings]
        yield ", ".join(named) or _value(action)
        yield from _filled(parser._get_formatter()._expand_help(action))


def _value(action: argparse.Action) -> str:
    """What stands for the value of *action*."""
    if action.metavar is None and action.choices:
        return "|".join(f"\\fB{_text(str(one))}\\fR" for one in action.choices)
    return f"\\fI{_text(str(action.metavar or action.dest.upper()))}\\fR"


def _epilog(parser: argparse.ArgumentParser) -> Iterator[str]:
    """What the help says last (examples, exit codes), with its line ends."""
    if parser.epilog:
        yield from (
            ".PP",
            ".nf",
            *[_text(line) for line in parser.epilog.rstrip().split("\n")],
            ".fi",
        )


def _filled(text: str) -> Iterator[str]:
    """*text* in lines that are filled again."""
    yield from map(_text, wrap(text, 70, break_long_words=False, break_on_hyphens=False))


def _text(text: str) -> str:
    """*text* as it is written in roff."""
    shown = text.replace("\\", "\\e").replace("-", "\\-")
    shown = "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in shown)
    return f"\\&{shown}" if shown.startswith((".", "'")) else shown
