"""File names that look like options, or like standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.json").write_text(POLICY)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["--output=p.json", "--output=a/b.json", "--fix", "-V", "--config", "-x.json"]
)
@pytest.mark.parametrize("command", ["lint", "check-rules"])
def test_an_option_that_is_also_a_file_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    (here / name).parent.mkdir(exist_ok=True)
    (here / name).write_text(POLICY)
    assert main([command, name, "p.json"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"{name}: an option or a file of this name? write -- before")
    assert out == ""
    assert (here / "p.json").read_text() == POLICY


def test_a_link_that_leads_nowhere_is_a_file_too(here: Path) -> None:
    (here / "--fix").symlink_to("nowhere")
    assert main(["lint", "--fix", "p.json"]) == 2


def test_all_that_follows_two_dashes_are_names(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("--fix.json", "-", "--"):
        (here / name).write_text(POLICY)
    assert main(["lint", "--", "--fix.json", "-", "./--", "p.json"]) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "--fix.json",
        "p.json",
    ]


def test_a_named_file_of_another_format_is_not_left_out_silently(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["a.jsonc", "b.txt", "policy", ".cloudtrail-policylint.yaml", "m/main.tf", "m/p.txt"]
    (here / "m").mkdir()
    for name in (*names, "p.json"):
        (here / name).write_text("{}" if "json" in name else "")

    def said(*arguments: str) -> list[str]:
        assert main(["lint", *arguments]) == 0
        return [line for line in capsys.readouterr().err.splitlines() if "not checked" in line]

    message = "a.jsonc: not checked: unknown file format"
    assert said("a.jsonc", "p.json") == [message]
    assert said(*names) == [f"{message}, as for 2 more of the named files"]
    assert said("-q", *names) == []
    assert said(".", ".cloudtrail-policylint.yaml", "m/main.tf", "m/p.txt", "p.json") == []
