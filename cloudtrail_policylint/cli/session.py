"""One run of ``lint``: checking the paths of the command line, and reporting the result."""

from __future__ import annotations

import os
import sys

from ..base.choices import DRAWN_FORMATS, SEVERITIES, TEXT_FORMATS
from ..base.errors import UsageError
from ..settings.lookup import baseline_folder
from .baseline import RunBaseline
from .output import (
    EXIT_FINDINGS,
    EXIT_INTERNAL_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    print_stderr,
    replaceable,
    text_width,
    use_color,
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


STDIN_NAME = "stdin.json"
"""The name of JSON on standard input."""
_NEEDS_NAME = (
    "-: standard input that is not JSON requires --stdin-filename with a name that ends in .yaml or "
    ".tf"
)
WITH_EDITS = ("json", "sarif", "rdjson")
"""The output formats that show edits."""
WITH_SETUPS = frozenset({"html", *DRAWN_FORMATS})
"""The output formats that show set-ups."""


class LintSession:
    """Checks the paths of *options* under *settings*, once or more, and reports one result."""

    def __init__(self, options: argparse.Namespace, settings: NearestSettings) -> None:
        from ..base.limits import under

        here = settings.here
        self.options = options
        self._here = here
        self._settings = settings
        self.stdin: dict[str, bytes] = {}
        """Standard input by the name that it is checked under, once it was read."""
        self._form = here.format
        if options.show_setups:
            from .modes import form_of

            self._form = form_of(options, here)
        self._run = self._new_run()
        self._changes = changes_of(options)
        self._before: Result | None = None
        self._baseline = under(
            here.limits,
            lambda: RunBaseline(
                options.baseline or here.baseline,
                baseline_folder(here.folder),
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
            setups=options.show_setups or not WITH_SETUPS.isdisjoint(self._forms()),
            var_files=_var_files(options.var_file),
        )

    def check(self, contents: Contents | None = None, *, strings: bool = False) -> Result:
        """The result for the paths; *contents* and *strings* are as for ``Run.lint_paths``."""
        options = self.options
        if options.select or options.ignore:  # a misspelt rule, even if there is nothing to check
            self._run.selection()
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

        if self._before is None:
            self._before = self._new_run().lint_paths(
                self.options.paths, contents=changes.before, changed=changes.paths()
            )
        return due_to(result, self._before, changes.touch, changes.former)

    def report(self, result: Result) -> int:
        """Report *result*, which must be the last one, and write the baseline if requested.

        Returns the exit code.
        """
        options = self.options
        result = self._with_stoppers(result)
        if options.show_setups:
            return _show_setups(options, self._form, result, self.outputs())
        result = self._with_offers(result)
        try:
            outputs = self.outputs()
        except UsageError:  # nothing is written, but shown
            _write_text(options, self.reported(result), self._form)
            raise
        applied = self._baseline.apply(result, self._run.coverage)
        result = self._changed_only(applied.result)
        for error in result.internal_errors:
            print_stderr(error)
        write_report(options, result, self._form, outputs)
        if not options.quiet:
            unchecked = _unchecked(options.paths, self._run.files)
            for line in (*self._settings.overlooked(), *unchecked, *applied.notes):
                print_stderr(line)
            for path in self._changes.submodules if self._changes is not None else ():
                print_stderr(f"{path}: a submodule that changed; findings in it are not reported")
            _print_summary(options, result, everything=self._here.scope == "all")
        if result.interrupted:
            print_stderr("interrupted: only the findings so far are shown")
            return EXIT_INTERRUPTED
        if applied.error is not None:
            raise applied.error
        if result.internal_errors:
            return EXIT_INTERNAL_ERROR
        return EXIT_FINDINGS if fails(result, self._here.fail_on) else EXIT_OK

    def _with_offers(self, result: Result) -> Result:
        """*result* with the edits that a report of this run shows."""
        if self._forms().isdisjoint(WITH_EDITS) or not any(one.edit for one in result.findings):
            return result
        from ..fix.fixer import offers

        return offers(
            lambda contents: self.check({**self.stdin, **contents}, strings=True),
            given=self.stdin,
            select=lambda result: self.reported(result).findings,
        )

    def _with_stoppers(self, result: Result) -> Result:
        """*result* with who may stop what its set-ups record, if a report of this run draws them.

        Of standard input, which has no other policies beside it, nobody is asked.
        """
        is_drawn = result.setups and not self._forms().isdisjoint(WITH_SETUPS)
        if not is_drawn or result.interrupted or self.stdin:
            return result
        from ..base.record import replaced
        from ..questions.reading import read_view
        from ..questions.stoppers import with_stoppers

        try:
            view = read_view(self.options.paths, self._settings)
            return replaced(result, setups=with_stoppers(view, result.setups))
        except Exception as error:  # noqa: BLE001 - whatever it is, the findings are reported
            failed = f"internal error in who may stop a trail: {type(error).__name__}: {error}"
            return replaced(result, internal_errors=(*result.internal_errors, failed))

    def _forms(self) -> set[str]:
        """The formats of the reports of this run."""
        return {self._form, *(form for form, _ in self._asked_outputs())}

    def _asked_outputs(self) -> list[tuple[str, str]]:
        """The format and path of each ``--output``."""
        if not self.options.output:
            return []
        from .modes import outputs_of

        return outputs_of(self.options, self._here)

    def outputs(self) -> list[tuple[str, Destination]]:
        """The formats and destinations of the reports that ``--output`` writes after the last run.

        Raises ``UsageError`` if a file must not be written.
        """
        options = self.options
        found: list[tuple[str, Destination]] = []
        for form, path in self._asked_outputs():
            output = replaceable(path, force=options.force, checked=self._run.files)
            if any(output.is_same(other) for _, other in found):
                raise UsageError(f"{path}: not written: it is also the file of another report")
            baseline = self._baseline.path
            if baseline is not None and output.is_file(baseline):
                raise UsageError(f"{path}: not written: it is also the baseline of this run")
            for kind, read in () if options.force else self._read():
                if output.is_file(read):
                    raise UsageError(
                        f"{path}: not replaced: this run reads its {kind} from it; see --force"
                    )
            found.append((form, output))
        return found

    def _read(self) -> Iterator[tuple[str, str]]:
        """The files that determine the result, besides checked ones, each with what it has."""
        from ..rulebook.folder import fact_files, rule_files

        for path in self._settings.files:
            yield "settings", path
        for rules in self._run.rules():
            for path in (*rule_files(rules), *fact_files(rules)):
                yield "rules", path

    def read_stdin(self) -> None:
        """Read standard input, if a path names it, into ``stdin``; raises ``UsageError``."""
        if "-" not in self.options.paths or self.stdin:
            return
        if len(self.options.paths) > 1:
            raise UsageError("-: standard input cannot be combined with other paths")
        name = self.options.stdin_filename
        if name and not _names_format(name):
            raise UsageError(_NEEDS_NAME)
        data = self._stdin_data(name or STDIN_NAME)
        if not name and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
            raise UsageError(_NEEDS_NAME)
        self.stdin[name or STDIN_NAME] = data

    def _stdin_data(self, name: str) -> bytes:
        """Standard input, within the limits for the file *name*."""
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
        self.read_stdin()
        ((name, data),) = self.stdin.items()
        return self._run.lint_text(name, _decoded(contents.get(name, data)), strings=strings)


def _unchecked(paths: Sequence[str], checked: Sequence[str]) -> Iterator[str]:
    """A message if some of *paths* are files of other formats than those that are *checked*.

    A module may load such a file, and the tool's own files have no policies.
    """
    from ..base.disk import is_inside
    from ..base.formats import format_of, is_own

    others = [one for one in paths if format_of(one) is None and os.path.isfile(one)]
    if not others:
        return
    modules = {
        os.path.dirname(os.path.abspath(one))
        for one in checked
        if (form := format_of(one)) is not None and form.in_module
    }
    others = [
        one
        for one in others
        if not is_own(one) and not any(is_inside(os.path.abspath(one), top) for top in modules)
    ]
    if others:
        more = f", as for {len(others) - 1} more of the named files" if len(others) > 1 else ""
        yield f"{others[0]}: not checked: unknown file format{more}"


def changes_of(options: argparse.Namespace) -> Changes | None:
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
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in failing for finding in result.findings)


def write_report(
    options: argparse.Namespace,
    result: Result,
    form: str,
    outputs: Sequence[tuple[str, Destination]],
) -> None:
    """Write the report as *form* to standard output, and others to the files *outputs*.

    If one of these has this format, standard output has text.
    """
    from ..report.formats import report

    # Standard output first: nothing is lost if a file cannot be written.
    if form in TEXT_FORMATS or any(form == other for other, _ in outputs):
        _write_text(options, result, form)
    else:
        text = report(result, form, show_suppressed=options.show_suppressed)
        write_stdout(text, commands=form == "github")
    for other, output in outputs:
        write_file(output, report(result, other, show_suppressed=options.show_suppressed))


def _write_text(options: argparse.Namespace, result: Result, form: str) -> None:
    """Write the findings as text to standard output: full on a terminal or if *form* says so."""
    terminal, color = sys.stdout.isatty(), use_color(options.color)
    suppressed = options.show_suppressed
    long = terminal or options.color == "always"
    if form == "full" or (form != "concise" and long):
        from ..report import full

        width = text_width(None if terminal else full.WIDTH)
        found = full.lines(result, show_suppressed=suppressed, color=color, width=width)
    else:
        from ..report.text import lines

        found = lines(result, show_suppressed=suppressed, color=color)
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


def _show_setups(
    options: argparse.Namespace,
    form: str,
    result: Result,
    outputs: Sequence[tuple[str, Destination]],
) -> int:
    """Print and write the set-ups of *result* in place of its findings; return the exit code."""
    from ..report.setups import as_form

    def shown(form: str) -> str:
        return as_form(result, form, show_suppressed=options.show_suppressed)

    for error in result.internal_errors:
        print_stderr(error)
    write_stdout(shown("text" if any(form == other for other, _ in outputs) else form))
    for other, output in outputs:
        write_file(output, shown(other))
    return EXIT_INTERNAL_ERROR if result.internal_errors else EXIT_OK
