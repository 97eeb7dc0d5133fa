"""Suppressions: comments, allowances, and entries of the settings.

A comment (``# policylint: allow CT302 -- reason``) applies to its own line and,
if it is alone on it, to the next line; on, above or below the first line of a resource
or statement it covers all of it (``comments``). An allowance is a suppression that a format
has its own place for (CloudFormation's Metadata): it covers the resource or
template it stands in. An entry of the settings applies to the findings that it
matches.
"""

from __future__ import annotations

import os

from ..base.disk import is_inside, project_of
from ..base.wildcards import is_like
from ..iam.written import Owner, Problem
from ..tree.edit import Edit
from ..tree.source import Span
from .comments import FORM, Suppression
from .finding import Finding, blocks_of, problem_finding, written_at
from .result import Suppressed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Settings, SuppressEntry
    from ..tree.source import SourceFile


def suppress(
    findings: Sequence[Finding], suppressions: Iterable[Suppression]
) -> tuple[list[Finding], list[Suppressed]]:
    """The findings that are not suppressed, and those that are."""
    by_line: dict[tuple[SourceFile, int], list[Suppression]] = {}
    inside: dict[tuple[SourceFile, int], list[Suppression]] = {}
    covering: list[Suppression] = []
    for suppression in suppressions:
        if suppression.covers is not None:
            covering.append(suppression)
            continue
        source = suppression.span.source
        by_line.setdefault((source, suppression.line), []).append(suppression)
        if suppression.below:
            by_line.setdefault((source, suppression.below), []).append(suppression)
        if suppression.above:
            inside.setdefault((source, suppression.above), []).append(suppression)
    if not by_line and not covering:
        return list(findings), []
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        by = _suppressing(finding, by_line, inside, covering)
        if by:
            reason = next((s.reason for s in by if s.reason), "")
            suppressed.append(Suppressed(finding, reason, "file"))
        else:
            kept.append(finding)
    return kept, suppressed


def _suppressing(
    finding: Finding,
    by_line: dict[tuple[SourceFile, int], list[Suppression]],
    inside: dict[tuple[SourceFile, int], list[Suppression]],
    covering: Sequence[Suppression],
) -> list[Suppression]:
    """The suppressions of *finding*; they are marked as used."""
    found: list[Suppression] = []
    blocks = blocks_of(finding)
    for span in (*written_at(finding), *blocks):
        line = span.source, span.source.position(span.start)[0]
        around = [s for s in covering if s.covers is not None and s.covers.contains(span)]
        if any(span is block for block in blocks):
            around += inside.get(line, ())
        for suppression in (*by_line.get(line, ()), *around):
            for word, _ in suppression.words:
                if word.upper() == finding.rule.id or word == finding.rule.name:
                    suppression.used.add(word)
                    found.append(suppression)
    return found


def suppression_problems(
    suppressions: Iterable[Suppression],
    book: RuleBook,
    ran: Sequence[Rule],
    is_judged: Callable[[str], bool],
) -> list[Finding]:
    """Findings about suppressions: unused, of an unknown rule, or without a reason.

    *ran* are the rules and problems of the run; a suppression of another one is
    not unused, and neither is one in a file that may have other findings than those
    of this run: *is_judged* says for a path that it has not.
    """
    found: list[Finding] = []
    ids = {rule.id for rule in ran}
    for suppression in suppressions:
        owner = Owner("", suppression.span)
        if not suppression.reason:
            message = f"suppression without a reason; write one {suppression.where}"
            problem = Problem("suppression-without-reason", message, suppression.span)
            found.append(problem_finding(problem, book, owner))
        unused: list[tuple[str, Span]] = []
        for word, span in suppression.words if is_judged(suppression.span.source.path) else ():
            rule = book.named(word)
            if rule is not None and word not in suppression.used and rule.id in ids:
                unused.append((word, span))
        edit = _without(suppression, unused) if unused else None
        for word, span in suppression.words:
            rule = book.named(word)
            if rule is None:
                from ..base.suggest import nearest

                message = f"unknown rule {word}{nearest(word, book.names())}"
            elif (word, span) in unused:
                message = f"unused suppression: {rule.id} ({rule.name}) reports nothing here"
            else:
                continue
            problem = Problem("unused-suppression", message, span)
            found.append(
                problem_finding(problem, book, owner, edit=edit if rule is not None else None)
            )
    return found


def near_miss_problems(places: Iterable[Span], book: RuleBook) -> list[Finding]:
    """Findings about the comments at *places*, which are misspelt suppressions."""
    message = f"this comment suppresses nothing; write {FORM}"
    return [
        problem_finding(Problem("unused-suppression", message, span), book, Owner("", span))
        for span in places
    ]


