"""The command ``lint``."""

from __future__ import annotations

import os
import sys

from .output import CRASHED, FINE, FOUND, UsageError, say, show, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from ..extract.found import Extraction
    from ..lint import Linter
    from ..result import Result
    from ..rules import Rule, RuleBook
    from ..settings import Settings

SEVERITY_ORDER = ("error", "warning", "info")


def lint(options: argparse.Namespace) -> int:
    """Judge files and report what is found; the exit code."""
    settings = _settings(options)
    if options.fix or options.diff or options.unsafe_fixes:
        from . import fix

        return fix.run(
            options,
            lambda contents, watch: _run_lint(options, settings, contents, watch),
            lambda result: _finish(options, settings, result),
        )
    return _finish(options, settings, _run_lint(options, settings))


def _finish(options: argparse.Namespace, settings: Settings, result: Result) -> int:
    """Report *result*; the exit code."""
    for crash in result.crashes:
        say(f"{crash}; this is a mistake of ours, please report it")
    _write_report(options, result)
    if not options.quiet:
        _summarise(options, result)
    if result.crashes:
        return CRASHED
    failing = (
        SEVERITY_ORDER[: SEVERITY_ORDER.index(settings.fail_on) + 1]
        if settings.fail_on != "never"
        else ()
    )
    return FOUND if any(finding.severity in failing for finding in result.findings) else FINE


def _run_lint(
    options: argparse.Namespace,
    settings: Settings,
    contents: Mapping[str, bytes] | None = None,
    watch: Callable[[Extraction], None] | None = None,
) -> Result:
    """Judge what *options* name, with *contents* in place of what is in some files.

    *watch* is shown all that is extracted.
    """
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
        data = contents[name] if contents and name in contents else sys.stdin.buffer.read()
        return _linter(settings, statistics=options.statistics, watch=watch).lint_text(
            name, _decoded(data), language, settings.kind_of(name)
        )
    from ..files import Files

    everything = settings.scope == "all"
    files = Files(list(discover(options.paths, settings)), everything=everything, contents=contents)
    if files.nothing_to_do():
        from ..result import Result

        return Result((), len(files.candidates), 0, ())
    return _linter(settings, statistics=options.statistics, watch=watch).lint_files(files)


def _decoded(data: bytes) -> str:
    from ..discover import UnreadableError, decode

    try:
        return decode(data)
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


def _linter(
    settings: Settings,
    *,
    statistics: bool = False,
    watch: Callable[[Extraction], None] | None = None,
) -> Linter:
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
    return Linter(book, settings, run=run, ignored=ignored, tally=tally, watch=watch)


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
        show(report(result, options.format))
    if options.output is not None:
        write(options.output, report(result, options.format))


def _as_text(options: argparse.Namespace, result: Result) -> str:
    from ..report.text import lines

    terminal = sys.stdout.isatty()
    color = options.color == "always" or (
        options.color == "auto" and terminal and not os.environ.get("NO_COLOR")
    )
    source = terminal or options.color == "always"
    return "".join(f"{line}\n" for line in lines(result.findings, color=color, source=source))


def _summarise(options: argparse.Namespace, result: Result) -> None:
    from ..report.text import resolved, statistics, summary

    if options.statistics:
        for line in (*statistics(result.findings), *resolved(result.resolutions)):
            say(line)
    say(summary(result))
