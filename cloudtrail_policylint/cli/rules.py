"""The commands about rules: ``rules``, ``explain`` and ``check-rules``."""

from __future__ import annotations

import os

from ..base.errors import UsageError
from ..lint.run import rule_book
from .output import FINE, WRONG, say, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def rules(options: argparse.Namespace) -> int:
    """List the rules; the exit code."""
    from ..report import pages

    book = rule_book(options.rules)
    if options.format == "json":
        show(pages.as_json(book))
    elif options.format == "markdown":
        show(pages.as_table(book))
    else:
        show("".join(f"{line}\n" for line in pages.as_lines(book)))
    return FINE


def explain(options: argparse.Namespace) -> int:
    """Show the page of one rule; the exit code."""
    from ..base.suggest import nearest
    from ..report import pages
    from ..rulebook.file import examples_of
    from ..rulebook.load import rules_folder

    book = rule_book(options.rules)
    rule = book.named(options.rule)
    if rule is None:
        raise UsageError(f"no rule is called {options.rule}{nearest(options.rule, book.names())}")
    examples = examples_of([*options.rules, rules_folder()], rule.id) if rule.subject else {}
    show(pages.page(rule, examples))
    return FINE


def check_rules(options: argparse.Namespace) -> int:
    """Validate rule files and run their examples; the exit code."""
    from ..check_rules import check
    from ..report.printable import printable
    from ..report.text import plural
    from ..rulebook.load import bundled

    for path in options.paths:
        if not os.path.exists(path):
            raise UsageError(f"{path}: no such file or folder")
    outcome = check(options.paths, bundled())
    for mistake in outcome.mistakes:
        show(printable(mistake) + "\n")
    if not outcome.rules:
        raise UsageError(f"{options.paths[0]}: no rule file there")
    say(
        ", ".join(
            plural(number, noun)
            for number, noun in (
                (outcome.rules, "rule"),
                (outcome.examples, "example"),
                (len(outcome.mistakes), "mistake"),
            )
        )
    )
    return WRONG if outcome.mistakes else FINE
