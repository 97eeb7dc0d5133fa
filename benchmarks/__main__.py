"""Run the benchmarks and write ``docs/benchmarks.md``."""

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
    """Run the benchmarks that the command line selects."""
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
            if not options.no_peers:  # after each part, so that an interrupted run loses little
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
        help="folder of the virtual environments, created if missing (default: .benchmarks)")  # fmt: skip
    add("--corpus", type=Path, metavar="FOLDER", help="also lint this folder of real files")
    add("--rounds", type=int, default=5, help="how often each command is run (default: 5)")
    add("--allowance", type=float, default=ALLOWANCE, metavar="SECONDS",
        help="the most time for all runs of one command (default: 60)")  # fmt: skip
    add(
        "--only",
        default="",
        metavar="TEXT",
        help="run the parts with TEXT in their names; keep the other results",
    )
    add(
        "--no-peers",
        action="store_true",
        help="do not run the other tools; print the page, write nothing",
    )
    return parser.parse_args()


def _measured(
    options: argparse.Namespace, environments: Environments, folder: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each selected result, with the part of the results it belongs to."""
    only = options.only.lower()
    for dimension in growth.DIMENSIONS:
        if _selected(only, f"Growth: {dimension.name}"):
            rounds = min(options.rounds, growth.ROUNDS)
            try:
                yield "growth", growth.measured(dimension, environments, folder, rounds)
            except NoWorkError as error:
                print(error, file=sys.stderr)
    for scenario in Scenarios(environments, folder, options.rounds).all(options.corpus):
        if _selected(only, f"{scenario.group}: {scenario.name}"):
            yield "scenarios", _timed(scenario, folder, options)


def _selected(only: str, name: str) -> bool:
    """Whether *name* is selected; if so, log that it starts."""
    if only in name.lower():
        print(time.strftime("%H:%M:%S"), name, file=sys.stderr, flush=True)
        return True
    return False


def _merged(part: str, before: list[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """*before* with the result *new* added or replaced, in the order of the page."""
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
    """The figures of *one* of the *series*; only the failure if no run succeeded."""
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
