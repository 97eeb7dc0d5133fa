"""The command line: the only module that prints and exits.

Exit codes: 0 no finding at or above ``--fail-on``; 1 there is one; 2 usage,
settings or a rule file is wrong; 3 a mistake of ours.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from typing import NoReturn

    from .lint import Linter
    from .result import Result
    from .rules import Rule, RuleBook
    from .settings import Settings

FINE, FOUND, WRONG, CRASHED = 0, 1, 2, 3
SEVERITY_ORDER = ("error", "warning", "info")


class UsageError(Exception):
    """Something the user must put right; the message is one line."""


def run() -> NoReturn:
    """The console script: run the command line and exit."""
    import gc

    gc.disable()  # a run is short and makes few cycles; looking for them costs a third of a large file's time
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FINE
    except KeyboardInterrupt:
        status = 130
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        reason = str(error).partition("\n")[0]
        print(
            f"internal error: {type(error).__name__}: {reason}; please report it", file=sys.stderr
        )
        status = CRASHED
    raise SystemExit(status)


def main(arguments: Sequence[str]) -> int:
    """Run the command line *arguments*; the exit code."""
    parser = _parser(arguments)
    options = parser.parse_args(arguments)
    if options.version:
        return _version()
    if "command" not in options:
        parser.print_help(sys.stderr)
        return WRONG
    from .discover import MissingPathError
    from .rulefile_error import RuleFileError
    from .settings import SettingsError

    try:
        return int(options.command(options))
    except MissingPathError as error:
        return _wrong(f"{error}: no such file or folder")
    except (UsageError, RuleFileError, SettingsError) as error:
        return _wrong(str(error))


def _wrong(message: str) -> int:
    from .report.text import printable

    print(printable(message), file=sys.stderr)
    return WRONG


def _version() -> int:
    from . import __version__
    from .catalogue import data_version

    _print(f"cloudtrail-policylint {__version__} (AWS data {data_version()})\n")
    return FINE


# -- lint


def _lint(options: argparse.Namespace) -> int:
    settings = _settings(options)
    result = _run_lint(options, settings)
    for crash in result.crashes:
        print(f"{crash}; this is a mistake of ours, please report it", file=sys.stderr)
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


def _run_lint(options: argparse.Namespace, settings: Settings) -> Result:
    from .discover import TEMPLATE, discover, language_of

    standard_input = "-" in options.paths
    if standard_input and len(options.paths) > 1:
        raise UsageError("-: standard input cannot be linted together with files")
    if standard_input:
        name = options.stdin_filename
        language = language_of(name) if name else None
        if not name or language in (None, TEMPLATE):
            raise UsageError(
                "-: say with --stdin-filename what the text is: a name ending in .json, .yaml or .tf"
            )
        return _linter(settings, statistics=options.statistics).lint_text(
            name, _standard_input(), language, settings.kind_of(name)
        )
    from .files import Files

    files = Files(
        list(discover(options.paths, settings)),
        everything=settings.scope == "all",
        walked=[path for path in options.paths if os.path.isdir(path)],
    )
    if files.nothing_to_do():
        from .result import Result

        return Result((), len(files.candidates), 0, 0)
    return _linter(settings, statistics=options.statistics).lint_files(files)


def _standard_input() -> str:
    from .discover import UnreadableError, decode

    try:
        return decode(sys.stdin.buffer.read())
    except UnreadableError as error:
        raise UsageError(f"-: cannot be read: {error}") from None


def _settings(options: argparse.Namespace) -> Settings:
    from .settings import Settings, load

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
    from .lint import Linter

    tally = None
    if statistics:
        from .resolution import Tally

        tally = Tally()
    book = _book(settings.rules)
    run = [rule for rule in book.rules if not settings.select or _chosen(rule, settings.select)]
    for word in (*settings.select, *settings.ignore):
        _known(word, book)
    every = (*book.rules, *book.problems.values())
    ignored = frozenset(rule.id for rule in every if _chosen(rule, settings.ignore))
    return Linter(book, settings, run=run, ignored=ignored, tally=tally)


def _book(folders: Sequence[str]) -> RuleBook:
    from .bundle import bundled

    book = bundled()
    if folders:
        from .rulefile import with_rules

        for folder in folders:
            book = with_rules(book, folder)
    return book


def _chosen(rule: Rule, words: Sequence[str]) -> bool:
    """Whether one of *words* names *rule*: its name, its id, or what its id begins with (``CT2``)."""
    return any(rule.id.startswith(word.upper()) or rule.name == word for word in words)


def _known(word: str, book: RuleBook) -> None:
    if not any(_chosen(rule, [word]) for rule in (*book.rules, *book.problems.values())):
        from .plain import nearest

        raise UsageError(f"no rule is called {word}{nearest(word, book.names())}")


def _write_report(options: argparse.Namespace, result: Result) -> None:
    """The report, in a file if one is named; then the findings are shown as text besides."""
    if options.output is None:
        _print(_as_json(result) if options.format == "json" else _as_text(options, result))
        return
    # Shown first, so that nothing is lost where the file cannot be written.
    _print(_as_text(options, result))
    plain = "".join(f"{line}\n" for line in _lines(result, color=False, source=False))
    _write(options.output, _as_json(result) if options.format == "json" else plain)


def _as_json(result: Result) -> str:
    from . import __version__
    from .catalogue import data_version
    from .report.json import report

    return report(result, __version__, data_version())


def _as_text(options: argparse.Namespace, result: Result) -> str:
    terminal = sys.stdout.isatty()
    color = options.color == "always" or (
        options.color == "auto" and terminal and not os.environ.get("NO_COLOR")
    )
    source = terminal or options.color == "always"
    return "".join(f"{line}\n" for line in _lines(result, color=color, source=source))


def _lines(result: Result, *, color: bool, source: bool) -> Iterator[str]:
    from .report.text import lines

    return lines(result.findings, color=color, source=source)


def _print(text: str) -> None:
    """Write *text* to standard output, whatever its encoding can express."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _write(path: str, text: str) -> None:
    """Write *text* to the file *path* in one step; to a device or pipe, which stays one, directly."""
    whole = os.path.realpath(path)  # a link stays a link
    direct = os.path.exists(whole) and not os.path.isfile(whole)
    temporary = whole if direct else f"{whole}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        if not direct:
            os.replace(temporary, whole)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or '').lower()}") from None


