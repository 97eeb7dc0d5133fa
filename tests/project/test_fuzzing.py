"""The fuzzers with a fixed seed, and a part of what longer runs do."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.base.formats import title_of
from support.fuzzing import EXAMPLES, TARGETS, TEXTS, Target, examples, mutated, run
from support.paths import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = {
    EXAMPLES: 400,
    "hcl": 120,
    "yaml": 120,
    "json": 120,
    "settings": 50,
    "rules": 50,
    "paths": 30,
}


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_violates_an_invariant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    if target not in TEXTS:
        pytest.importorskip("resource", reason="Windows has no pipes, and other names of files")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "top").mkdir()
    monkeypatch.chdir(tmp_path)
    found = list(run(target, inputs=range(INPUTS[target]), seed=20261126, top=tmp_path / "top"))
    assert found == []


def test_the_seeds_have_every_format() -> None:
    seeds = list(examples())
    assert {title_of(name) for name, _ in seeds} == {"JSON", "Terraform", "YAML"}
    assert len(seeds) > 300


def test_the_same_seed_generates_the_same_inputs(tmp_path: Path) -> None:
    seeds = list(examples())[:5]
    first, second = (mutated(seeds[0][1], seeds, random.Random(1)) for _ in range(2))
    assert first == second != seeds[0][1]
    for target in TARGETS:
        (tmp_path / target).mkdir()
        one = Target(target, 1, seeds, tmp_path / target)
        assert [one.input(number) for number in range(20)] == [
            one.input(number) for number in range(20)
        ]
        assert one.input(0) != one.input(1)


def test_inputs_that_kill_the_process_are_found(tmp_path: Path) -> None:
    """The parent goes on with the next input, and saves what it found."""
    code = (
        "import os, sys, support.fuzzing as fuzzing\n"
        "real = fuzzing.InvariantChecker.check\n"
        "def check(self, name, text):\n"
        "    if self.count == 3: os.kill(os.getpid(), 9)\n"
        "    real(self, name, text)\n"
        "    if self.count == 2: raise fuzzing.InvariantError('found')\n"
        "fuzzing.InvariantChecker.check = check\n"
        "real_popen = fuzzing.subprocess.Popen\n"
        "fuzzing.subprocess.Popen = lambda command, **named: real_popen([command[0], __file__, *command[3:]], **named)\n"
        "sys.exit(fuzzing.main())\n"
    )
    (tmp_path / "broken.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "broken.py", "--target", "json", "--inputs", "6", "--seed", "5"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{PROJECT}:{PROJECT / 'tests'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == [
        "broken-json-5-1: 'found'",
        "broken-json-5-3: the process ended with -9",
        "broken-json-5-5: 'found'",
        "json: 6 inputs, seed 5, 3 violations",
    ]
    assert len(list(tmp_path.glob("broken-json-5-3/*"))) == 1
