"""The options of each command, and their help."""

from __future__ import annotations

from ..base.choices import (
    CONFIDENCES,
    DRAWN_FORMATS,
    FINDING_FORMATS,
    OUTPUT_FORMATS,
    SEVERITIES,
)

_EXAMPLES = """\
examples:
  cloudtrail-policylint lint                      check all files below the current folder
  cloudtrail-policylint lint main.tf policies/    check these files and folders
  cloudtrail-policylint lint --select delivery .  run some rules only, by id, name or tag
  cloudtrail-policylint explain unknown-action    show why a rule matters, with examples
"""

_LINT_EXAMPLES = """\
examples:
  lint --diff .                              show what --fix would change
  lint --format sarif --output out.sarif .   write a report for code scanning
  lint --write-baseline .                    from now on, report new findings only
  lint --stdin-filename main.tf - < main.tf  check the text in an editor

exit codes:
  0    no finding of the --fail-on severity or higher
  1    at least one such finding; with --diff: there is something to fix
  2    invalid usage, settings, rule file or baseline, or a file could not be written
  3    internal error, or a killed worker process; all other files were still checked
  130  interrupted with Ctrl-C
"""

_WHY_EXAMPLES = """\
examples:
  why "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: cloudtrail:GetTrailStatus on resource: audit"
  terraform apply 2>&1 | cloudtrail-policylint why - infra/
  why 111122223333_CloudTrail_eu-west-1_20261126T0900Z_x.json.gz

exit codes:
  0    the files have a cause
  1    they have none; the output says what to look at
  2    invalid usage, or a message that cannot be read
  3    internal error
"""

_CHECK_EXAMPLES = """\
examples:
  check                              check the expectations of the settings
  check access.yaml -- infra/        check those of a file in the policies of infra/

exit codes: those of lint
"""

_CAN_EXAMPLES = """\
examples:
  can role/auditor cloudtrail:LookupEvents
  can aws_iam_role.deployer cloudtrail:StopLogging audit -- infra/
  can role/ops 'cloudtrail:*' --context aws:MultiFactorAuthPresent=true

exit codes:
  0    certainly yes (of a pattern: all of it)
  1    certainly no (of a pattern: any of it)
  2    invalid usage, or no such principal, action or path
  3    internal error
  4    cannot tell from these files
"""

_WHO_CAN_EXAMPLES = """\
examples:
  who-can cloudtrail:StopLogging
  who-can cloudtrail:DeleteTrail arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit -- infra/
  who-can 's3:Delete*' aws_s3_bucket.logs --format mermaid

exit codes:
  0    somebody certainly may
  1    nobody in view
  2    invalid usage, or no such action or path
  3    internal error
  4    some perhaps may, none certainly
"""