def _summarise(options: argparse.Namespace, result: Result) -> None:
    from .report.text import resolved, statistics, summary

    if options.statistics:
        for line in (*statistics(result.findings), *resolved(result.resolutions)):
            print(line, file=sys.stderr)
    print(summary(result), file=sys.stderr)


# -- the other commands


def _rules(options: argparse.Namespace) -> int:
    from .report import pages

    book = _book(options.rules)
    if options.format == "json":
        _print(pages.as_json(book))
    elif options.format == "markdown":
        _print(pages.as_table(book))
    else:
        _print("".join(f"{line}\n" for line in pages.as_lines(book)))
    return FINE


def _explain(options: argparse.Namespace) -> int:
    from .bundle import rules_folder
    from .plain import nearest
    from .report import pages
    from .rulefile import examples_of

    book = _book(options.rules)
    rule = book.named(options.rule)
    if rule is None:
        raise UsageError(f"no rule is called {options.rule}{nearest(options.rule, book.names())}")
    examples = examples_of([*options.rules, rules_folder()], rule.id) if rule.subject else {}
    _print(pages.page(rule, examples))
    return FINE


def _check_rules(options: argparse.Namespace) -> int:
    from .bundle import bundled
    from .checks import check
    from .report.text import plural, printable

    for path in options.paths:
        if not os.path.exists(path):
            raise UsageError(f"{path}: no such file or folder")
    outcome = check(options.paths, bundled())
    for mistake in outcome.mistakes:
        _print(printable(mistake) + "\n")
    if not outcome.rules:
        raise UsageError(f"{options.paths[0]}: no rule file there")
    print(
        ", ".join(
            plural(number, noun)
            for number, noun in (
                (outcome.rules, "rule"),
                (outcome.examples, "example"),
                (len(outcome.mistakes), "mistake"),
            )
        ),
        file=sys.stderr,
    )
    return WRONG if outcome.mistakes else FINE


