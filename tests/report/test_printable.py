"""Nothing that is printed controls a terminal or commands a CI system, whatever a repository has in it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.base.choices import DRAWN_FORMATS
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.cli.output import print_stderr
from cloudtrail_policylint.lint.checker import Checker
from cloudtrail_policylint.report.formats import FORMATS
from cloudtrail_policylint.report.printable import (
    STYLES,
    json_text,
    printable_values,
    safe_lines,
    safe_text,
)
from support.rules import RULE

if TYPE_CHECKING:
    from pathlib import Path

STEERING = "\\e]0;pwned\\a\\e[31m\\e[2J\\x9b2J\\u202e\\u2028\\x7f"
"""Terminal codes as YAML writes them."""
COMMANDS = ("##[add-mask]x", "##vso[x]x", "##teamcity[x]", "::add-mask::x")
CI = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CI:
        monkeypatch.delenv(name, raising=False)


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Statement": [statement]})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with rules whose every text is hostile, and with hostile names."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "60")
    top = tmp_path / "top"
    (top / ".git").mkdir(parents=True)
    (top / "rules").mkdir()
    monkeypatch.chdir(top)
    (top / "rules" / "a.yaml").write_text(hostile_rule(" ".join((STEERING, *COMMANDS))))
    (top / ".cloudtrail-policylint.yaml").write_text(
        f'rules: [rules]\nexclude: ["{STEERING}\\n::add-mask::x", "##[x]"]\n'
    )
    (top / "\x1b[31m\u202e##[x]").mkdir()
    for name in (
        "p.json",
        "::add-mask::x.json",
        " ::x::.json",
        "\x1b[31m\u202e##[x]/p.json",
        "a\nb.json",
    ):
        (top / name).write_text(policy("cloudtrail:LookupEvents"))
    fixable = policy("cloudtrail:PutAuditEvents").replace(
        '{"Statement"', '{"Version": "2012-10-17",\r\n"Id": "\u202e##[x]", "Statement"'
    )
    (top / "r\x1b[31m\n::x::.json").write_text(fixable)
    (top / "q.json").write_text(policy("cloudtrail:##[x]\x1b[1;31m\x7f"))
    return top


def hostile_rule(text: str) -> str:
    """The rule with *text*, of YAML, in each of its texts."""
    rule = RULE.replace("Because.", f'"Because {text}"')
    for key in ("summary", "message", "fix", "says"):
        changed = re.sub(rf"(\b{key}: )(\"[^\"]*\"|[^\n,}}]+)", lambda m: f'{m[1]}"{text}"', rule)
        assert changed != rule, key
        rule = changed
    return rule


def plain(text: str) -> bool:
    return all(char.isprintable() or char in "\n\t" for char in text)


def commands_in(text: str) -> list[str]:
    """The lines of *text* in which a CI system finds a command."""
    return [
        line
        for line in text.splitlines()
        if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)
    ]


PRINTING = (
    ["lint", "."],
    ["lint", "--color", "always", "--show-suppressed", "--statistics", "."],
    ["lint", "--show-settings", ".", "a\nb.json", "\x1b[31m\u202e##[x]/p.json"],
    ["lint", "--diff", "--unsafe-fixes", "."],
    ["lint", "--fix", "--unsafe-fixes", "."],
    ["lint", "--write-baseline", "--baseline", "\x1b[31m::x.json", "."],
    ["lint", "\x1b[31m::x.json"],
    ["lint", "--select", "\x1b[31m", "."],
    ["lint", "--\x1b[31m"],
    ["lint", "--jobs", "::x::\n::y::\x1b[31m"],
    ["explain", "--rules", "rules", "ACME1"],
    ["explain", "\x1b[31m\n::x::"],
    ["rules", "--rules", "rules"],
    ["rules", "--rules", "rules", "--format", "markdown"],
    ["rules", "--rules", "rules", "--format", "json"],
    ["check-rules", "rules"],
    ["check-rules", "\x1b[31m\n::x::"],
    *(["lint", "--format", form, "--show-suppressed", "."] for form in FORMATS),
)  # fmt: skip


WHERE = (None, *CI)
TEXTS = 8
"""So many commands of the list are tried in each CI system, and each other one in one of them."""


@pytest.mark.parametrize(
    ("command", "variable"),
    [
        pytest.param(command, variable, id=f"{' '.join(command)}-{variable}")
        for number, command in enumerate(PRINTING)
        for variable in (
            WHERE if number < TEXTS else dict.fromkeys((None, WHERE[number % len(WHERE)]))
        )
    ],
)
def test_nothing_printed_steers_a_terminal_or_a_ci_system(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    variable: str | None,
) -> None:
    if variable:
        monkeypatch.setenv(variable, "true")
    try:
        assert main(command) in (0, 1, 2)
    except SystemExit as end:
        assert end.code == 2  # noqa: PT017 - argparse ends so
    out, err = capsys.readouterr()
    assert out + err
    for style in STYLES if "always" in command else ():
        out = out.replace(style, "")
    assert plain((out + err).replace("\r\n", "\n"))
    if variable and command[2:3] != ["github"]:
        assert commands_in(out + err) == []


@pytest.mark.parametrize("form", FORMATS)
def test_reports_in_files_are_escaped_too(here: Path, form: str) -> None:
    assert main(["lint", "--format", form, "--output", "out", "."]) == 1
    text = (here / "out").read_text(encoding="utf-8")
    assert "ACME1" in text or form in DRAWN_FORMATS  # these have what is on a trail
    assert plain(text)
    if form in ("sarif", "gitlab"):
        assert plain("\n".join(strings(json.loads(text))))
    elif form == "json":
        message = next(f for f in json.loads(text)["findings"] if f["rule"] == "ACME1")["message"]
        assert "##[add-mask]x" in message
    elif form == "junit":
        texts = [
            one
            for element in ET.fromstring(text).iter()
            for one in (element.text or "", *element.attrib.values())
        ]
        assert plain("\n".join(texts))
        assert any("##[add-mask]x" in one for one in texts)
        assert "##[" not in text


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in parts for one in strings(part)]


def test_the_github_report_has_its_own_commands_only(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["lint", "--format", "github", "."]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 5
    assert all(re.match(r"::(error|warning|notice) title=[A-Z]+\d+ ", line) for line in lines)


def test_internal_errors_are_escaped(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(*_: object, **__: object) -> None:
        raise ValueError("::x::\x1b[31m")

    monkeypatch.setattr(Checker, "check", check)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for form in FORMATS:
        assert main(["lint", "--format", form, "."]) == 3
        out, err = capsys.readouterr()
        assert plain(out + err)
        assert "internal error: ValueError: ::x::\\x1b[31m" in err
        assert commands_in(err) == []
    print_stderr("internal error: \x1b[31m\n::x::")
    assert capsys.readouterr().err == "internal error: \\x1b[31m\\n::x::\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh", "fish", "powershell"])
def test_completion_scripts_are_not_changed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    assert main(["completion", shell]) == 0
    before = capsys.readouterr().out
    assert "\\x" not in before
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["completion", shell]) == 0
    assert capsys.readouterr().out == before


def test_what_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a\tb\r\n::c\n d ##[e]\r"
    assert safe_text(text) == "a\tb\r\n::c\n d ##[e]\\r"
    assert list(safe_lines(["a\nb\r", "é\x1b[1;31mc\x1b[0m"])) == [
        "a\\nb\\r",
        "é\\x1b[1;31mc\\x1b[0m",
    ]
    styled = "\x1b[1;31ma\x1b[0mb\x1b[31mc\x1b"
    assert list(safe_lines([styled], styled=True)) == ["\x1b[1;31ma\x1b[0mb\\x1b[31mc\\x1b"]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert safe_text(text) == "a\tb\r\n\\x3a:c\n d ##\\x5be]\\r"
    assert safe_text(text, commands=True) == "a\tb\r\n::c\n d ##[e]\\r"
    value = {"a": ["##[x]", "##vso[x]", "\x7f\x1b\u202eé", "#[", "x\ny"], "b": 1}
    assert json.loads(json_text(value)) == value
    assert plain(json_text(value))
    assert commands_in(json_text(value)) == []
    assert printable_values(value)["a"][2:] == ["\\x7f\\x1b\\u202eé", "#[", "x\ny"]
