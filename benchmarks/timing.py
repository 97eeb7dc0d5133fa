"""Measures commands relative to each other, in rounds that run each command once.

pyperf and hyperfine finish one command before they start the next. On a machine
with other load that compares two times of the day; here, a slow minute slows all
commands, and ratios are computed within a round.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALLOWANCE = 60.0
"""The most seconds for all runs of one command; there is always one run."""
PATIENCE = 240.0
"""The most seconds for one run, which is then stopped."""

_MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10  # in units of ru_maxrss
_LAUNCHER = """
import os, sys, time
output, *command = sys.argv[1:]
start = time.perf_counter()
child = os.fork()
if child == 0:
    try:
        written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream, target in ((0, os.open(os.devnull, os.O_RDONLY)), (1, written), (2, written)):
            os.dup2(target, stream)
        os.execv(command[0], command)
    finally:
        os._exit(127)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
# A process inherits the peak memory of the process it was forked from. The launcher is smaller than
# any command that is measured; the benchmark itself is not.


@dataclass(frozen=True)
class Command:
    """A program with its arguments, and the proof that it did its work.

    ``proof`` is a regular expression for its output, followed by ``exit`` and the
    exit code: a tool that fails at once would seem fast.
    """

    arguments: Sequence[str]
    proof: str = r"exit 0\Z"


class NoWorkError(Exception):
    """A command was stopped, or its output does not prove that it did its work."""


@dataclass(frozen=True)
class Run:
    """One run: wall and CPU seconds, peak memory in MiB, output and ``exit N``."""

    wall: float
    cpu: float
    peak: float
    output: str


@dataclass
class Series:
    """The runs of one command and their rounds; ``failure`` says why there are no more."""

    runs: list[Run] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    failure: str = ""

    @property
    def wall(self) -> float:
        """The median wall time in seconds."""
        return median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median CPU time in seconds."""
        return median(run.cpu for run in self.runs)

    @property
    def peak(self) -> float:
        """The highest peak memory in MiB."""
        return max(run.peak for run in self.runs)

    def ratio(self, other: Series) -> float:
        """The CPU time relative to *other*: the median over the rounds of both."""
        theirs = dict(zip(other.rounds, other.runs, strict=True))
        shared = [(r, one) for r, one in zip(self.rounds, self.runs, strict=True) if r in theirs]
        return median(one.cpu / theirs[r].cpu for r, one in shared)

    def may_run(self, allowance: float) -> bool:
        """Whether another run, if as slow as the slowest, fits into *allowance* seconds."""
        spent = [run.wall for run in self.runs]
        return not self.failure and (not spent or sum(spent) + max(spent) <= allowance)


def alternate(
    commands: Mapping[str, Command],
    rounds: int,
    folder: str,
    *,
    fewer: Mapping[str, int] | None = None,
    allowance: float = ALLOWANCE,
) -> dict[str, Series]:
    """Run *commands* in *folder* for a number of *rounds* and measure them.

    *fewer* has lower numbers of rounds for some commands, and slow ones stop after
    *allowance* seconds. The order rotates, so that no command always runs after
    the slowest.
    """
    series = {name: Series() for name in commands}
    names = list(commands)
    most = fewer or {}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            one = series[name]
            if turn >= most.get(name, rounds) or not one.may_run(allowance):
                continue
            try:
                one.runs.append(run(commands[name], folder))
                one.rounds.append(turn)
            except NoWorkError as error:
                one.failure = str(error)
    return series


def run(command: Command, folder: str, patience: float = PATIENCE) -> Run:
    """Run *command* in *folder* once.

    Raises ``NoWorkError`` if it takes more than *patience* seconds, or if its output
    does not prove that it did its work.
    """
    shown = " ".join(command.arguments)[:500]
    with tempfile.NamedTemporaryFile() as output:
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, output.name, *command.arguments]
        with subprocess.Popen(
            launcher,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                figures, _ = process.communicate(timeout=patience)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise NoWorkError(f"stopped after {patience:.0f} s: {shown}") from None
        wall, cpu, peak, status = figures.split()
        written = f"{output.read().decode(errors='replace').rstrip()}\nexit {int(status)}"
    if not re.search(command.proof, written):
        raise NoWorkError(f"did no work: {shown}\n{written[-2000:]}")
    return Run(float(wall), float(cpu), int(peak) / _MEBIBYTE, written)


def _environment(folder: str) -> dict[str, str]:
    """The environment of every command: nothing from the caller, and its own home."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        "LANG": "C.UTF-8",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HCL_PARSE_TIMEOUT_SEC": "600",  # else checkov skips a file of 1 MB after 10 seconds
    }
