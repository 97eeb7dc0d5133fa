"""The command ``lint``."""

from __future__ import annotations

import os
import sys

from .baseline import chosen, rewritten, tell_removable, tell_written
from .output import CRASHED, FINE, FOUND, UsageError, say, show, width, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..baseline import Coverage, Entry
    from ..lint import Linter
    from ..result import Result
    from ..rules import Rule, RuleBook
    from ..settings import Settings

SEVERITY_ORDER = ("error", "warning", "info")


def lint(options: argparse.Namespace) -> int:
    """Judge files and report what is found; the exit code."""
    settings = _settings(options)
    baseline = chosen(options.baseline, settings.folder, to_write=options.write_baseline)
    result, judged, linter = _run_lint(options, settings)
    for crash in result.crashes:
        say(f"{crash}; this is a mistake of ours, please report it")
    removable: Sequence[Entry] = ()
    failure = None
    if baseline is not None:
        coverage = _coverage(options, judged, linter or _linter(settings))
        try:
            if options.write_baseline:
                baseline = rewritten(baseline, result, coverage)
            result, removable = baseline.apply(result, coverage)
        except UsageError as error:  # after the findings, which would be lost
            failure = error
    _write_report(options, result)
    if not options.quiet:
        if baseline is not None:
            if options.write_baseline and failure is None:
                tell_written(baseline)
            tell_removable(baseline.path, removable)
        _summarise(options, result)
    if failure is not None:
        raise failure
    if result.crashes:
        return CRASHED
    failing = (
        SEVERITY_ORDER[: SEVERITY_ORDER.index(settings.fail_on) + 1]
        if settings.fail_on != "never"
        else ()
    )
    return FOUND if any(finding.severity in failing for finding in result.findings) else FINE


def _run_lint(
    options: argparse.Namespace, settings: Settings
) -> tuple[Result, list[str], Linter | None]:
    """What is found; the paths of the files looked at; and what has judged them, if that was needed."""
    from ..discover import discover, language_of

    standard_input = "-" in options.paths
    if standard_input and len(options.paths) > 1:
        raise UsageError("-: standard input cannot be linted together with files")
    if standard_input:
        name = options.stdin_filename
        language = language_of(name) if name else None
        if not name or language is None:
            raise UsageError(
                "-: say with --stdin-filename what the text is: a name ending in .json, .yaml or .tf"
            )
        linter = _linter(settings, statistics=options.statistics)
        result = linter.lint_text(name, _standard_input(), language, settings.kind_of(name))
        return result, [name], linter
    from ..files import Files

    files = Files(list(discover(options.paths, settings)), everything=settings.scope == "all")
    paths = [candidate.path for candidate in files.candidates]
    if files.nothing_to_do():
        from ..result import Result

        return Result((), len(paths), 0, ()), paths, None
    linter = _linter(settings, statistics=options.statistics)
    return linter.lint_files(files), paths, linter


def _coverage(options: argparse.Namespace, paths: Sequence[str], linter: Linter) -> Coverage:
    from ..baseline import Coverage

    return Coverage(
        files=frozenset(map(os.path.abspath, paths)),
        folders=tuple(os.path.abspath(path) for path in options.paths if os.path.isdir(path)),
        ran=linter.runs,
    )


def _standard_input() -> str:
    from ..discover import UnreadableError, decode

    try:
        return decode(sys.stdin.buffer.read())
    except UnreadableError as error:
        raise UsageError(f"-: cannot be read: {error}") from None


def _settings(options: argparse.Namespace) -> Settings:
    from ..settings import Settings, load

    found = load(options.config)
    return Settings(
        folder=found.folder,
        select=_words(options.select) or found.select,
        ignore=(*found.ignore, *_words(options.ignore)),
        rules=(*found.rules, *options.rules),
        scope=options.scope or found.scope,
        pedantic=options.pedantic or found.pedantic,
        fail_on=options.fail_on or found.fail_on,
        include=found.include,
        exclude=found.exclude,
        kinds=found.kinds,
    )


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for text in given for word in text.split(",") if word.strip())


def _linter(settings: Settings, *, statistics: bool = False) -> Linter:
    from ..lint import Linter

    tally = None
    if statistics:
        from ..resolution import Tally

        tally = Tally()
    from .rules import rule_book

    book = rule_book(settings.rules)
    run = [rule for rule in book.rules if not settings.select or _chosen(rule, settings.select)]
    for word in (*settings.select, *settings.ignore):
        _known(word, book)
    every = (*book.rules, *book.problems.values())
    ignored = frozenset(rule.id for rule in every if _chosen(rule, settings.ignore))
    return Linter(book, settings, run=run, ignored=ignored, tally=tally)


def _chosen(rule: Rule, words: Sequence[str]) -> bool:
    """Whether one of *words* names *rule*: its name, its id, or what its id begins with (``CT2``)."""
    return any(rule.id.startswith(word.upper()) or rule.name == word for word in words)


def _known(word: str, book: RuleBook) -> None:
    if not any(_chosen(rule, [word]) for rule in (*book.rules, *book.problems.values())):
        from ..plain import nearest

        raise UsageError(f"no rule is called {word}{nearest(word, book.names())}")


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


def _summarise(options: argparse.Namespace, result: Result) -> None:
    from ..report.text import resolved, statistics, summary

    if options.statistics:
        for line in (*statistics(result.findings), *resolved(result.resolutions)):
            say(line)
    say(summary(result))
