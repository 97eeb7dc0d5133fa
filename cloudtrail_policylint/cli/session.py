"""One use of ``lint``: checking the paths of the command line, and reporting the result."""

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

    from ..files.inputs import Contents
    from ..findings.result import Result
    from ..settings.lookup import NearestSettings


class Session:
    """Checks what *options* name under *settings*, as often as is asked, and reports once."""

    def __init__(self, options: argparse.Namespace, settings: NearestSettings) -> None:
        from ..base.limits import under
        from ..lint.run import Run

        here = settings.here
        self.options = options
        self._here = here
        self._run = Run(settings, jobs=options.jobs, statistics=options.statistics)
        self._baseline = under(
            here.limits,
            lambda: BaselineOfRun(
                options.baseline or here.baseline, here.folder, to_write=options.write_baseline
            ),
        )

    def check(self, contents: Contents | None = None, *, strings: bool = False) -> Result:
        """The result for the paths, *contents* in place of what is in some files; *strings* as for ``Run``."""
        options = self.options
        if "-" in options.paths:
            return self._check_input(contents or {}, strings=strings)
        progress = Progress(width())
        try:
            return self._run.lint_paths(
                options.paths, progress.watch, contents=contents, strings=strings
            )
        finally:
            progress.end()

    def left(self, result: Result) -> Result:
        """What of *result*, the last one, is to be corrected: all but what the baseline suppresses."""
        if self.options.write_baseline:
            return result
        return self._baseline.applied(result, self._run.coverage).result

    def report(self, result: Result) -> int:
        """Report *result*, the last one, and write the baseline if that is asked for; the exit code."""
        options = self.options
        applied = self._baseline.applied(result, self._run.coverage)
        result = applied.result
        for error in result.internal_errors:
            say(error)
        _write_report(options, result)
        if not options.quiet:
            for line in applied.notes:
                say(line)
            _summarise(options, result, everything=self._here.scope == "all")
        if result.interrupted:
            say("interrupted: what is shown was found until then")
            return INTERRUPTED
        if applied.error is not None:
            raise applied.error
        if result.internal_errors:
            return CRASHED
        return FOUND if _fails(result, self._here.fail_on) else FINE

    def _check_input(self, contents: Contents, *, strings: bool) -> Result:
        """The result for standard input."""
        if len(self.options.paths) > 1:
            raise UsageError("-: standard input cannot be linted together with files")
        name = self.options.stdin_filename
        if not name or not _names_format(name):
            raise UsageError(
                "-: --stdin-filename is required: a name that ends in .json, .yaml or .tf"
            )
        data = contents[name] if name in contents else sys.stdin.buffer.read()
        return self._run.lint_text(name, _decoded(data), strings=strings)


def _names_format(name: str) -> bool:
    from ..base.formats import format_of_text

    try:
        format_of_text(name)
    except UsageError:
        return False
    return True


def _decoded(data: bytes) -> str:
    from ..base.disk import UnreadableError
    from ..files.contents import decode

    try:
        return decode(data)
    except UnreadableError as error:
        raise UsageError(f"-: cannot be read: {error}") from None


def _fails(result: Result, fail_on: str) -> bool:
    """Whether there is a finding as severe as *fail_on*."""
    if not result.findings or fail_on == "never":
        return False
    from ..rulebook.model import SEVERITIES

    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in failing for finding in result.findings)


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
        resolutions = () if result.tally is None else result.tally.resolutions()
        for line in (*statistics(result.findings), *resolved(resolutions)):
            say(line)
    say(summary(result, everything=everything))
