"""Times commands against each other: in turns, so that a slow minute of the machine slows them all.

pyperf and hyperfine run one command to its end before the next one starts.
On a machine with anything else to do that compares two times of the day; here
every round runs each command once, and ratios are taken within a round.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SLOW = 10.0
"""Seconds of the processor after which a command is not run again: it is measured once."""


@dataclass
class Series:
    """What the runs of one command took: seconds on the clock and of the processor, and MiB at the peak.

    ``rounds`` tells in which round each run was made.
    """

    command: list[str]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    status: int = 0

    def ratio(self, other: Series) -> float:
        """How many times the processor time of *other*: the median over the rounds both ran in."""
        theirs = dict(zip(other.rounds, other.cpu, strict=True))
        shared = [(r, mine) for r, mine in zip(self.rounds, self.cpu, strict=True) if r in theirs]
        return median(mine / theirs[r] for r, mine in shared)


def alternate(
    commands: Mapping[str, Sequence[str]],
    rounds: int,
    folder: str,
    *,
    fewer: Mapping[str, int] | None = None,
) -> dict[str, Series]:
    """Run *commands* in *folder*, all of them in each of *rounds* rounds, and time them.

    Those that *fewer* names take part in so many of the rounds only. The order changes from round to round: nobody always runs after the slowest.
    """
    series = {name: Series(list(command)) for name, command in commands.items()}
    names = list(commands)
    most = fewer or {}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            one = series[name]
            if turn < most.get(name, rounds) and (not one.cpu or max(one.cpu) < SLOW):
                _run(one, turn, folder)
    return series


def _run(series: Series, turn: int, folder: str) -> None:
    sys.stdout.flush()
    start = time.perf_counter()
    process = os.fork()
    if process == 0:
        _become(series.command, folder)
    _, status, usage = os.wait4(process, 0)
    series.wall.append(time.perf_counter() - start)
    series.cpu.append(usage.ru_utime + usage.ru_stime)
    series.peak.append(usage.ru_maxrss / 1024)
    series.rounds.append(turn)
    series.status = os.waitstatus_to_exitcode(status)


def _become(command: list[str], folder: str) -> None:
    """Turn this process into *command*, without input, and without output that anybody reads."""
    try:
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.execve(command[0], command, _environment(folder))
    finally:
        os._exit(127)


def _environment(folder: str) -> dict[str, str]:
    """What every command sees: nothing of the caller's, a home of its own."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        "LANG": "C.UTF-8",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
