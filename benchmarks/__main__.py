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
from statistics import median
from typing import TYPE_CHECKING, Any

from . import growth
from .document import document
from .environments import OURS, Environments
from .scenarios import BARE, FLOOR, GROUPS, Scenarios
from .timing import alternate

if TYPE_CHECKING:
    from .scenarios import Scenario

CHECKOUT = Path(__file__).resolve().parent.parent
RESULTS = CHECKOUT / "benchmarks" / "results.json"
PAGE = CHECKOUT / "docs" / "benchmarks.md"


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--environments", type=Path, default=CHECKOUT / ".benchmarks", metavar="FOLDER",
        help="where the virtual environments are made, or were (default: .benchmarks)")  # fmt: skip
    add("--corpus", type=Path, metavar="FOLDER", help="lint this folder of real files too")
    add("--rounds", type=int, default=5, help="how often at least everything is run (default: 5)")
    add("--only", default="", metavar="TEXT", help="what is named so; the other results are kept")
    add("--no-peers", action="store_true", help="without the other tools: print, and keep nothing")
    options = parser.parse_args()

    environments = Environments(options.environments)
    environments.make(CHECKOUT)
    only = options.only.lower()
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder)
        scenarios = [
            _measured(scenario, folder, options.rounds, peers=not options.no_peers)
            for scenario in Scenarios(environments, inputs, options.rounds).all(options.corpus)
            if only in f"{scenario.group}: {scenario.name}".lower()
        ]
        grown = growth.measured(environments, inputs, options.rounds) if only in "growth" else []
    before = {} if options.no_peers or not RESULTS.exists() else json.loads(RESULTS.read_text())
    results = {
        "machine": _machine(),
        "versions": environments.versions(),
        "scenarios": _merged(before.get("scenarios", []), scenarios),
        "growth": grown or before.get("growth", []),
    }
    if options.no_peers:
        sys.stdout.write(document(results))
        return
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(document(results), encoding="utf-8")


def _merged(before: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """*before* with what is *new* in its place, in the order of the groups."""
    kept = {(one["group"], one["name"]): one for one in (*before, *new)}
    return sorted(kept.values(), key=lambda one: GROUPS.index(one["group"]))


def _measured(scenario: Scenario, folder: str, rounds: int, *, peers: bool) -> dict[str, Any]:
    own = (OURS, FLOOR, BARE)
    commands = {n: command for n, command in scenario.commands.items() if peers or n in own}
    print(f"{scenario.group}: {scenario.name}", file=sys.stderr)
    fewer = {name: rounds for name in commands if name not in own}
    series = alternate(commands, scenario.rounds, folder, fewer=fewer)
    floor, bare = series[FLOOR], series.get(BARE)
    return {
        "group": scenario.group,
        "name": scenario.name,
        "date": time.strftime("%Y-%m-%d"),
        "commands": {
            name: {
                "wall": median(one.wall),
                "cpu": median(one.cpu),
                "peak": max(one.peak),
                "runs": len(one.wall),
                "status": one.status,
                "floor": one.ratio(floor) if one is not floor else None,
                "parser": one.ratio(bare) if bare and one not in (floor, bare) else None,
            }
            for name, one in series.items()
        },
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


main()
