"""Measure everything and write ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import growth
from .document import document
from .environments import OURS, Environments
from .scenarios import BARE, FLOOR, GROUPS, Scenarios
from .timing import ALLOWANCE, NoWorkError, alternate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .scenarios import Scenario
    from .timing import Series

CHECKOUT = Path(__file__).resolve().parent.parent
RESULTS = CHECKOUT / "benchmarks" / "results.json"
LEVERS = CHECKOUT / "benchmarks" / "levers.json"
PAGE = CHECKOUT / "docs" / "benchmarks.md"


def main() -> None:
    """What the command line asks for."""
    options = _options()
    environments = Environments(options.environments)
    environments.make(CHECKOUT)
    kept = {} if options.no_peers or not RESULTS.exists() else json.loads(RESULTS.read_text())
    results = {
        "machine": _machine(),
        "versions": environments.versions(),
        "scenarios": kept.get("scenarios", []),
        "growth": kept.get("growth", []),
    }
    with tempfile.TemporaryDirectory() as folder:
        for part, one in _measured(options, environments, Path(folder)):
            results[part] = _merged(part, results[part], one)
            if not options.no_peers:  # at once: who stops it keeps what was measured
                RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
                PAGE.write_text(_page(results), encoding="utf-8")
    if options.no_peers:
        sys.stdout.write(_page(results))


def _page(results: dict[str, Any]) -> str:
    return document(results, json.loads(LEVERS.read_text(encoding="utf-8")))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--environments", type=Path, default=CHECKOUT / ".benchmarks", metavar="FOLDER",
        help="where the virtual environments are made, or were (default: .benchmarks)")  # fmt: skip
    add("--corpus", type=Path, metavar="FOLDER", help="lint this folder of real files too")
    add("--rounds", type=int, default=5, help="how often everything is run (default: 5)")
    add("--allowance", type=float, default=ALLOWANCE, metavar="SECONDS",
        help="no further run of a command whose runs would then take longer (default: 60)")  # fmt: skip
    add("--only", default="", metavar="TEXT", help="what is named so; the other results are kept")
    add("--no-peers", action="store_true", help="without the other tools: print, and keep nothing")
    return parser.parse_args()


def _measured(
    options: argparse.Namespace, environments: Environments, folder: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is asked for, one result after the other, each with the part of the results it belongs to."""
    asked = options.only.lower()
    for dimension in growth.DIMENSIONS:
        if _announced(asked, f"Growth: {dimension.name}"):
            rounds = min(options.rounds, growth.ROUNDS)
            try:
                yield "growth", growth.measured(dimension, environments, folder, rounds)
            except NoWorkError as error:
                print(error, file=sys.stderr)
    for scenario in Scenarios(environments, folder, options.rounds).all(options.corpus):
        if _announced(asked, f"{scenario.group}: {scenario.name}"):
            yield "scenarios", _timed(scenario, folder, options)


def _announced(asked: str, name: str) -> bool:
    """Whether *name* is asked for; if so it is said when its turn came."""
    if asked in name.lower():
        print(time.strftime("%H:%M:%S"), name, file=sys.stderr, flush=True)
        return True
    return False


def _merged(part: str, before: list[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """*before* with what is *new* in its place, in the order of the groups, or of the dimensions."""
    groups, names = GROUPS, [dimension.name for dimension in growth.DIMENSIONS]
    kept = {(one.get("group"), one["name"]): one for one in (*before, new)}
    if part == "growth":
        return sorted(
            (one for one in kept.values() if one["name"] in names),
            key=lambda one: names.index(one["name"]),
        )
    return sorted(kept.values(), key=lambda one: groups.index(one["group"]))


def _timed(scenario: Scenario, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    own = (OURS, FLOOR, BARE)
    commands = {
        name: command
        for name, command in scenario.commands.items()
        if name in own or not options.no_peers
    }
    fewer = {name: options.rounds for name in commands if name not in own}
    series = alternate(
        commands, scenario.rounds, str(folder), fewer=fewer, allowance=options.allowance
    )
    for one in series.values():
        if one.failure:
            print(one.failure, file=sys.stderr, flush=True)
    return {
        "group": scenario.group,
        "name": scenario.name,
        "date": time.strftime("%Y-%m-%d"),
        "commands": {name: _row(one, series) for name, one in series.items()},
    }


def _row(one: Series, series: dict[str, Series]) -> dict[str, Any]:
    """The figures of *one* of the *series*; none of a command that failed every time."""
    if not one.runs:
        return {"runs": 0, "failure": one.failure.partition(":")[0]}
    floor, bare = series[FLOOR], series.get(BARE)
    bare = bare if bare and bare.runs else None
    return {
        "wall": one.wall,
        "cpu": one.cpu,
        "peak": one.peak,
        "runs": len(one.runs),
        "floor": one.ratio(floor) if one is not floor else None,
        "parser": one.ratio(bare) if bare and one not in (floor, bare) else None,
    }


def _machine() -> dict[str, Any]:
    processor = platform.processor()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(x.partition(":")[2].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {
        "processor": processor or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
