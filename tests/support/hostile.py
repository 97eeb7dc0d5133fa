"""Runs the command on hostile input, bounded by the operating system and not by a clock.

So a busy machine fails no test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.cli import main
from support.paths import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

resource = pytest.importorskip("resource", reason="Windows has no limits for a process")
SECONDS = 60
"""Of processor time; no test takes more than two."""
MEMORY = 2 * 1024**3
DEEP = 100_000
GOOD_ENDS = (0, 1)


class Outcome:
    """Exit status and output of a command."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    def rules(self) -> set[str]:
        """The names of the rules that found something, in a text report."""
        return {
            line.rpartition("(")[2].rstrip(")")
            for line in self.out.splitlines()
            if ": error " in line or ": warning " in line
        }


def lint(folder: Path, *arguments: str, ends: tuple[int, ...] = GOOD_ENDS) -> Outcome:
    """Run ``lint`` in *folder* within ``SECONDS`` and ``MEMORY``; it exits with one of *ends* and prints plain text."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        if sys.platform == "linux":  # macOS refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "cloudtrail_policylint", "lint", *arguments],
        cwd=folder,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        preexec_fn=limit,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert done.returncode in ends, (done.returncode, out[-500:], err[-500:])
    assert "internal error" not in err
    assert all(char.isprintable() or char == "\n" for char in out + err)
    return Outcome(done.returncode, out, err)


def policy(**changes: Any) -> str:
    """A policy with a mistake (an unknown action), and with *changes* of its statement."""
    statement = {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def terraform(expression: str) -> str:
    """A module with a policy that *expression* makes."""
    return f'resource "aws_iam_policy" "cloudtrail" {{\n  policy = {expression}\n}}\n'


def template(document: str) -> str:
    """A template with a policy that *document*, in YAML's flow style, makes."""
    return f"Resources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties: {{PolicyDocument: {document}}}\n"


def bomb(first: str, times: int = 20) -> str:
    """YAML lists, each of nine aliases of the one before, of which *first* is the first."""
    names = [f"a{number}" for number in range(times)]
    lines = [f"a0: &a0 {first}"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise(names)
    ]
    return "\n".join([*lines, f"Statement: *{names[-1]}", ""])


def main_in(
    folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Exit status and output of ``lint`` in *folder*, run in this process."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        status = main(["lint", *arguments])
    finally:
        os.chdir(here)
    out, err = capsys.readouterr()
    return status, out, err
