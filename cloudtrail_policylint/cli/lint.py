"""The command ``lint``."""

from __future__ import annotations

import os
import sys

from ..base.errors import UsageError
from .baseline import BaselineOfRun
from .output import CRASHED, FINE, FOUND, INTERRUPTED, say, show, width, write
from .progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from ..files.inputs import Contents
    from ..findings.result import Result
    from ..lint.linter import Watch
    from ..lint.run import Run
    from ..lint.statistics import Tally
    from ..settings.lookup import NearestSettings
    from ..settings.model import Settings


def lint(options: argparse.Namespace) -> int:
    """Judge files and report what is found; the exit code."""
    from ..base.limits import under
    from ..lint.run import Run
    from ..settings.describe import shown
    from ..settings.lookup import NearestSettings

    settings = NearestSettings(options.config, lambda found: _adapted(found, options))
    if options.show_settings:
        for path in options.paths:
            show("".join(f"{line}\n" for line in shown(settings, path)))
        return FINE
    here = settings.here
    baseline = under(
        here.limits,
        lambda: BaselineOfRun(
            options.baseline or here.baseline, here.folder, to_write=options.write_baseline
        ),
    )
    runs: list[Run] = []

    def judge(contents: Contents, watch: Watch | None) -> Result:
        jobs = options.jobs
        runs.append(Run(settings, _tally(options), contents=contents, extracted=watch, jobs=jobs))
        return _result(options, runs[-1], contents)

    def finish(result: Result) -> int:
        return _finish(options, settings, baseline, baseline.applied(result, runs[-1]))

    if not (options.fix or options.diff or options.unsafe_fixes):
        return finish(judge({}, None))
    from . import fix

    def reported(result: Result) -> Result:
        return result if options.write_baseline else baseline.applied(result, runs[-1])

    return fix.run(options, judge, reported, finish)


def _finish(
    options: argparse.Namespace, settings: NearestSettings, baseline: BaselineOfRun, result: Result
) -> int:
    """Report *result*; the exit code."""
    for crash in result.crashes:
        say(crash)
    _write_report(options, result)
    if not options.quiet:
        baseline.tell()
        _summarise(options, result, everything=settings.here.scope == "all")
    if result.interrupted:
        say("interrupted: what is shown was found until then")
        return INTERRUPTED
    baseline.raise_failure()
    if result.crashes:
        return CRASHED
    return FOUND if _fails(result, settings.here.fail_on) else FINE


def _fails(result: Result, fail_on: str) -> bool:
    """Whether there is a finding as severe as *fail_on*."""
    if not result.findings or fail_on == "never":
        return False
    from ..rulebook.model import SEVERITIES

    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in failing for finding in result.findings)


def _tally(options: argparse.Namespace) -> Tally | None:
    if not options.statistics:
        return None
    from ..lint.statistics import Tally

    return Tally()


def _result(options: argparse.Namespace, run: Run, contents: Contents) -> Result:
    if "-" not in options.paths:
        progress = Progress(width())
        try:
            return run.lint_paths(options.paths, progress.watch)
        finally:
            progress.end()
    if len(options.paths) > 1:
        raise UsageError("-: standard input cannot be linted together with files")
    from ..files.discover import TEMPLATE, language_of

    name = options.stdin_filename
    language = language_of(name) if name else None
    if not name or language in (None, TEMPLATE):
        raise UsageError(
            "-: say with --stdin-filename what the text is: a name ending in .json, .yaml or .tf"
        )
    data = contents[name] if name in contents else sys.stdin.buffer.read()
    return run.lint_text(name, _decoded(data), language)


def _decoded(data: bytes) -> str:
    from ..base.disk import UnreadableError
    from ..files.discover import decode

    try:
        return decode(data)
    except UnreadableError as error:
        raise UsageError(f"-: cannot be read: {error}") from None


def _adapted(found: Settings, options: argparse.Namespace) -> Settings:
    """The settings *found*, with what the command line says laid over them."""
    from ..base.record import replaced

    changes: dict[str, Any] = {}
    origins = dict(found.origins)
    select, ignore = _words(options.select), _words(options.ignore)
    for name, value, given in (
        ("select", select, select),
        ("ignore", (*found.ignore, *ignore), ignore),
        ("rules", (*found.rules, *options.rules), options.rules),
        ("scope", options.scope, options.scope),
        ("pedantic", True, options.pedantic),
        ("fail-on", options.fail_on, options.fail_on),
    ):
        if given:
            changes[name.replace("-", "_")] = value
            above = f"{origins[name]}, " if name in ("ignore", "rules") and name in origins else ""
            origins[name] = f"{above}--{name}"
    return replaced(found, **changes, origins=tuple(origins.items()))


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for text in given for word in text.split(",") if word.strip())


def _write_report(options: argparse.Namespace, result: Result) -> None:
    """The report, in a file if one is named; then the findings are shown as text besides."""
    from ..report.formats import report

    # Shown first, so that nothing is lost where the file cannot be written.
    if options.output is not None or options.format == "text":
        show(_as_text(options, result))
    else:
        show(report(result, options.format, show_suppressed=options.show_suppressed))
    if options.output is not None:
        text = report(result, options.format, show_suppressed=options.show_suppressed)
        write(options.output, text)


def _as_text(options: argparse.Namespace, result: Result) -> str:
    from ..report.text import lines

    terminal = sys.stdout.isatty()
    color = options.color == "always" or (
        options.color == "auto" and terminal and not os.environ.get("NO_COLOR")
    )
    shown = lines(
        result,
        show_suppressed=options.show_suppressed,
        color=color,
        width=width() if terminal or options.color == "always" else None,
    )
    return "".join(f"{line}\n" for line in shown)


def _summarise(options: argparse.Namespace, result: Result, *, everything: bool) -> None:
    from ..report.text import resolved, statistics, summary

    if options.statistics:
        for line in (*statistics(result.findings), *resolved(result.resolutions)):
            say(line)
    say(summary(result, everything=everything))
