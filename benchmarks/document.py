"""``docs/benchmarks.md``, written from the results that are kept in ``results.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .environments import OURS
from .scenarios import BARE, FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD = """\
# Benchmarks

Written by `python -m benchmarks` (see [benchmarks/README.md](../benchmarks/README.md)); not to be edited by hand.

- **time**: median on the clock. **CPU**: median time of the processor, in all processes of the command. Ratios are of
  processor time, the median of the ratios within each round, so that what else the machine does counts little.
- **x floor**: against `python -I -c pass` in the same environment. **x parser**: against a program that only reads the
  same files: `json.load`, libyaml composing nodes, our own reader of HCL with every expression read.
- **peak**: the most memory that one process of the command held.
- A command that took more than 10 seconds was run once; medians are of as many runs as the last column says.
"""
_GROWTH = """
## Growth

Time beyond that of one policy, at sizes over two orders of magnitude, and the fitted exponents: 1 is linear.

| what grows | sizes | seconds | MiB | time grows as n^ | memory grows as n^ |
| --- | --- | --- | --- | ---: | ---: |
"""


def document(results: Mapping[str, Any]) -> str:
    """The page for *results*."""
    return _HEAD + "".join(_parts(results))


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
            yield (
                f"| {name} | {_seconds(row['wall'])} | {_seconds(row['cpu'])} | {_times(row['floor'])} "
                f"| {_times(row['parser'])} | {row['peak']:.0f} MiB | {row['runs']} |\n"
            )
    if results.get("growth"):
        yield _GROWTH
        for row in results["growth"]:
            yield (
                f"| {row['name']} | {_range(row['sizes'], '{:,}')} | {_range(row['seconds'], '{:.3f}')} "
                f"| {_range(row['mebibytes'], '{:.1f}')} | {row['time']:.2f} | {row['memory']:.2f} |\n"
            )


def _goals(results: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## Goals\n\n| work | goal | measured |\n| --- | --- | --- |\n"
    start = _of(results, "Start-up")
    yield f"| start-up, a commit without a policy | at most 3 x floor | {_span(start, 'floor')} |\n"
    small = _of(results, "One small policy")
    yield f"| one small policy, any format | at most 6 x floor | {_span(small, 'floor')} |\n"
    thousand = {
        s["name"]: s["commands"] for s in results["scenarios"] if s["group"].startswith("1,000")
    }
    for name, commands in thousand.items():
        peers = {n: row["cpu"] for n, row in commands.items() if n not in (OURS, FLOOR, BARE)}
        for peer in sorted(peers, key=lambda n: peers[n]):
            goal = "a twentieth" if peer == "cfn-lint" else "a third"
            yield f"| 1,000 policies, {name} | {goal} of {peer}'s time | 1 / {peers[peer] / commands[OURS]['cpu']:.1f} |\n"
    large = _of(results, "A file of 1 MB")
    yield f"| a file of 1 MB | at most 2 x the bare parser | {_span(large, 'parser')} |\n"
    every = [s["commands"][OURS]["peak"] for s in results["scenarios"]]
    yield f"| memory | under 100 MiB | {min(every):.0f} to {max(every):.0f} MiB |\n"
    if results.get("growth"):
        steepest = max(max(row["time"], row["memory"]) for row in results["growth"])
        yield f"| growth | at most n^1.1 | at most n^{steepest:.2f} |\n"


def _of(results: Mapping[str, Any], group: str) -> list[Mapping[str, Any]]:
    return [s["commands"][OURS] for s in results["scenarios"] if s["group"] == group]


def _span(rows: list[Mapping[str, Any]], what: str) -> str:
    values = [row[what] for row in rows if row[what] is not None]
    return f"{min(values):.1f} to {max(values):.1f}" if values else "-"


def _range(values: list[Any], form: str) -> str:
    return f"{form.format(values[0])} to {form.format(values[-1])}"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