# -- options


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for *arguments*: only the command that they name has its options."""
    import argparse

    class Formatter(argparse.HelpFormatter):
        """Help as wide as the terminal, without what the standard one imports to find that out."""

        def __init__(self, prog: str) -> None:
            super().__init__(prog, width=_width())

    parser = argparse.ArgumentParser(
        prog="cloudtrail-policylint",
        description="Find CloudTrail permission mistakes in IAM policies, Terraform and CloudFormation.",
        allow_abbrev=False,
        formatter_class=Formatter,
    )
    parser.add_argument(
        "--version", action="store_true", help="print the version and that of the AWS data"
    )
    # Given, because working it out loads half of the help machinery.
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", prog="cloudtrail-policylint"
    )
    for name, (options, text) in _COMMANDS.items():
        command = commands.add_parser(
            name, help=text, allow_abbrev=False, formatter_class=parser.formatter_class
        )
        if name in arguments:  # describing the others takes longer than linting a small policy
            options(command)
    return parser


def _rules_options(rules: argparse.ArgumentParser) -> None:
    rules.set_defaults(command=_rules)
    rules.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    _own_rules(rules)


def _explain_options(explain: argparse.ArgumentParser) -> None:
    explain.set_defaults(command=_explain)
    explain.add_argument("rule", metavar="RULE", help="its id or its name")
    _own_rules(explain)


def _check_options(check: argparse.ArgumentParser) -> None:
    check.set_defaults(command=_check_rules)
    check.add_argument("paths", nargs="+", metavar="PATH")


def _own_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rules", action="append", default=[], metavar="PATH", help="rules of your own besides"
    )


def _lint_options(lint: argparse.ArgumentParser) -> None:
    lint.set_defaults(command=_lint)
    add = lint.add_argument
    add(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files or folders; - is standard input (default: .)",
    )
    add(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how findings are written (default: text)",
    )
    add(
        "--output",
        metavar="FILE",
        help="write the report to FILE; the findings are shown as text besides",
    )
    add(
        "--select",
        action="append",
        default=[],
        metavar="IDS",
        help="only these rules: ids, names or beginnings of ids, with commas between",
    )
    add("--ignore", action="append", default=[], metavar="IDS", help="all but these rules")
    add(
        "--rules",
        action="append",
        default=[],
        metavar="PATH",
        help="rules of your own besides: a file or a folder",
    )
    add(
        "--scope",
        choices=("cloudtrail", "all"),
        help="policies that concern CloudTrail (default) or all policies",
    )
    add(
        "--pedantic",
        action="store_true",
        help="also rules of low confidence, and what cannot be told",
    )
    add(
        "--fail-on",
        choices=("error", "warning", "info", "never"),
        help="the least severity that makes the exit code 1 (default: warning)",
    )
    add("--config", metavar="FILE", help="settings file, instead of the nearest one")
    add("--statistics", action="store_true", help="count the findings of each rule")
    add("--quiet", action="store_true", help="findings only: no summary")
    add("--color", choices=("auto", "always", "never"), default="auto")
    add(
        "--stdin-filename",
        metavar="NAME",
        help="what standard input is called and, by its ending, written in",
    )


def _width() -> int:
    try:
        return int(os.environ["COLUMNS"]) - 2
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns - 2
    except (OSError, ValueError, AttributeError):
        return 78


_COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "lint": (_lint_options, "judge files and folders"),
    "rules": (_rules_options, "list the rules"),
    "explain": (_explain_options, "explain one rule"),
    "check-rules": (_check_options, "validate rule files and run their examples"),
}