def _without(suppression: Suppression, unused: Sequence[tuple[str, Span]]) -> Edit | None:
    """The edit that removes the *unused* rules from a comment, or all of it if none is left."""
    if suppression.covers is not None:
        return None
    kept = [word for word in suppression.words if word not in unused]
    source, span = suppression.span.source, suppression.span
    if kept:
        first, last = suppression.words[0][1], suppression.words[-1][1]
        text = ", ".join(word for word, _ in kept)
        return Edit(
            Span(source, first.start, last.end),
            text,
            True,
            "remove the unused rules from the comment",
        )
    text, start, end = source.text, span.start, span.end
    before = text[:start].rstrip(" \t")
    if suppression.alone and text[end : end + 1] in ("", "\r", "\n"):  # the line with its end
        start = len(before)
        end += 2 if text.startswith("\r\n", end) else 1 if end < len(text) else 0
    elif suppression.alone:  # code follows
        end += len(text[end:]) - len(text[end:].lstrip(" \t"))
    else:
        start = len(before)
    return Edit(Span(source, start, end), "", True, "delete the comment")


def suppress_by_settings(
    findings: Sequence[Finding], settings: Settings, today: str
) -> tuple[list[Finding], list[Suppressed], set[int]]:
    """The findings that *settings* do not suppress, those they do, and matching entries by index.

    *today*, ``YYYY-MM-DD``, decides which entries have expired.
    """
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    used: set[int] = set()
    entries = _Entries(settings)
    for finding in findings:
        matching = [number for number, entry in entries.of(finding) if _matches(entry, finding)]
        used.update(matching)
        valid = [n for n in matching if not _expired(settings.suppress[n], today)]
        if valid:
            reason = settings.suppress[valid[0]].reason
            suppressed.append(Suppressed(finding, reason, "settings"))
        else:
            kept.append(finding)
    return kept, suppressed, used


class _Entries:
    """The ``suppress`` entries of *settings*, looked up once for each path and rule."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._anywhere: dict[str, list[tuple[int, SuppressEntry]]] = {}
        self._with_path = tuple(
            [pair for pair in enumerate(settings.suppress) if pair[1].path is not None]
        )
        for number, entry in enumerate(settings.suppress):
            if entry.path is None:
                _add(self._anywhere, (number, entry))
        self._of_path: dict[str, dict[str, list[tuple[int, SuppressEntry]]]] = {}

    def of(self, finding: Finding) -> list[tuple[int, SuppressEntry]]:
        """The entries for the rule and the file of *finding*, with their numbers."""
        own = finding.span.source.path
        paths = {own, finding.settled_at.source.path}
        found = {
            number: entry
            for entries in (self._anywhere, *map(self._for, sorted(paths)))
            for name in (finding.rule.id, finding.rule.name)
            for number, entry in entries.get(name, ())
        }
        return sorted(found.items(), key=lambda pair: pair[0])

    def _for(self, path: str) -> dict[str, list[tuple[int, SuppressEntry]]]:
        if path not in self._of_path:
            here = self._of_path[path] = {}
            for pair in self._settings.matching(self._with_path, _path, path):
                _add(here, pair)
        return self._of_path[path]


def _add(
    entries: dict[str, list[tuple[int, SuppressEntry]]], pair: tuple[int, SuppressEntry]
) -> None:
    """Add *pair* to *entries* as an id, in any case, and as a name."""
    for name in {pair[1].rule.upper(), pair[1].rule}:
        entries.setdefault(name, []).append(pair)


def _path(pair: tuple[int, SuppressEntry]) -> str:
    return pair[1].path or ""


def _matches(entry: SuppressEntry, finding: Finding) -> bool:
    return (entry.owner is None or is_like(finding.owner.name, entry.owner)) and (
        entry.sid is None or is_like(finding.sid, entry.sid)
    )


def _expired(entry: SuppressEntry, today: str) -> bool:
    return entry.expires is not None and entry.expires < today


def entry_problems(
    entries: Iterable[tuple[SuppressEntry, bool]],
    book: RuleBook,
    ran: Sequence[Rule],
    today: str,
) -> list[Finding]:
    """Findings about *entries* of the settings, each with whether it was used: expired or unused.

    The caller leaves out entries whose files were not all checked; *ran* is as
    for ``suppression_problems``.
    """
    ids = {rule.id for rule in ran}
    found = []
    for entry, used in entries:
        rule = book.named(entry.rule)
        if rule is None or rule.id not in ids:
            continue
        if used and _expired(entry, today) and entry.shared and _is_elsewhere(entry):
            continue
        if used and _expired(entry, today):
            message = f"this suppression of {rule.id} expired on {entry.expires}"
        elif not used:
            name = f"{rule.id} ({rule.name})"
            message = f"unused suppression: {name} reports nothing that this entry matches"
        else:
            continue
        problem = Problem("unused-suppression", message, entry.span)
        found.append(problem_finding(problem, book, Owner("", entry.span)))
    return found


def _is_elsewhere(entry: SuppressEntry) -> bool:
    """Whether *entry* is written outside of this project, in a pack for instance."""
    project = project_of(os.curdir)
    return not is_inside(os.path.realpath(entry.span.source.path), project)
