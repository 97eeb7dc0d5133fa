"""``lint --changed-since``: what is due to the changes of a branch, and what may not happen for it."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LISTED = """\
{{"Version": "2012-10-17", "Statement": [
  {{"Effect": "Deny",
   "Action": ["cloudtrail:{0}",
     "cloudtrail:{1}"],
   "Resource": "*"}}]}}
"""
MODULE = """\
variable "name" {}

resource "aws_iam_policy" "guard" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for one in [
      { Effect = "Deny", Action = "cloudtrail:Switched", Resource = "*" },
      { Effect = "Deny", Action = "cloudtrail:Always", Resource = "*" },
      { Effect = "Deny", Action = "cloudtrail:StopLogging", Resource = "arn:aws:cloudtrail:*:111122223333:trail/${var.name}" },
    ] : one if local.all || one.Action != "cloudtrail:Switched"]
  })
}
"""
FILES = {
    "a.json": LISTED.format("Old", "StopLogging"),
    "b.json": LISTED.format("Known", "Longer"),
    "main.tf": 'module "m" {\n  source = "./m"\n  name   = "audit"\n}\n',
    "m/main.tf": MODULE,
    "m/locals.tf": "locals {\n  all = false\n}\n",
}


def git(*arguments: str) -> None:
    options = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(("git", *options, *arguments), check=True, capture_output=True)


def commit(message: str) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", message)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch ``work`` from ``main``, with the mistakes of ``FILES``."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git("init", "--quiet", "--initial-branch", "main")
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    commit("before")
    git("checkout", "--quiet", "-b", "work")
    return tmp_path


@pytest.fixture
def found(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    def run(*arguments: str, status: int = 1) -> list[str]:
        assert main(["lint", "--changed-since", "main", "--quiet", *arguments]) == status
        lines = capsys.readouterr().out.splitlines()
        return [re.sub(r"(:\d+:\d+): .*", r"\1", line) for line in lines]

    return run


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_only_findings_that_are_due_to_the_changes_are_reported(
    here: Path, found: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(status=0) == []

    # A changed line of a file with an older mistake; committed or not, and whatever main has since.
    edit(here / "a.json", "StopLogging", "New")
    assert found() == ["a.json:4:6"]
    commit("after")
    git("checkout", "--quiet", "main")
    (here / "later.json").write_text(LISTED.format("Later", "StopLogging"))
    commit("later")
    git("checkout", "--quiet", "work")
    assert found() == ["a.json:4:6"]
    assert found("m", status=0) == []

    # What a change causes on lines, and in files, that are as before.
    edit(here / "m/locals.tf", "false", "true")
    assert found() == ["a.json:4:6", "m/main.tf:7:35"]
    edit(here / "m/locals.tf", "true", "false")
    edit(here / "main.tf", "audit", "x")
    assert found("--select", "CT214") == ["m/main.tf:9:72"]
    assert found("--select", "CT214", "main.tf") == ["main.tf:3:13"]
    (here / "m" / "locals.tf").unlink()
    git("checkout", "--quiet", ".")

    # Untracked files, with any name, and from a folder below.
    (here / 'o\nd"d é.json').write_text(LISTED.format("StopLogging", "New"))
    monkeypatch.chdir(here / "m")
    assert found(status=0) == []
    assert found("..") == ["../a.json:4:6", '../o\\nd"d é.json:4:6']


def test_a_file_with_another_name_is_the_same_file(
    here: Path, found: Callable[..., list[str]]
) -> None:
    git("mv", "b.json", "moved.json")
    assert found(status=0) == []
    edit(here / "moved.json", "Longer", "Longest")
    assert found() == ["moved.json:4:6"]
    (here / "copy.json").write_text(FILES["a.json"])  # of a file that is still there: all is new
    assert found() == ["copy.json:3:15", "moved.json:4:6"]


def test_a_suppression_that_is_deleted_is_a_change(
    here: Path, found: Callable[..., list[str]]
) -> None:
    git("checkout", "--quiet", "main")
    comment = "# policylint: allow CT101 -- not yet"
    (here / "p.yaml").write_text(f"{comment}\n{FILES['a.json']}")
    edit(here / "p.yaml", '"Action"', f'{comment}\n   "Action"')
    commit("with a comment")
    git("checkout", "--quiet", "-B", "work")
    assert found(status=0) == []
    edit(here / "p.yaml", f"{comment}\n   ", "")
    assert found() == ["p.yaml:4:15"]


def test_fixes_and_the_baseline_take_changes_only(
    here: Path, found: Callable[..., list[str]]
) -> None:
    edit(here / "a.json", "StopLogging", "StopLoging")
    edit(here / "b.json", "Known", "GetTrial")
    commit("both")
    git("branch", "--force", "main")
    edit(here / "b.json", "Longer", "DeleteTrial")
    assert found("--fix", "--unsafe-fixes", status=0) == []
    assert "StopLoging" in (here / "a.json").read_text()
    assert "GetTrial" in (here / "b.json").read_text()
    assert "DeleteTrail" in (here / "b.json").read_text()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope", "--changed-since nope: no such commit"),
        ("--output=x", "--changed-since --output=x: no such commit"),
        ("", "--changed-since: no commit is given; write a branch, tag or hash"),
        ("alone", "--changed-since alone: it has no commit in common with HEAD"),
    ],
)
def test_a_commit_that_cannot_be_used_is_a_usage_error(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    git("checkout", "--quiet", "--orphan", "alone")
    commit("alone")
    git("checkout", "--quiet", "work")
    assert main(["lint", f"--changed-since={name}", "."]) == 2
    assert capsys.readouterr().err.startswith(message)
    assert not (here / "x").exists()


def test_a_submodule_at_another_commit_is_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = str(here)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "sub")
    commit("a submodule")
    git("branch", "with-submodule")
    assert main(["lint", "--changed-since=with-submodule", "."]) == 0
    assert "submodule" not in capsys.readouterr().err
    edit(here / "sub" / "a.json", "Old", "Worse")
    git("-C", "sub", "commit", "--quiet", "--all", "--message", "x")
    assert main(["lint", "--changed-since=with-submodule", "."]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sub: a submodule that changed; findings in it are not reported\n")
    assert main(["lint", "--quiet", "--changed-since=with-submodule", "."]) == 0
    assert capsys.readouterr().err == ""


def test_without_git_or_a_repository_it_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["lint", "--changed-since=main", "."]) == 2
    assert "--changed-since: git: not a git repository" in capsys.readouterr().err
    for other in ("-", "--write-baseline"):
        assert main(["lint", "--changed-since=main", other]) == 2
        assert f"{other} cannot be combined with --changed-since" in capsys.readouterr().err
    (tmp_path / "git").write_text("#!/bin/sh\ntouch RAN\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join((".", "")))
    assert main(["lint", "--changed-since=main", "."]) == 2
    assert "--changed-since: git is not installed" in capsys.readouterr().err
    assert not (tmp_path / "RAN").exists()


def test_nothing_that_a_repository_configures_is_run(
    here: Path, found: Callable[..., list[str]]
) -> None:
    ran = here / "RAN"
    script = here.parent / "script"
    script.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "diff.external",
        "diff.mine.command",
        "diff.mine.textconv",
        "filter.mine.clean",
        "filter.mine.smudge",
        "filter.mine.process",
    ):
        git("config", key, str(script))
    hooks = here / ".git" / "hooks"
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / name).write_text(script.read_text())
        (hooks / name).chmod(0o755)
    (here / ".gitattributes").write_text("* diff=mine filter=mine\n")
    edit(here / "a.json", "StopLogging", "New")
    (here / "b.json").touch()  # git would read it to know whether it has changed
    assert found() == ["a.json:4:6"]
    assert not ran.exists()


def test_a_clone_without_the_former_contents_is_a_usage_error(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git would fetch them: a command and an address that the repository has."""
    git("config", "uploadpack.allowFilter", "true")
    clone = here.parent / "clone"
    options = ("--quiet", "--filter=blob:none", "--no-checkout")
    git("clone", *options, here.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    (clone / "a.json").write_text(LISTED.format("New", "StopLogging"))
    assert main(["lint", "--changed-since=HEAD", "."]) == 2
    assert "this clone lacks the former contents" in capsys.readouterr().err
