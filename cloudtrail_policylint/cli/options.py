"""The options of each command, and their help."""

from __future__ import annotations

from ..report.formats import FORMATS
from .output import width

_EXAMPLES = """\
examples:
  cloudtrail-policylint lint                      the files below the current folder
  cloudtrail-policylint lint main.tf policies/    these files and folders
  cloudtrail-policylint lint --select delivery    some rules only, by id, name or tag
  cloudtrail-policylint explain unknown-action    why a finding matters, with examples
"""

_LINT_EXAMPLES = """\
examples:
  lint --diff .                              what --fix would change
  lint --format sarif --output out.sarif .   a report for code scanning
  lint --write-baseline .                    from now on, new findings only
  lint --stdin-filename main.tf - < main.tf  the text of an editor

exit codes: 0 nothing found, 1 findings, 2 wrong usage or settings, 3 a mistake of ours
"""

MOST_JOBS = 64
"""Processes that one may ask for."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence


def parser_for(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for *arguments*: only the command that they name has its options."""
    import argparse

    class Formatter(argparse.RawDescriptionHelpFormatter):
        """Help as wide as the terminal, without what the standard one imports to find that out."""

        def __init__(self, prog: str) -> None:
            super().__init__(prog, width=width())

    parser = argparse.ArgumentParser(
        prog="cloudtrail-policylint",
        description="Find CloudTrail permission mistakes in IAM policies, Terraform and CloudFormation.",
        epilog=_EXAMPLES,
        allow_abbrev=False,
        formatter_class=Formatter,
    )
    parser.add_argument(
        "-V", "--version", action="store_true", help="print the version and that of the AWS data"
    )
    # Given, because working it out loads half of the help machinery.
    commands = parser.add_subparsers(
        dest="command", title="commands", metavar="COMMAND", prog="cloudtrail-policylint"
    )
    # Parsers of other commands would take longer than linting a small policy. Where no command comes
    # first they are listed (--help, a wrong name), and where one follows it has its options.
    first = arguments[0] if arguments else ""
    for name, (options, text) in _COMMANDS.items():
        if first in _COMMANDS and name not in arguments:
            continue
        command = commands.add_parser(
            name, help=text, allow_abbrev=False, formatter_class=parser.formatter_class
        )
        if name in arguments:
            options(command)
    return parser


def parser_for_all() -> argparse.ArgumentParser:
    """The parser with the options of all commands."""
    return parser_for(tuple(_COMMANDS))


def _rules_options(rules: argparse.ArgumentParser) -> None:
    rules.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    _own_rules(rules)


def _explain_options(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("rule", metavar="RULE", help="its id or its name")
    _own_rules(explain)


def _check_options(check: argparse.ArgumentParser) -> None:
    check.add_argument("paths", nargs="+", metavar="PATH")


def _own_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rules", action="append", default=[], metavar="PATH", help="rules of your own besides"
    )


def _lint_options(lint: argparse.ArgumentParser) -> None:
    lint.epilog = _LINT_EXAMPLES
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
        choices=FORMATS,
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
        help="only these rules: ids, their beginnings, names or tags, with commas between",
    )
    add(
        "--ignore",
        action="append",
        default=[],
        metavar="IDS",
        help="all but these rules, named likewise",
    )
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
    add("--fix", action="store_true", help="correct in the files what can be corrected safely")
    add(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also what may grant or deny more than today",
    )
    add(
        "--diff",
        action="store_true",
        help="show what --fix would change, and change nothing; exit 1 if there is something",
    )
    add("--config", metavar="FILE", help="settings file, instead of the nearest one")
    add(
        "--baseline",
        metavar="FILE",
        help="leave out the findings that FILE has (default: what --write-baseline wrote)",
    )
    add(
        "--write-baseline",
        action="store_true",
        help="put all findings into the baseline, so that only later ones are reported",
    )
    add(
        "--show-suppressed",
        action="store_true",
        help="also what comments, settings or the baseline allow, marked as such",
    )
    add(
        "--show-settings",
        action="store_true",
        help="show the settings for each PATH and where each comes from, and judge nothing",
    )
    add(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="judge in N processes (default: auto, as many as pay for how much there is to judge)",
    )
    add("--statistics", action="store_true", help="count the findings of each rule")
    add("--quiet", action="store_true", help="findings only: no summary, no statistics")
    add(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colours and source lines (default: auto, on a terminal)",
    )
    add(
        "--stdin-filename",
        metavar="NAME",
        help="what standard input is called and, by its ending, written in",
    )


def _jobs(text: str) -> int | None:
    """A number of processes, None for ``auto``."""
    if text == "auto":
        return None
    if text.isdecimal() and 1 <= int(text[:9]) <= MOST_JOBS:
        return int(text)
    from argparse import ArgumentTypeError

    raise ArgumentTypeError(f"{text!r} is neither auto nor a number from 1 to {MOST_JOBS}")


def _completion_options(completion: argparse.ArgumentParser) -> None:
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh", "fish", "powershell"))


_COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "lint": (_lint_options, "judge files and folders"),
    "rules": (_rules_options, "list the rules"),
    "explain": (_explain_options, "explain one rule"),
    "check-rules": (_check_options, "validate rule files and run their examples"),
    "completion": (_completion_options, "print a script that completes commands in a shell"),
}
