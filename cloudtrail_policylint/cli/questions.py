"""The commands that answer questions about access: ``can`` and ``who-can``."""

from __future__ import annotations

import io
import os
import sys

from ..base.errors import UsageError
from .output import (
    EXIT_FINDINGS,
    EXIT_OK,
    EXIT_USAGE,
    print_stderr,
    text_width,
    write_lines,
    write_stdout,
)

EXIT_CANNOT_TELL = 4
_BEGINNING = 1 << 16
_SENTENCE = b"not authorized to perform"
MAX_EXPLAINED = 200
"""Distinct denials that are explained, the most frequent ones."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any, BinaryIO

    from ..findings.result import Result
    from ..questions.ask import Question
    from ..questions.events import Events
    from ..questions.messages import Denial
    from ..questions.view import View
    from ..questions.why import SetUp


def can(options: argparse.Namespace) -> int:
    """Say whether a principal may do something; return the exit code."""
    from ..base.record import replaced
    from ..iam.patterns import NO, YES
    from ..questions.ask import Asker, actions_of
    from ..questions.resources import check_resource
    from ..questions.who import find
    from ..questions.who_can import each
    from ..report.questions import can_json, can_text

    question = _question(options, options.principal)
    actions = actions_of(options.action)
    view = _view(options)
    found = find(view, options.principal)
    if not found:
        raise UsageError(f"{options.principal}: no such principal in these files")
    check_resource(view, options.resource, actions)
    asker = Asker(view)
    about = each(view, question, actions)
    answers = [
        asker.ask(who, replaced(one, action=action))
        for who in found
        for action in actions
        for one in about
    ]
    if options.format == "json":
        several = len(found) > 1 or len(about) > 1 or "*" in options.action or "?" in options.action
        write_stdout(can_json(answers, several=several))
    else:
        write_lines(can_text(answers, text_width()))
    verdicts = [one.verdict for one in answers]
    if any(verdict == NO for verdict in verdicts):
        return EXIT_FINDINGS
    return EXIT_OK if all(verdict == YES for verdict in verdicts) else EXIT_CANNOT_TELL


def who_can(options: argparse.Namespace) -> int:
    """Say who may do something; return the exit code."""
    from ..questions.ask import actions_of
    from ..questions.resources import check_resource
    from ..questions.who_can import each
    from ..questions.who_can import who_can as asked
    from ..report import questions as report

    question = _question(options, "")
    actions = actions_of(options.action)
    view = _view(options)
    check_resource(view, options.resource, actions)
    found = [asked(view, one, actions) for one in each(view, question, actions)]
    if options.format == "json":
        write_stdout(report.who_json(found))
    elif options.format == "text":
        write_lines(report.who_text(found))
    else:
        from ..report.formats import drawn
        from ..report.who_drawing import drawing

        write_stdout(drawn([drawing(one) for one in found], options.format))
    entries = [entry for one in found for entry in one.entries]
    if not entries and all(one.whole for one in found):
        return EXIT_FINDINGS
    return EXIT_OK if any(one.certain for one in entries) else EXIT_CANNOT_TELL


def why(options: argparse.Namespace) -> int:
    """Explain denials; return the exit code."""
    from ..questions.ask import checked_account, context_of
    from ..questions.messages import UnreadableMessageError
    from ..questions.why import Asked, Explainer
    from ..report.questions import why_json, why_lines

    asked = Asked(
        options.principal,
        options.action,
        options.resource,
        checked_account(options.account),
        context_of(options.context),
    )
    try:
        read = _denials(options.message, options.action)
    except UnreadableMessageError as error:
        for line in str(error).split("\n"):
            print_stderr(line)
        return EXIT_USAGE
    if not read.denials:
        print_stderr(f"no denial in {read.records:,} records")
        return EXIT_FINDINGS
    view = _view(options)
    explainer = Explainer(view, asked)
    set_ups = _SetUps(options, view)
    found = []
    for one in read.denials[:MAX_EXPLAINED]:
        set_up = set_ups.of(one.denial)
        found.append(explainer.explain(one.denial, one.count, set_up))
    if options.format == "json":
        write_stdout(why_json(found, several=read.records > 0 or len(found) > 1))
    else:
        for number, answer in enumerate(found):
            write_lines([*([""] if number else []), *why_lines(answer, text_width())])
    left_out = sum(one.count for one in read.denials[MAX_EXPLAINED:]) + read.left_out
    if left_out:
        print_stderr(f"{left_out:,} further denials are not explained: they are less frequent")
    return EXIT_OK if any(one.has_cause for one in found) else EXIT_FINDINGS


def _denials(message: str, action: str | None) -> Events:
    """The denials that the argument *message* is or names; of a message, those that it has and no record.

    *action* is the one that the options say.
    """
    if message == "-":
        if sys.stdin is None:
            raise UsageError("-: cannot be read: standard input is closed")
        return _of_stream(sys.stdin.buffer, action)
    if os.path.lexists(message):
        try:
            with open(message, "rb") as stream:
                return _of_stream(stream, action)
        except OSError as error:
            raise UsageError(
                f"{message}: cannot be read: {(error.strerror or str(error)).lower()}"
            ) from None
    if " " not in message.strip() and message.endswith((".json", ".gz", ".txt", ".log")):
        raise UsageError(f"{message}: no such file")
    return _of_stream(io.BytesIO(message.encode("utf-8", "replace")), action)


def _of_stream(stream: BinaryIO, action: str | None) -> Events:
    from ..questions.events import Counted, Events, is_records
    from ..questions.messages import MAX_MESSAGE, read_messages

    # A message in JSON (the reply of an API) is one that has no records.
    start = stream.read(_BEGINNING)
    if is_records(start):
        found = _records(Beginning(start, stream))
        if found is not None:
            return found
    text = (start + stream.read(4 * MAX_MESSAGE)).decode("utf-8", "replace")
    return Events(tuple([Counted(one, 1) for one in read_messages(text, action)]), 0, 0)


def _records(stream: Beginning) -> Events | None:
    """The denials of the records in *stream*; None for JSON that is a message and no record."""
    from ..questions.events import read_events
    from ..questions.messages import UnreadableMessageError

    progress = None
    if sys.stderr.isatty():
        from .progress import Progress

        progress = Progress(text_width())
    try:
        if progress is None:
            found = read_events(stream)
        else:
            found = read_events(stream, lambda count: progress.update(f"record {count:,}"))
    except UnreadableMessageError:
        if _SENTENCE in stream.start:
            return None
        raise
    finally:
        if progress is not None:
            progress.clear()
    return None if not found.denials and _SENTENCE in stream.start else found


class Beginning(io.RawIOBase):
    """The bytes *start*, and behind them those of *rest*."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self.start = start
        self._rest = rest
        self._at = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into *buffer*; the number of bytes."""
        piece = self.start[self._at : self._at + len(buffer)]
        if piece:
            self._at += len(piece)
        else:
            piece = self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class _SetUps:
    """Finds why CloudTrail refuses set-ups: the files are linted once, when the first is asked for."""

    def __init__(self, options: argparse.Namespace, view: View) -> None:
        self._options = options
        self._view = view
        self._result: Result | None = None

    def of(self, denial: Denial) -> SetUp | None:
        """What explains *denial*, None if it is about no set-up."""
        from ..questions.why import set_up_of

        if denial.refusal is None:
            return None
        if self._result is None:
            from ..lint.run import Run
            from ..settings.lookup import NearestSettings

            run = Run(NearestSettings(self._options.config), setups=True)
            self._result = run.lint_paths(self._options.paths)
        return set_up_of(denial, self._result.findings, self._result.setups, self._view)


def check(options: argparse.Namespace) -> int:
    """Check expectations; return the exit code, that of ``lint``."""
    from ..findings.result import Result, merged
    from ..lint.run import rule_book
    from ..questions.expectations import findings_of, unmatched
    from ..settings.expectations import expectations_in, read_expectations
    from ..settings.lookup import NearestSettings
    from .session import fails, write_report

    here = NearestSettings(options.config).here
    own = options.file is None
    expectations = expectations_in(here) if own else read_expectations(options.file)
    if not expectations:
        raise UsageError("no expectations: name a file, or write expect in the settings")
    book = rule_book(())
    pedantic = options.pedantic or here.pedantic
    view = _view(options)
    found = findings_of(view, expectations, book, pedantic=pedantic)
    result = merged([Result(tuple(found), view.files, 0, ())])
    write_report(options, result, options.format, ())
    for line in unmatched(view, expectations):
        print_stderr(line)
    number = len(expectations)
    noun = "expectation" if number == 1 else "expectations"
    failed = sum(one.certain for one in found)
    unsure = f", {len(found) - failed} cannot be told" if failed < len(found) else ""
    print_stderr(f"{number} {noun}, {failed} not met{unsure}")
    return EXIT_FINDINGS if fails(result, options.fail_on or here.fail_on) else EXIT_OK


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


COMMANDS = {"why": why, "can": can, "who-can": who_can, "check": check}
"""The functions of the commands."""
