"""SECURITY.md names a test for each statement; here are those that fit nowhere else."""

from __future__ import annotations

import ast
import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main
from support.hostile import lint, policy
from support.paths import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

SECURITY = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
SETTINGS = ".cloudtrail-policylint.yaml"
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "top"
    (top / ".git").mkdir(parents=True)
    (top / "p.json").write_text(policy())
    monkeypatch.chdir(top)
    return top


def test_the_named_tests_exist() -> None:
    named = TEST.findall(SECURITY)
    assert len(named) > 30
    for file, name in named:
        tree = ast.parse((PROJECT / "tests" / file).read_text(encoding="utf-8"))
        tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in tests, f"{file}::{name}"


def test_every_point_of_the_lists_names_tests_of_all_it_says() -> None:
    _, _, lists = SECURITY.partition("## What a hostile repository can do")
    points = re.split(r"\n- ", lists)[1:]
    assert len(points) == 14
    for point in points:
        assert point.partition("\n\n")[0].rstrip().endswith("`)"), point


def test_what_is_hidden_can_be_shown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "comment.yaml").write_text(f"# policylint: allow CT101 -- ours\n{policy()}")
    (here / "baseline.json").write_text(policy(Action="cloudtrail:Known"))
    main(["lint", "--write-baseline", "baseline.json"])
    (here / SETTINGS).write_text(
        "suppress: [{rule: CT101, path: p.json, reason: theirs}]\nexclude: [gone]\nignore: [CT8]\n"
    )
    capsys.readouterr()
    assert main(["lint", "--show-suppressed", "."]) == 0
    out = capsys.readouterr().out
    for path, where in (
        ("comment.yaml", "suppressed in the file: ours"),
        ("p.json", "suppressed in the settings: theirs"),
        ("baseline.json", "in the baseline"),
    ):
        assert re.search(rf"^{path}:\d+:\d+: suppressed CT101 .*; {where}$", out, re.MULTILINE)
    assert main(["lint", "--show-settings", "."]) == 0
    out = capsys.readouterr().out
    assert re.search(r'^exclude: \["gone"\]', out, re.MULTILINE)
    assert re.search(r'^ignore: \["CT8"\]', out, re.MULTILINE)


def test_settings_of_the_user_replace_those_of_the_repository(here: Path) -> None:
    (here / "large.json").write_text(policy(Sid="x" * 2**20))
    (here / SETTINGS).write_text("ignore: [CT101]\nlimits: {file-size: 64}\n")
    (here.parent / "own.yaml").write_text("limits: {file-size: 1}\n")
    assert lint(here, ".").out == ""
    outcome = lint(here, "--config", "../own.yaml", ".")
    assert outcome.rules() == {"unknown-action", "limit-exceeded"}


def test_links_to_checked_files_are_followed(here: Path) -> None:
    (here.parent / "away.json").write_text(policy(Action="cloudtrail:Away"))
    (here.parent / "away.tf").write_text('locals {\n  action = "Module"\n}\n')
    (here.parent / "away.yaml").write_text("ignore: [CT802]\n")
    (here / "link.json").symlink_to("../away.json")
    (here / "link.tf").symlink_to("../away.tf")
    (here / SETTINGS).symlink_to("../away.yaml")
    (here / "main.tf").write_text(
        'resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Statement = [{ Effect = "Deny", '
        'Action = "cloudtrail:${local.action}", Resource = "*" }] })\n}\n'
    )
    out = lint(here, "link.json", "main.tf").out
    assert "link.json:1:" in out
    assert "cloudtrail:Module" in out


def test_a_pipe_as_gitignore_is_not_opened(here: Path) -> None:
    os.mkfifo(here / ".gitignore")
    (here / "sub").mkdir()
    (here / "sub" / ".gitignore").symlink_to("/dev/zero")
    (here / "sub" / "p.json").write_text(policy())
    assert lint(here, ".").out.count("CT101") == 2


def test_a_run_writes_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = here.parent / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    (here / "q.json").write_text(policy(Effect="Allow", Action="cloudtrail:PutAuditEvents"))
    before = {path: path.stat().st_mtime_ns for path in here.parent.rglob("*")}
    for options in ((), ("--diff", "--unsafe-fixes"), ("--show-settings",), ("--format", "sarif")):
        lint(here, *options, ".")
    after = {path: path.stat().st_mtime_ns for path in here.parent.rglob("*")}
    inside = {
        path: time for path, time in after.items() if path != cache and cache not in path.parents
    }
    assert inside == before
    assert json.loads((here / "p.json").read_text())
