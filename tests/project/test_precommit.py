"""The hook in the real pre-commit: a repository, a bad and a good policy in each format. The project's own hooks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from ruamel.yaml import YAML

from cloudtrail_policylint.base.formats import FORMATS
from support.paths import PROJECT

BAD = {
    "policy.json": """\
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Deny", "Action": "cloudtrail:StopLoging", "Resource": "*"}]}
""",
    "template.yaml": """\
Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: cloudtrail:StopLoging
            Resource: "*"
""",
    "main.tf": """\
resource "aws_iam_policy" "guard" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Deny"
      Action   = local.action
      Resource = "*"
    }]
  })
}

locals {
  action = "cloudtrail:StopLoging"
}
""",
}
PLACES = {"policy.json": "2:32", "template.yaml": "9:21", "main.tf": "13:12"}


def git(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    options = (
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.com",
        "-c",
        "protocol.file.allow=always",
    )
    return subprocess.run(
        ("git", *options, *arguments), cwd=cwd, capture_output=True, text=True, check=True
    )


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what a user of the hook would clone: the files as they are now, committed.

    The processes of a run share it, and the environment that pre-commit builds for it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "hook"
    with FileLock(f"{shared}.lock"):
        return shared / "repository" if shared.exists() else committed(shared / "repository")


def committed(copy: Path) -> Path:
    """*copy*, made a repository of the project's files."""
    ignore = shutil.ignore_patterns(
        ".git", ".venv", "*cache*", "_rules.json", "dist", "build", "*.egg-info"
    )
    shutil.copytree(PROJECT, copy, ignore=ignore)
    git("init", "--quiet", cwd=copy)
    git("add", "--all", cwd=copy)
    git("commit", "--quiet", "--message", "The hook", cwd=copy)
    return copy


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git("init", "--quiet", cwd=tmp_path)
    return tmp_path


def try_hook(
    hook: Path, repository: Path, arguments: list[str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the hook on what is staged in *repository*, with its own or other *arguments*."""
    git("add", "--all", cwd=repository)
    config = repository.parent / f"{repository.name}.yaml"
    entry = {"id": "cloudtrail-policylint"} | ({} if arguments is None else {"args": arguments})
    commit = git("rev-parse", "HEAD", cwd=hook).stdout.strip()
    config.write_text(json.dumps({"repos": [{"repo": str(hook), "rev": commit, "hooks": [entry]}]}))
    command = ["run", "--config", str(config)]
    if arguments is not None:
        command.append("--all-files")
    # The cache of compiled environments is kept between the tests of a run: building one takes long.
    environment = {**os.environ, "PRE_COMMIT_HOME": str(hook.parent / "environments")}
    return subprocess.run(
        (sys.executable, "-m", "pre_commit", *command),
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bad_policy_in_each_format_fails_the_commit(hook: Path, repository: Path) -> None:
    for name, text in BAD.items():
        (repository / name).write_text(text, encoding="utf-8")
    done = try_hook(hook, repository)
    assert done.returncode == 1, done.stdout + done.stderr
    for name, place in PLACES.items():
        line = f"{name}:{place}: error CT101 cloudtrail:StopLoging is not a CloudTrail action"
        assert line in done.stdout, done.stdout + done.stderr


def test_good_policies_pass(hook: Path, repository: Path) -> None:
    for name, text in BAD.items():
        (repository / name).write_text(text.replace("StopLoging", "StopLogging"), encoding="utf-8")
    done = try_hook(hook, repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_what_is_not_part_of_the_commit_is_read_but_not_reported(
    hook: Path, repository: Path
) -> None:
    policy, _, values = BAD["main.tf"].partition("\nlocals")
    (repository / "values.tf").write_text("locals" + values, encoding="utf-8")
    (repository / "other.json").write_text(BAD["policy.json"], encoding="utf-8")
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--message", "Already there", cwd=repository)
    (repository / "main.tf").write_text(
        policy.replace("local.action", '[local.action, "cloudtrail:Nope"]'), encoding="utf-8"
    )
    done = try_hook(hook, repository)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "main.tf:6:33: error CT101 cloudtrail:Nope" in done.stdout
    assert "values.tf:" not in done.stdout
    assert "other.json:" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "end"), [(None, 1), (["--quiet", "--"], 1), (["--quiet"], 2)]
)
def test_file_names_are_not_options(
    hook: Path, repository: Path, arguments: list[str] | None, end: int
) -> None:
    """With args of the user's own, which may lack ``--``, the run stops instead."""
    (repository / "package.json").write_text('{"name": "mine"}')
    (repository / "off.yaml").write_text('exclude: ["*"]\n')
    for name in ("--output=package.json", "--config=off.yaml", "--fix.json"):
        (repository / name).write_text(BAD["policy.json"])
    done = try_hook(hook, repository, arguments)
    assert done.returncode == 1
    assert f"- exit code: {end}\n" in done.stdout
    assert (repository / "package.json").read_text() == '{"name": "mine"}'
    if end == 1:
        for name in ("--output=package.json", "--config=off.yaml", "--fix.json"):
            assert f"{name}:2:32: error CT101" in done.stdout
    else:
        assert ": an option or a file of this name? write -- before names" in done.stdout


def test_the_hooks_of_the_project_pass(hook: Path) -> None:
    """All but mypy, which takes a minute without its cache."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        (sys.executable, "-m", "pre_commit", "run", "--all-files"),
        cwd=hook,
        env={**os.environ, "PATH": path, "SKIP": "mypy"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_project_uses_its_hook_as_others_do() -> None:
    yaml = YAML(typ="safe")
    (offered,) = yaml.load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    config = yaml.load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    named = re.compile(offered["files"])
    for form in FORMATS:
        for end in (*form.suffixes, *form.beside):
            assert named.search(f"a/b{end}" if end[0] == "." else f"a/{end}"), end
    for name in ("a.py", "json", "a/my-terragrunt.hcl", "root.hcl", "a.json.j2", "a.tfvarsx"):
        assert not named.search(name)
    used = {hook["id"]: hook for repo in config["repos"] for hook in repo["hooks"]}[offered["id"]]
    assert used["files"] == offered["files"]
    assert used["entry"].partition("-m ")[2].replace("_", "-") == offered["entry"]
    assert used["args"] == offered["args"] == ["--"]
    assert used["require_serial"] is offered["require_serial"]
