"""Times commands against each other: in turns, so that a slow minute of the machine slows them all.

pyperf and hyperfine run one command to its end before the next one starts.
On a machine with anything else to do that compares two times of the day; here
every round runs each command once, and ratios are taken within a round.
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
"""Seconds that all the runs of one command may take together; one run is made in any case."""
PATIENCE = 240.0
"""Seconds after which a run is stopped."""

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
# A program starts with the peak of the process that it was forked from. This one is smaller than any that is timed;
# the benchmark itself is not.


@dataclass(frozen=True)
class Command:
    """A program with its arguments, and the proof that it did its work.

    That is a regular expression, searched in what the program writes followed
    by ``exit`` and its exit code: a tool that fails at once is no measurement.
    """

    arguments: Sequence[str]
    proof: str = r"exit 0\Z"


class NoWorkError(Exception):
    """A command was stopped, or wrote something else than the proof that it did its work."""


@dataclass(frozen=True)
class Run:
    """One run: seconds on the clock and of the processor, MiB at the peak, what was written and ``exit N``."""

    wall: float
    cpu: float
    peak: float
    output: str


@dataclass
class Series:
    """The runs of one command, and in which round each was made; ``failure`` says why there are no more."""

    runs: list[Run] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    failure: str = ""

    @property
    def wall(self) -> float:
        """The median of the seconds on the clock."""
        return median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of the seconds of the processor."""
        return median(run.cpu for run in self.runs)

    @property
    def peak(self) -> float:
        """The most MiB."""
        return max(run.peak for run in self.runs)

    def ratio(self, other: Series) -> float:
        """How many times the processor time of *other*: the median over the rounds both ran in."""
        theirs = dict(zip(other.rounds, other.runs, strict=True))
        shared = [(r, one) for r, one in zip(self.rounds, self.runs, strict=True) if r in theirs]
        return median(one.cpu / theirs[r].cpu for r, one in shared)

    def may_run(self, allowance: float) -> bool:
        """Whether one more run like the slowest is within *allowance* seconds."""
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
    """Run *commands* in *folder*, all of them in each of *rounds* rounds, and time them.

    Those that *fewer* names take part in so many of the rounds only, and slow ones in as many as
    *allowance* has room for. The order changes from round to round: nobody always runs after the slowest.
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

    Raises ``NoWorkError`` if it has to be stopped after *patience* seconds, and, with what it wrote,
    if that does not prove that it did its work.
    """
    said = " ".join(command.arguments)[:500]
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
                raise NoWorkError(f"stopped after {patience:.0f} s: {said}") from None
        wall, cpu, peak, status = figures.split()
        written = f"{output.read().decode(errors='replace').rstrip()}\nexit {int(status)}"
    if not re.search(command.proof, written):
        raise NoWorkError(f"did no work: {said}\n{written[-2000:]}")
    return Run(float(wall), float(cpu), int(peak) / _MEBIBYTE, written)


def _environment(folder: str) -> dict[str, str]:
    """What every command sees: nothing of the caller's, a home of its own."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        "LANG": "C.UTF-8",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HCL_PARSE_TIMEOUT_SEC": "600",  # or checkov leaves out a file of 1 MB after 10 seconds
    }
