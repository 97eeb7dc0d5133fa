"""The commands that answer questions about access: ``can`` and ``who-can``."""

from __future__ import annotations

import os
import sys

from ..base.errors import UsageError
from .output import EXIT_FINDINGS, EXIT_OK, text_width, write_lines, write_stdout

EXIT_CANNOT_TELL = 4

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..questions.ask import Question
    from ..questions.view import View


def can(options: argparse.Namespace) -> int:
    """Say whether a principal may do something; return the exit code."""
    from ..base.record import replaced
    from ..iam.patterns import NO, YES
    from ..questions.ask import Asker, actions_of
    from ..questions.who import find
    from ..report.questions import can_json, can_lines

    question = _question(options, options.principal)
    actions = actions_of(options.action)
    view = _view(options)
    found = find(view, options.principal)
    if not found:
        raise UsageError(f"{options.principal}: no such principal in these files")
    asker = Asker(view)
    answers = [
        asker.ask(who, replaced(question, action=action)) for who in found for action in actions
    ]
    if options.format == "json":
        several = len(found) > 1 or "*" in options.action or "?" in options.action
        write_stdout(can_json(answers, several=several))
    else:
        for number, one in enumerate(answers):
            write_lines([*([""] if number else []), *can_lines(one, text_width())])
    verdicts = [one.verdict for one in answers]
    if any(verdict == NO for verdict in verdicts):
        return EXIT_FINDINGS
    return EXIT_OK if all(verdict == YES for verdict in verdicts) else EXIT_CANNOT_TELL


def who_can(options: argparse.Namespace) -> int:
    """Say who may do something; return the exit code."""
    from ..questions.ask import actions_of
    from ..questions.who_can import who_can as asked
    from ..report import questions as report

    question = _question(options, "")
    actions = actions_of(options.action)
    found = asked(_view(options), question, actions)
    if options.format == "json":
        write_stdout(report.who_json(found))
    else:
        lines = {
            "text": report.who_lines,
            "mermaid": report.who_mermaid,
            "dot": report.who_dot,
        }[options.format]
        write_lines(lines(found))
    if not found.entries:
        return EXIT_FINDINGS
    return EXIT_OK if any(one.certain for one in found.entries) else EXIT_CANNOT_TELL


def _question(options: argparse.Namespace, principal: str) -> Question:
    """What is asked, for an action to be filled in."""
    resource = options.resource
    if resource is not None and os.path.lexists(resource):
        raise UsageError(f"{resource}: a resource or a path? write -- before paths")
    from ..questions.ask import Question, checked_account, context_of

    return Question(
        principal,
        options.action,
        resource,
        context_of(options.context),
        checked_account(options.account),
    )


def _view(options: argparse.Namespace) -> View:
    """What is in view: the policies of the paths of *options*."""
    from ..questions.reading import read_view
    from ..settings.lookup import NearestSettings

    settings = NearestSettings(options.config)
    if not sys.stderr.isatty():
        return read_view(options.paths, settings)
    from .progress import Progress

    progress = Progress(text_width())
    try:
        return read_view(options.paths, settings, progress.update)
    finally:
        progress.clear()


COMMANDS = {"can": can, "who-can": who_can}
"""The functions of the commands."""