MOST_JOBS = 64
"""The highest number of processes that ``--jobs`` accepts."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from .parser import Parser


def parser_for(arguments: Sequence[str]) -> Parser:
    """The parser for *arguments*; only the command that they name has its options."""
    from .parser import Parser

    parser = Parser(
        prog="cloudtrail-policylint",
        description="Find CloudTrail permission mistakes in IAM policies, Terraform and CloudFormation.",
        epilog=_EXAMPLES,
    )
    parser.set_defaults(parser=parser)
    parser.add_argument(
        "-V",
        "--version",
        action="store_true",
        help="print the version and the version of the AWS data",
    )
    # prog is given, because computing it loads half of the help machinery.
    commands = parser.add_subparsers(
        dest="command", title="commands", metavar="COMMAND", prog="cloudtrail-policylint"
    )
    # Building the parsers of all commands takes longer than linting a small policy: only the
    # command that comes first gets one, with its options. Otherwise (--help, a wrong name) all
    # are listed.
    first = arguments[0] if arguments else ""
    for name, (options, text) in COMMANDS.items():
        if first in COMMANDS and name not in arguments:
            continue
        command = commands.add_parser(name, help=text)
        command.set_defaults(parser=command)
        if name in arguments:
            options(command)
    return parser


def parser_for_all() -> Parser:
    """The parser with the options of all commands."""
    return parser_for(tuple(COMMANDS))


def _rules_options(rules: argparse.ArgumentParser) -> None:
    rules.add_argument(
        "-f",
        "--format",
        choices=("text", "json", "markdown"),
        default="text",
        help="output format (default: text)",
    )
    rules.add_argument(
        "-s",
        "--select",
        action="append",
        default=[],
        metavar="RULES",
        help="comma-separated rules to list: id, id prefix (CT2), name or tag",
    )
    _add_rules_option(rules)


def _explain_options(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("rule", metavar="RULE", help="rule id or name")
    _add_rules_option(explain)


def _check_options(check: argparse.ArgumentParser) -> None:
    check.add_argument("paths", nargs="+", metavar="PATH", help="rule files or folders")


def _schema_options(schema: argparse.ArgumentParser) -> None:
    schema.add_argument("of", choices=("settings", "rules"), metavar="OF", help="settings or rules")


def _add_rules_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rules",
        action="append",
        default=[],
        metavar="PATH",
        help="file or folder with additional rules",
    )


def _lint_options(lint: argparse.ArgumentParser) -> None:
    lint.epilog = _LINT_EXAMPLES
    add = lint.add_argument
    add(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files or folders to check; - reads standard input, except after -- (default: .)",
    )
    add(
        "-f",
        "--format",
        "--output-format",
        choices=OUTPUT_FORMATS,
        metavar="FORMAT",
        help=f"output format: {', '.join(OUTPUT_FORMATS)} (default: text, which is full on a terminal and "
        "concise elsewhere); svg, mermaid and dot draw each trail with the findings on it",
    )
    add(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="[FORMAT=]FILE",
        help="write the report to FILE; standard output then shows the findings as text. With "
        "FORMAT=, write another report there. If no option or setting gives a format, the suffix "
        "of FILE does (.html, .json, .md, .sarif, .svg, .xml for junit, .mmd, .dot). May be repeated",
    )
    add(
        "-s",
        "--select",
        action="append",
        default=[],
        metavar="RULES",
        help="comma-separated rules to run: id, id prefix (CT2), name or tag",
    )
    add(
        "-i",
        "--ignore",
        action="append",
        default=[],
        metavar="RULES",
        help="comma-separated rules not to report, as for --select",
    )
    _add_rules_option(lint)
    add(
        "--scope",
        choices=("cloudtrail", "all"),
        help="check policies that mention CloudTrail (default), or all policies",
    )
    add(
        "--pedantic",
        action="store_true",
        help="also run low-confidence rules and report values that could not be resolved",
    )
    _add_fail_on(lint)
    add(
        "--min-severity",
        choices=SEVERITIES,
        help="do not report findings of a lower severity",
    )
    add(
        "--min-confidence",
        choices=CONFIDENCES,
        help="do not report findings of rules with a lower confidence",
    )
    add("--fix", action="store_true", help="apply safe fixes to the files")
    add(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also apply fixes that may change what a policy grants or "
        "denies",
    )
    add(
        "--diff",
        action="store_true",
        help="show what --fix would change, without writing; exit with 1 if there is a change",
    )
    add(
        "--changed-since",
        metavar="REF",
        help="report only findings on lines that changed since the merge base with the git commit "
        "REF, and those that the changes cause elsewhere",
    )
    add(
        "--var-file",
        action="append",
        default=[],
        metavar="FILE",
        help="values of Terraform variables, as for terraform plan; terraform.tfvars and "
        "*.auto.tfvars are always used",
    )
    add("--config", metavar="FILE", help="settings file to use for all paths")
    add(
        "--baseline",
        metavar="FILE",
        help="do not report the findings in this baseline (default: the file that "
        "--write-baseline writes)",
    )
    add(
        "--write-baseline",
        action="store_true",
        help="write all current findings to the baseline",
    )
    add(
        "--force",
        action="store_true",
        help="let --output and --write-baseline follow links out of the project and write to .git, "
        "and --output replace files that are checked, tracked by git, or settings or rules",
    )
    add(
        "--show-suppressed",
        action="store_true",
        help="also show findings suppressed by comments, settings or the baseline",
    )
    add(
        "--no-suppressions",
        action="store_true",
        help="report findings that comments, metadata or settings suppress as any other",
    )
    add(
        "--add-suppressions",
        metavar="REASON",
        help="write a comment with REASON above each finding, so that it is suppressed",
    )
    add(
        "--show-files",
        action="store_true",
        help="print the files that would be checked, and exit",
    )
    add(
        "--show-settings",
        action="store_true",
        help="print the settings for each PATH and their origin, and exit",
    )
    add(
        "--show-setups",
        action="store_true",
        help="print each trail with its bucket, key, topic, log group and role, and whether their "
        "policies allow what CloudTrail does with them, as text, JSON or a drawing (svg, mermaid, dot), "
        "in place of the findings",
    )
    add(
        "-j",
        "--jobs",
        type=_jobs,
        metavar="N",
        help="run N processes in parallel (default: auto, chosen by input size)",
    )
    add(
        "--statistics",
        action="store_true",
        help="print the number of findings per rule, and of policies that could be resolved",
    )
    add("-q", "--quiet", action="store_true", help="print findings only: no summary, no statistics")
    _add_color(lint)
    add(
        "--stdin-filename",
        metavar="NAME",
        help="file name of standard input; its extension determines the format (default for JSON: "
        "stdin.json)",
    )


def _add_fail_on(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "info", "never"),
        help="exit with 1 if there is a finding of this severity or higher; with never, findings "
        "do not change the exit code (default: warning)",
    )
    parser.add_argument(
        "-e",
        "--exit-zero",
        dest="fail_on",
        action="store_const",
        const="never",
        help="the same as --fail-on never",
    )


def _add_color(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colors in text output (default: auto, on a terminal, or as NO_COLOR and FORCE_COLOR say)",
    )


def _jobs(text: str) -> int | None:
    """The number of processes, None for ``auto``."""
    if text == "auto":
        return None
    if text.isdecimal() and 1 <= int(text[:9]) <= MOST_JOBS:
        return int(text)
    from argparse import ArgumentTypeError

    raise ArgumentTypeError(f"{text!r} is neither auto nor a number from 1 to {MOST_JOBS}")


def _completion_options(completion: argparse.ArgumentParser) -> None:
    completion.epilog = "The first lines of the script say where to put it."
    completion.add_argument(
        "shell",
        choices=("bash", "zsh", "tcsh", "fish", "powershell"),
        metavar="SHELL",
        help="bash, zsh, tcsh, fish or powershell",
    )


def _why_options(why: argparse.ArgumentParser) -> None:
    why.epilog = _WHY_EXAMPLES
    add = why.add_argument
    add(
        "message",
        metavar="MESSAGE",
        help="the text of the message (quoted), a file that holds it or CloudTrail events, or - for "
        "standard input",
    )
    add(
        "paths", nargs="*", default=[], metavar="PATH", help="files or folders to read (default: .)"
    )
    add("--principal", metavar="PRINCIPAL", help="who made the request, in place of the message")
    add("--action", metavar="ACTION", help="what was asked for, in place of the message")
    add("--resource", metavar="RESOURCE", help="on what, in place of the message")
    _add_question_options(why, ("text", "json"))


def _expectation_options(check: argparse.ArgumentParser) -> None:
    check.usage = "cloudtrail-policylint check [options] [FILE] [-- PATH ...]"
    check.epilog = _CHECK_EXAMPLES
    check.set_defaults(show_suppressed=False)
    add = check.add_argument
    add(
        "file",
        nargs="?",
        metavar="FILE",
        help="YAML file with expectations (default: expect in the settings)",
    )
    add(
        "paths",
        nargs="*",
        default=[],
        metavar="PATH",
        help="files or folders to read, after -- (default: .)",
    )
    add(
        "-f",
        "--format",
        choices=FINDING_FORMATS,
        default="text",
        help="output format (default: text)",
    )
    add(
        "--pedantic",
        action="store_true",
        help="also report expectations of which the files do not say for certain that they hold",
    )
    _add_fail_on(check)
    add("--config", metavar="FILE", help="settings file to use for all paths")
    _add_color(check)


def _can_options(can: argparse.ArgumentParser) -> None:
    can.usage = "cloudtrail-policylint can [options] PRINCIPAL ACTION [RESOURCE] [-- PATH ...]"
    can.epilog = _CAN_EXAMPLES
    can.add_argument(
        "principal",
        metavar="PRINCIPAL",
        help="an ARN, role/NAME, user/NAME, an owner such as aws_iam_role.deployer, or a service",
    )
    _add_action(can)
    _add_question_options(can, ("text", "json"))


def _who_can_options(who: argparse.ArgumentParser) -> None:
    who.usage = "cloudtrail-policylint who-can [options] ACTION [RESOURCE] [-- PATH ...]"
    who.epilog = _WHO_CAN_EXAMPLES
    _add_action(who)
    _add_question_options(who, ("text", "json", *DRAWN_FORMATS))


def _add_action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", metavar="ACTION", help="such as cloudtrail:StopLogging; * and ? are wildcards"
    )
    parser.add_argument(
        "resource",
        metavar="RESOURCE",
        nargs="?",
        help="an ARN, a name, or an owner such as aws_cloudtrail.audit (default: any)",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        default=[],
        metavar="PATH",
        help="files or folders to read, after -- (default: .)",
    )


def _add_question_options(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    add = parser.add_argument
    add(
        "--context",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a condition key of the request, such as aws:SourceIp=192.0.2.1; several times for "
        "several keys or values",
    )
    add("--account", metavar="ID", help="the account of the resource")
    add("-f", "--format", choices=formats, default="text", help="output format (default: text)")
    add("--config", metavar="FILE", help="settings file to use for all paths")


def _lsp_options(lsp: argparse.ArgumentParser) -> None:
    lsp.add_argument(
        "--stdio",
        action="store_true",
        help="serve on standard input and output, which is the default: many editors say so",
    )


WITH_PATHS_APART = ("can", "who-can", "check")
"""The commands whose paths come after ``--``."""
QUESTIONS = ("why", *WITH_PATHS_APART)
"""The commands that answer questions about access."""

COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "lint": (_lint_options, "check files and folders"),
    "why": (_why_options, "explain why something was denied"),
    "can": (_can_options, "say whether a principal may do something"),
    "who-can": (_who_can_options, "list who may do something"),
    "check": (_expectation_options, "check what must stay true of access"),
    "rules": (_rules_options, "list the rules"),
    "explain": (_explain_options, "explain one rule"),
    "check-rules": (_check_options, "validate rule files and run their examples"),
    "schema": (_schema_options, "print the JSON Schema of settings or rule files, for editors"),
    "lsp": (_lsp_options, "check files while they are edited (language server)"),
    "completion": (_completion_options, "print a shell completion script"),
}
