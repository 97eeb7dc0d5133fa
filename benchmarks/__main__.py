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
from .scenarios import BARE, FLOOR, Scenarios
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
    add("--only", default="", metavar="TEXT", help="print what is named so, and write nothing")
    add("--no-peers", action="store_true", help="leave the other tools out")
    options = parser.parse_args()

    environments = Environments(options.environments)
    environments.make(CHECKOUT)
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder)
        scenarios = []
        for scenario in Scenarios(environments, inputs, options.rounds).all(options.corpus):
            if options.only.lower() in f"{scenario.group} {scenario.name}".lower():
                scenarios.append(_measured(scenario, folder, peers=not options.no_peers))
        grown = (
            growth.measured(environments, inputs, options.rounds)
            if options.only.lower() in "growth"
            else []
        )
    results = {
        "machine": _machine(),
        "versions": environments.versions(),
        "scenarios": scenarios,
        "growth": grown,
    }
    if options.only or options.no_peers:
        sys.stdout.write(document(results))
        return
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(document(results), encoding="utf-8")


def _measured(scenario: Scenario, folder: str, *, peers: bool) -> dict[str, Any]:
    commands = {
        name: command
        for name, command in scenario.commands.items()
        if peers or name in (OURS, FLOOR, BARE)
    }
    print(f"{scenario.group}: {scenario.name}", file=sys.stderr)
    series = alternate(commands, scenario.rounds, folder)
    floor, bare = series[FLOOR], series.get(BARE)
    return {
        "group": scenario.group,
        "name": scenario.name,
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
        "date": time.strftime("%Y-%m-%d"),
        "processor": processor or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


main()
