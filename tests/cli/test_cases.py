"""Whole commands: each file in ``tests/cases`` has input files, command lines and all their output.

A section begins with ``=== ``: ``file NAME``, ``stdin``, ``run ARGUMENTS``,
``stdout``, ``stderr``, ``status N``, ``after NAME`` (the contents of a file afterwards).
A case may run several commands.
Run with ``UPDATE_CASES=1`` to write the current output into the files, and read
the diff.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint import __version__
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.cli.options import COMMANDS
from cloudtrail_policylint.iam.catalogue import data_version
from support.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = sorted((PROJECT / "tests" / "cases").glob("*.case"))


def sections(text: str) -> Iterator[tuple[str, str, str]]:
    """Each section's word, argument and body."""
    for block in ("\n" + text).split("\n=== ")[1:]:
        head, _, body = block.partition("\n")
        word, _, argument = head.partition(" ")
        yield word, argument, body + "\n" if body else ""


def run(arguments: str, stdin: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, str, int]:
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    try:
        status = main(shlex.split(arguments))
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.stdin = sys.__stdin__
    out, err = capsys.readouterr()
    return neutral(out), neutral(err), status


def neutral(text: str) -> str:
    """*text* without versions, which change from release to release, and with readable colors."""
    text = text.replace(data_version(), "DATA").replace("\x1b", "<ESC>")
    text = text.replace(f'"version": "{__version__}"', '"version": "VERSION"')
    return text.replace(f"cloudtrail-policylint {__version__}", "TOOL")


def replay(case: str, capsys: pytest.CaptureFixture[str]) -> str:
    """*case* with the actual output of its commands; empty output has no section."""
    parts: list[str] = []
    stdin = ""
    for word, argument, body in sections(case):
        if word == "file":
            path = Path(argument)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
        elif word == "stdin":
            stdin = body
        if word in ("file", "stdin"):
            parts.append(f"=== {word}{' ' if argument else ''}{argument}\n{body}")
        elif word == "after":
            parts.append(f"=== after {argument}\n{Path(argument).read_text(encoding='utf-8')}")
        elif word == "run":
            out, err, status = run(argument, stdin, capsys)
            parts.append(f"=== run {argument}".rstrip() + "\n")
            parts += [
                f"=== {name}\n{text}" for name, text in (("stdout", out), ("stderr", err)) if text
            ]
            parts.append(f"=== status {status}\n")
    return "".join(parts)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()  # settings are not looked for above
    monkeypatch.setenv("COLUMNS", "100")
    text = path.read_text(encoding="utf-8")
    comment, _, case = text.partition("=== ")
    found = comment + replay("=== " + case, capsys)
    if os.environ.get("UPDATE_CASES"):
        path.write_text(found, encoding="utf-8")
    assert found == text


def test_there_are_cases() -> None:
    assert len(CASES) > 10


def test_the_help_of_every_command_is_in_a_case() -> None:
    text = (PROJECT / "tests" / "cases" / "help.case").read_text(encoding="utf-8")
    runs = [argument for word, argument, _ in sections(text) if word == "run"]
    assert runs == [f"{command} --help" for command in COMMANDS]
