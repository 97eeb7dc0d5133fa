"""The manual page that the wheel installs: all commands and options are in it, and nothing is taken for a macro."""

from __future__ import annotations

import argparse
import importlib.util
import re
import shutil
import subprocess

import pytest

from cloudtrail_policylint.cli.completion import script
from cloudtrail_policylint.cli.options import parser_for_all
from support.paths import PROJECT

MACROS = {".TH", ".SH", ".SS", ".B", ".BR", ".PP", ".TP", ".br", ".nf", ".fi"}


def page() -> str:
    spec = importlib.util.spec_from_file_location("hatch_manual", PROJECT / "hatch_manual.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.manual(parser_for_all(), "1.2.3"))


def test_every_command_and_option_is_on_the_page() -> None:
    text = page()
    assert text.isascii()
    assert {line.split()[0] for line in text.splitlines() if line.startswith((".", "'"))} == MACROS
    shown = re.sub(r"\\f[BIR]|\\(?=-)", "", text).replace("\\e", "\\").replace("\\&", "")
    (commands,) = (
        one for one in parser_for_all()._actions if isinstance(one, argparse._SubParsersAction)
    )
    sections = dict(
        section.split("\n", 1) for section in shown.partition(".SH COMMANDS")[2].split(".SS ")[1:]
    )
    assert list(sections) == list(commands.choices)
    for name, command in commands.choices.items():
        words = " ".join(sections[name].split())
        for action in command._actions:
            if action.dest != "help":
                assert command._get_formatter()._expand_help(action) in words
                assert all(option in sections[name] for option in action.option_strings)
        for line in (command.epilog or "").splitlines():
            assert line in sections[name]


def test_the_date_is_that_of_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert page().startswith('.TH CLOUDTRAIL\\-POLICYLINT 1 "" "cloudtrail\\-policylint 1.2.3"')
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert '1 "2023-11-14"' in page()


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="needs mandoc")
def test_mandoc_has_nothing_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    done = subprocess.run(
        [shutil.which("mandoc") or "", "-T", "lint", "-W", "warning"],
        input=page(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_for_either_name(shell: str) -> None:
    text = script(shell, ["CT101"], "ctpl")
    assert "cloudtrail-policylint" not in text
    assert "CT101" in text
    assert {"bash": " ctpl\n", "zsh": "#compdef ctpl\n", "fish": "ctpl"}[shell] in f"{text}\n"
