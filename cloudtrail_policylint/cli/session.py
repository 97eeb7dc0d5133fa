"""One run of ``lint``: checking the paths of the command line, and reporting the result."""

from __future__ import annotations

import os
import sys

from ..base.errors import UsageError
from .baseline import RunBaseline
from .output import (
    EXIT_FINDINGS,
    EXIT_INTERNAL_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    print_stderr,
    replaceable,
    text_width,
    write_file,
    write_lines,
    write_stdout,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from ..base.destination import Destination
    from ..files.changes import Changes
    from ..files.inputs import Contents
    from ..findings.result import Result
    from ..lint.run import Run
    from ..settings.lookup import NearestSettings


class LintSession:
    """Checks the paths of *options* under *settings*, once or more, and reports one result."""

    def __init__(self, options: argparse.Namespace, settings: NearestSettings) -> None:
        from ..base.limits import under

        here = settings.here
        self.options = options
        self._here = here
        self._settings = settings
        self._run = self._new_run()
        self._changes = _changes(options)
        self._baseline = under(
            here.limits,
            lambda: RunBaseline(
                options.baseline or here.baseline,
                here.folder,
                write=options.write_baseline,
                force=options.force,
            ),
        )

    def _new_run(self) -> Run:
        from ..lint.run import Run

        options = self.options
        return Run(
            self._settings,
            jobs=options.jobs,
            statistics=options.statistics,
            setups=options.show_setups,
            var_files=_var_files(options.var_file),
        )

    def check(self, contents: Contents | None = None, *, strings: bool = False) -> Result:
        """The result for the paths; *contents* and *strings* are as for ``Run.lint_paths``."""
        options = self.options
        if "-" in options.paths:
            return self._check_stdin(contents or {}, strings=strings)
        changed = None if self._changes is None else self._changes.paths()
        if not sys.stderr.isatty():
            return self._run.lint_paths(
                options.paths, contents=contents, strings=strings, changed=changed
            )
        from .progress import Progress

        progress = Progress(text_width())
        try:
            return self._run.lint_paths(
                options.paths,
                progress.update,
                contents=contents,
                strings=strings,
                changed=changed,
            )
        finally:
            progress.clear()

    def reported(self, result: Result) -> Result:
        """*result*, which must be the last one, without what is not to be reported."""
        if self.options.write_baseline:
            return result
        return self._changed_only(self._baseline.apply(result, self._run.coverage).result)

    def _changed_only(self, result: Result) -> Result:
        """*result*, with ``--changed-since`` only with the findings that are due to the changes."""
        changes = self._changes
        if changes is None or all(changes.touch(one.span) for one in result.findings):
            return result
        from ..findings.changed import due_to

        before = self._new_run().lint_paths(
            self.options.paths, contents=changes.before, changed=changes.paths()
        )
        return due_to(result, before, changes.touch, changes.former)

    def report(self, result: Result) -> int:
        """Report *result*, which must be the last one, and write the baseline if requested.

        Returns the exit code.
        """
        options = self.options
        if options.show_setups:
            return _show_setups(options, result)
        try:
            output = self.output()
        except UsageError:  # nothing is written, but shown
            _write_text(options, self.reported(result))
            raise
        applied = self._baseline.apply(result, self._run.coverage)
        result = self._changed_only(applied.result)
        for error in result.internal_errors:
            print_stderr(error)
        write_report(options, result, output)
        if not options.quiet:
            for line in applied.notes:
                print_stderr(line)
            _print_summary(options, result, everything=self._here.scope == "all")
        if result.interrupted:
            print_stderr("interrupted: only the findings so far are shown")
            return EXIT_INTERRUPTED
        if applied.error is not None:
            raise applied.error
        if result.internal_errors:
            return EXIT_INTERNAL_ERROR
        return EXIT_FINDINGS if fails(result, self._here.fail_on) else EXIT_OK

    def output(self) -> Destination | None:
        """Where ``--output`` writes the report of the last run; None without that option.

        Raises ``UsageError`` if the file must not be written.
        """
        options = self.options
        if options.output is None:
            return None
        checked = self._run.files
        output = replaceable(options.output, force=options.force, checked=checked)
        baseline = self._baseline.path
        if baseline is not None and output.is_file(baseline):
            raise UsageError(f"{options.output}: not written: it is also the baseline of this run")
        for kind, path in () if options.force else self._read():
            if output.is_file(path):
                raise UsageError(
                    f"{options.output}: not replaced: this run reads its {kind} from it; see --force"
                )
        return output

    def _read(self) -> Iterator[tuple[str, str]]:
        """The files that determine the result, besides checked ones, each with what it has."""
        from ..rulebook.folder import fact_files, rule_files

        for path in self._settings.files:
            yield "settings", path
        for rules in self._run.rules():
            for path in (*rule_files(rules), *fact_files(rules)):
                yield "rules", path

    def read_stdin(self, name: str) -> bytes:
        """Standard input as the contents of the file *name*; raises ``UsageError``."""
        from ..base.disk import UnreadableError
        from ..base.limits import under
        from ..files.contents import read_stream

        if sys.stdin is None:
            raise UsageError("-: cannot be read: standard input is closed")
        stream = sys.stdin.buffer
        try:
            return under(self._settings.of_file(name).limits, lambda: read_stream(stream, name))
        except UnreadableError as error:
            raise UsageError(f"-: cannot be read: {error}") from None

    def _check_stdin(self, contents: Contents, *, strings: bool) -> Result:
        """The result for standard input."""
        if len(self.options.paths) > 1:
            raise UsageError("-: standard input cannot be combined with other paths")
        name = self.options.stdin_filename
        if not name or not _names_format(name):
            raise UsageError(
                "-: standard input requires --stdin-filename with a name that ends in "
                ".json, .yaml or .tf"
            )
        data = contents[name] if name in contents else self.read_stdin(name)
        return self._run.lint_text(name, _decoded(data), strings=strings)


def _changes(options: argparse.Namespace) -> Changes | None:
    """The changes that ``--changed-since`` asks for; raises ``UsageError``."""
    if options.changed_since is None:
        return None
    for given, name in (("-" in options.paths, "-"), (options.write_baseline, "--write-baseline")):
        if given:
            raise UsageError(f"{name} cannot be combined with --changed-since")
    from ..files.changes import Changes

    return Changes(options.changed_since, "--changed-since")


def _var_files(paths: Sequence[str]) -> Sequence[str]:
    """The files *paths* that set variables; raises ``UsageError`` for one that is no such file."""
    from ..base.formats import DEFINITIONS

    for path in paths:
        if not os.path.isfile(path):
            raise UsageError(f"--var-file {path}: no such file")
        if not path.endswith(DEFINITIONS):
            raise UsageError(f"--var-file {path}: the name must end in .tfvars or .tfvars.json")
    return paths


def _names_format(name: str) -> bool:
    """Whether the file name *name* determines a format."""
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


def fails(result: Result, fail_on: str) -> bool:
    """Whether *result* has a finding of the severity *fail_on* or higher."""
    if not result.findings or fail_on == "never":
        return False
    from ..rulebook.model import SEVERITIES

    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in failing for finding in result.findings)


