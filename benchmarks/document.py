"""``docs/benchmarks.md``, written from the results that are kept in ``results.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .environments import OURS
from .growth import CLEARLY, LEAST
from .scenarios import BARE, FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HEAD = """\
# Benchmarks

Written by `python -m benchmarks` (see [benchmarks/README.md](../benchmarks/README.md)); not to be edited by hand.

- **time**: median on the clock. **CPU**: median time of the processor, in all processes of the command. Ratios are of
  processor time, the median of the ratios within each round, so that what else the machine does counts little.
- **x floor**: against `python -I -c pass` in the same environment. **x parser**: against a program that only reads the
  same files: `json.load`, libyaml composing nodes, our own reader of HCL with every expression read.
- **peak**: the most memory that one process of the command held.
- **runs**: all the runs of a command together take a minute at most, so that slow ones are run less often than others,
  once at least. What each one writes is looked at: a tool that fails at once is no measurement.
"""
_GROWTH = """
## Growth

Seconds of the processor and MiB beyond what the smallest possible input takes in the same process, and the exponent of
the power of the size that they follow, with its standard error: 1 is linear, 2 quadratic. *Last* is the exponent between
the two largest sizes. Sizes that cost less than {clearly:.0f} times the noise, which is how much the smallest input
differs from run to run, or less than {least:.0f} MiB, are left out: then the exponent says from which size on it holds.

| what grows | sizes | seconds | noise | time grows as n^ | last | MiB | memory grows as n^ | last |
| --- | --- | --- | --- | --- | ---: | --- | --- | ---: |
"""
_LEVERS = """
## What each lever bought

Processor time before and after, measured when it was built, mostly on a machine with other work: kept by hand in
`benchmarks/levers.json`.

| lever | work | before | after |
| --- | --- | ---: | ---: |
"""
_NOT_MEASURED = "not measured"


def document(results: Mapping[str, Any], levers: Iterable[Mapping[str, str]] = ()) -> str:
    """The page for *results*, and for the *levers* that were pulled to get them."""
    return _HEAD + "".join((*_parts(results), *_growth(results), *_bought(levers)))


def _parts(results: Mapping[str, Any]) -> Iterator[str]:
    machine = results["machine"]
    yield f"\n{machine['processor']}, {machine['cores']} cores; {machine['system']}; Python {machine['python']};\n"
    yield ", ".join(f"{name} {version}" for name, version in results["versions"].items()) + ".\n"
    yield from _goals(results)
    group = None
    for scenario in results["scenarios"]:
        if scenario["group"] != group:
            group = scenario["group"]
            yield f"\n## {group}\n"
        yield f"\n**{scenario['name']}** ({scenario['date']})\n\n"
        yield "| command | time | CPU | x floor | x parser | peak | runs |\n"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        for name, row in scenario["commands"].items():
            if not row["runs"]:
                yield f"| {name} | {row['failure']} |  |  |  |  | 0 |\n"
                continue
            yield (
                f"| {name} | {_seconds(row['wall'])} | {_seconds(row['cpu'])} | {_times(row['floor'])} "
                f"| {_times(row['parser'])} | {row['peak']:.0f} MiB | {row['runs']} |\n"
            )


def _growth(results: Mapping[str, Any]) -> Iterator[str]:
    if not results["growth"]:
        return
    yield _GROWTH.format(clearly=CLEARLY, least=LEAST)
    for row in results["growth"]:
        name = f"{row['name']} ({row['note']})" if row["note"] else row["name"]
        yield (
            f"| {name} | {_range(row['sizes'], '{:,}')} | {_range(row['seconds'], '{:.3f}')} "
            f"| {row['noise'] * 1000:.1f} ms | {_fitted(row, 'time')} "
            f"| {_range(row['mebibytes'], '{:.1f}')} | {_fitted(row, 'memory')} |\n"
        )


def _fitted(row: Mapping[str, Any], what: str) -> str:
    """The cells for the fit of *what*: the exponent and that of the last step."""
    fit = row[what]
    if fit is None:
        return "too little to tell | "
    start = "" if fit["start"] == row["sizes"][0] else f" from {fit['start']:,} on"
    return f"{fit['exponent']:.2f} ± {fit['error']:.2f}{start} | {fit['last']:.2f}"


def _bought(levers: Iterable[Mapping[str, str]]) -> Iterator[str]:
    rows = [
        f"| {one['lever']} | {one['work']} | {one['before']} | {one['after']} |\n" for one in levers
    ]
    if rows:
        yield _LEVERS + "".join(rows)


def _goals(results: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## Goals\n\n| work | goal | measured |\n| --- | --- | --- |\n"
    for goal in (*_ratios(results), *_peers(results), *_limits(results)):
        yield f"| {' | '.join(goal)} |\n"


def _ratios(results: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for work, group, goal, what in (
        ("start-up, a commit without a policy", "Start-up", "at most 3 x floor", "floor"),
        ("one small policy, any format", "One small policy", "at most 6 x floor", "floor"),
        ("a file of 1 MB", "A file of 1 MB", "at most 2 x the bare parser", "parser"),
    ):
        rows = {s["name"]: s["commands"][OURS] for s in results["scenarios"] if s["group"] == group}
        values = {name: row[what] for name, row in rows.items() if row["runs"]}
        if not values:
            yield work, goal, _NOT_MEASURED
            continue
        most = max(values, key=lambda name: values[name])
        yield work, goal, f"{min(values.values()):.1f} to {values[most]:.1f} ({most})"


def _peers(results: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """By how much the others take longer: on the clock, and of the processor."""
    for scenario in results["scenarios"]:
        if not scenario["group"].startswith("1,000"):
            continue
        commands = scenario["commands"]
        own = commands[OURS]
        others = {n: row for n, row in commands.items() if n not in (OURS, FLOOR, BARE)}
        peers = {n: row for n, row in others.items() if row["runs"] and own["runs"]}
        for peer, row in sorted(peers.items(), key=lambda item: float(item[1]["cpu"])):
            part, times = ("a twentieth", 20) if peer == "cfn-lint" else ("a third", 3)
            clock, processor = row["wall"] / own["wall"], row["cpu"] / own["cpu"]
            if processor >= times:
                short = ""
            else:
                short = ": by several processes only" if clock >= times else ": not reached"
            measured = (
                f"1 / {clock:.1f} on the clock, 1 / {processor:.1f} of the processor's{short}"
            )
            yield f"1,000 policies, {scenario['name']}", f"{part} of {peer}'s time", measured


def _limits(results: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    rows = [(s["commands"][OURS], s["name"]) for s in results["scenarios"]]
    peaks = sorted((row["peak"], name) for row, name in rows if row["runs"])
    measured = f"{peaks[0][0]:.0f} to {peaks[-1][0]:.0f} MiB ({peaks[-1][1]})" if peaks else ""
    yield "memory", "under 100 MiB", measured or _NOT_MEASURED
    for what in ("time", "memory"):
        fits = [(row[what]["exponent"], row["name"]) for row in results["growth"] if row[what]]
        measured = "at most n^{:.2f} ({})".format(*max(fits)) if fits else _NOT_MEASURED
        yield f"growth of {what}", "at most n^1.1", measured


def _range(values: list[Any], form: str) -> str:
    return f"{form.format(values[0])} to {form.format(values[-1])}"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
