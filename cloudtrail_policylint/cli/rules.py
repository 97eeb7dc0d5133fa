"""The commands about rules: ``rules``, ``explain`` and ``check-rules``."""

from __future__ import annotations

import os

from ..base.errors import UsageError
from ..lint.run import rule_book
from .arguments import split
from .output import EXIT_OK, EXIT_USAGE, print_stderr, write_lines, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..settings.model import Settings


def rules(options: argparse.Namespace) -> int:
    """List the rules; return the exit code."""
    from ..findings.selection import matching
    from ..report import pages
    from ..settings.lookup import NearestSettings

    here = NearestSettings().here
    book = rule_book(_rules_of(options, here)).documented_at(here.docs_url)
    found = matching(book, split(options.select)) if options.select else book.sorted()
    if options.format == "json":
        write_stdout(pages.as_json(found))
    elif options.format == "markdown":
        write_stdout(pages.as_table(found))
    else:
        write_lines(pages.as_lines(found))
    return EXIT_OK


def explain(options: argparse.Namespace) -> int:
    """Print the page of one rule; return the exit code."""
    from ..base.suggest import nearest
    from ..report import pages
    from ..rulebook.file import examples_of
    from ..rulebook.load import rules_folder
    from ..settings.lookup import NearestSettings

    here = NearestSettings().here
    own = _rules_of(options, here)
    book = rule_book(own).documented_at(here.docs_url)
    rule = book.named(options.rule)
    if rule is None:
        raise UsageError(f"unknown rule {options.rule}{nearest(options.rule, book.names())}")
    examples = examples_of([*own, rules_folder()], rule.id) if rule.subject else {}
    write_stdout(pages.page(rule, examples))
    return EXIT_OK


def _rules_of(options: argparse.Namespace, settings: Settings) -> list[str]:
    """The files and folders with rules of *settings* and the command line, each once."""
    return list(dict.fromkeys((*settings.rules, *options.rules)))


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of settings or rule files; return the exit code."""
    from importlib.resources import files

    package = __name__.partition(".")[0]
    name = {"settings": "settings/settings.schema.json", "rules": "rulebook/rule.schema.json"}
    write_stdout(files(package).joinpath(name[options.of]).read_text(encoding="utf-8"))
    return EXIT_OK


def check_rules(options: argparse.Namespace) -> int:
    """Validate rule files and run their examples; return the exit code."""
    from ..check_rules import check
    from ..report.text import plural
    from ..rulebook.load import bundled

    for path in options.paths:
        if not os.path.exists(path):
            raise UsageError(f"{path}: no such file or folder")
    result = check(options.paths, bundled())
    write_lines(result.errors)
    if not result.rules:
        raise UsageError(f"{options.paths[0]}: no rule files found")
    counts = ((result.rules, "rule"), (result.examples, "example"), (len(result.errors), "error"))
    print_stderr(", ".join(plural(number, noun) for number, noun in counts))
    return EXIT_USAGE if result.errors else EXIT_OK