def write_report(options: argparse.Namespace, result: Result, output: Destination | None) -> None:
    """Write the report to standard output; with *output* to that file, and text there."""
    from ..report.formats import report

    # Standard output first: nothing is lost if the file cannot be written.
    if output is not None or options.format == "text":
        _write_text(options, result)
    else:
        text = report(result, options.format, show_suppressed=options.show_suppressed)
        write_stdout(text, commands=options.format == "github")
    if output is not None:
        text = report(result, options.format, show_suppressed=options.show_suppressed)
        write_file(output, text)


def _write_text(options: argparse.Namespace, result: Result) -> None:
    from ..report.text import lines

    terminal = sys.stdout.isatty()
    color = options.color == "always" or (
        options.color == "auto" and terminal and not os.environ.get("NO_COLOR")
    )
    found = lines(
        result,
        show_suppressed=options.show_suppressed,
        color=color,
        width=text_width() if terminal or options.color == "always" else None,
    )
    write_lines(found, styled=color)


def _print_summary(options: argparse.Namespace, result: Result, *, everything: bool) -> None:
    from ..report.text import resolution_lines, rule_counts, summary

    if options.statistics:
        resolutions = () if result.tally is None else result.tally.resolutions()
        for line in (*rule_counts(result.findings), *resolution_lines(resolutions)):
            print_stderr(line)
    print_stderr(summary(result, everything=everything))
    if result.partly or result.unknown:
        from ..findings.partial import line_of

        print_stderr(line_of(result.partly, result.unknown))


def _show_setups(options: argparse.Namespace, result: Result) -> int:
    """Print the set-ups of *result* in place of its findings; return the exit code."""
    from ..report.setups import as_json, as_text

    if options.format not in ("text", "json"):
        raise UsageError(f"--show-setups: no such output in the format {options.format}")
    for error in result.internal_errors:
        print_stderr(error)
    if options.format == "json":
        write_stdout(as_json(result.setups))
    else:
        write_lines(as_text(result.setups))
    return EXIT_INTERNAL_ERROR if result.internal_errors else EXIT_OK
