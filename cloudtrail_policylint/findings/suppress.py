"""Suppressions: comments such as ``# policylint: allow CT302 -- reason``, what extraction has found, settings.

A comment counts for its own line, for the line below it, and, on the first
line of a resource or statement or on the line above that, for all of it. An
allowance that a format has a place of its own for (CloudFormation's Metadata)
counts for the resource or template that it stands in, and an entry of the
settings for what it describes.
"""

from __future__ import annotations

from ..base.formats import COMMENTS
from ..iam.written import Allowance, Owner, Problem
from ..tree.edit import Edit
from ..tree.source import Span
from .finding import Finding, problem_finding
from .result import Suppressed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Allowed, Settings
    from ..tree.source import SourceFile

MARK = "policylint:"


class Suppression:
    """One comment or allowance: the words it allows, and which of them were of use.

    A comment counts by its ``line``, an allowance in what it ``covers``.
    """

    __slots__ = ("alone", "covers", "line", "reason", "span", "used", "where", "words")

    def __init__(
        self,
        span: Span,
        words: tuple[tuple[str, Span], ...],
        reason: str,
        *,
        alone: bool = False,
        covers: Span | None = None,
        where: str = "after --",
    ) -> None:
        self.span = span
        self.line = span.source.position(span.start)[0]
        self.words = words
        self.reason = reason
        self.alone = alone
        self.covers = covers
        self.where = where  # a reason is written
        self.used: set[str] = set()


def suppressions_in(source: SourceFile) -> list[Suppression]:
    """The suppression comments of *source*."""
    if MARK not in source.text:
        return []
    import re

    comment = re.compile(
        rf"(?:{'|'.join(map(re.escape, COMMENTS))})[ \t]*policylint:[ \t]*allow[ \t]+"
        r"(?P<words>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)"
        r"(?:[ \t]*--(?P<reason>(?:(?!\*/)[^\r\n])*+))?[ \t]*(?:\*/|(?=[\r\n])|\Z)"
    )
    found = []
    for match in comment.finditer(source.text):
        start = match.start("words")
        words = tuple(
            (word.group(), Span(source, start + word.start(), start + word.end()))
            for word in re.finditer(r"[\w-]+", match.group("words"))
        )
        line, column = source.position(match.start())
        before = source.line(line)[: column - 1]
        span = Span(source, match.start(), match.end())
        found.append(
            Suppression(
                span, words, (match.group("reason") or "").strip(), alone=not before.strip()
            )
        )
    return found


def from_allowances(allowances: Iterable[Allowance]) -> list[Suppression]:
    """The suppressions that *allowances* are."""
    return [
        Suppression(
            given.span,
            ((given.rule, given.span),),
            given.reason,
            covers=given.covers,
            where=given.where,
        )
        for given in allowances
    ]


def suppress(
    findings: Sequence[Finding], suppressions: Iterable[Suppression]
) -> tuple[list[Finding], list[Suppressed]]:
    """The findings that no suppression allows, and the others."""
    by_line: dict[tuple[SourceFile, int], list[Suppression]] = {}
    covering: list[Suppression] = []
    for suppression in suppressions:
        if suppression.covers is not None:
            covering.append(suppression)
            continue
        source = suppression.span.source
        by_line.setdefault((source, suppression.line), []).append(suppression)
        if suppression.alone:
            by_line.setdefault((source, suppression.line + 1), []).append(suppression)
    if not by_line and not covering:
        return list(findings), []
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        by = _allowing(finding, by_line, covering)
        if by:
            reason = next((s.reason for s in by if s.reason), "")
            suppressed.append(Suppressed(finding, reason, "file"))
        else:
            kept.append(finding)
    return kept, suppressed


def _allowing(
    finding: Finding,
    by_line: dict[tuple[SourceFile, int], list[Suppression]],
    covering: Sequence[Suppression],
) -> list[Suppression]:
    """The suppressions that allow *finding*; they are marked as used."""
    places = [finding.span, *finding.within]
    if finding.owner.name:
        places.append(finding.owner.span)
    allowing: list[Suppression] = []
    for span in places:
        line = span.source.position(span.start)[0]
        there = [s for s in covering if s.covers is not None and s.covers.contains(span)]
        for suppression in (*by_line.get((span.source, line), ()), *there):
            for word, _ in suppression.words:
                if word.upper() == finding.rule.id or word == finding.rule.name:
                    suppression.used.add(word)
                    allowing.append(suppression)
    return allowing


def complaints(
    suppressions: Iterable[Suppression], book: RuleBook, judged_by: Sequence[Rule]
) -> list[Finding]:
    """What is wrong with suppressions: unused, of an unknown rule, without a reason.

    One for what *judged_by*, rules and problems, does not hold is not called unused.
    """
    found: list[Finding] = []
    ran = {rule.id for rule in judged_by}
    for suppression in suppressions:
        owner = Owner("", suppression.span)
        if not suppression.reason:
            message = f"this suppression has no reason; write one {suppression.where}"
            problem = Problem("suppression-without-reason", message, suppression.span)
            found.append(problem_finding(problem, book, owner))
        unused: list[tuple[str, Span]] = []
        for word, span in suppression.words:
            rule = book.named(word)
            if rule is not None and word not in suppression.used and rule.id in ran:
                unused.append((word, span))
        edit = _without(suppression, unused) if unused else None
        for word, span in suppression.words:
            rule = book.named(word)
            if rule is None:
                from ..base.suggest import nearest

                message = f"no rule is called {word}{nearest(word, book.names())}"
            elif (word, span) in unused:
                message = f"nothing to allow here: {rule.id} ({rule.name}) finds nothing"
            else:
                continue
            problem = Problem("unused-suppression", message, span)
            found.append(
                problem_finding(problem, book, owner, edit=edit if rule is not None else None)
            )
    return found


def _without(suppression: Suppression, unused: Sequence[tuple[str, Span]]) -> Edit | None:
    """The edit that takes the *unused* words out of a comment, or all of it where no other is left."""
    if suppression.covers is not None:
        return None
    kept = [word for word in suppression.words if word not in unused]
    source, span = suppression.span.source, suppression.span
    if kept:
        first, last = suppression.words[0][1], suppression.words[-1][1]
        text = ", ".join(word for word, _ in kept)
        return Edit(Span(source, first.start, last.end), text, True, "allow only what is found")
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


def allow(
    findings: Sequence[Finding], settings: Settings, today: str
) -> tuple[list[Finding], list[Suppressed], set[int]]:
    """The findings that *settings* do not allow, the others, and which entries were of use, by number.

    *today* is the day, ``YYYY-MM-DD``, that entries have expired before.
    """
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    used: set[int] = set()
    for finding in findings:
        allowing = [n for n, e in enumerate(settings.suppress) if _describes(e, finding, settings)]
        used.update(allowing)
        entries = [settings.suppress[number] for number in allowing]
        valid = [e for e in entries if not _expired(e, today)]
        if valid:
            suppressed.append(Suppressed(finding, valid[0].reason, "settings"))
        else:
            kept.append(finding)
    return kept, suppressed, used


def _describes(entry: Allowed, finding: Finding, settings: Settings) -> bool:
    return (
        (entry.rule.upper() == finding.rule.id or entry.rule == finding.rule.name)
        and (entry.path is None or settings.matches((entry.path,), finding.span.source.path))
        and (entry.owner is None or _like(finding.owner.name, entry.owner))
        and (entry.sid is None or _like(finding.sid, entry.sid))
    )


def _like(text: str, pattern: str) -> bool:
    """Whether *text* is *pattern*, in which ``*`` stands for any text."""
    import re

    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def _expired(entry: Allowed, today: str) -> bool:
    return entry.expires is not None and entry.expires < today


def complaints_of_settings(
    entries: Iterable[tuple[Allowed, bool]],
    book: RuleBook,
    judged_by: Sequence[Rule],
    today: str,
) -> list[Finding]:
    """What is wrong with *entries*, each with whether it was of use: expired, or of no use.

    The caller leaves out those whose files were not all judged; *judged_by* is
    as for ``complaints``.
    """
    ran = {rule.id for rule in judged_by}
    found = []
    for entry, used in entries:
        rule = book.named(entry.rule)
        if rule is None or rule.id not in ran:
            continue
        if used and _expired(entry, today):
            message = f"this suppression of {rule.id} has expired on {entry.expires}"
        elif not used:
            message = f"nothing to allow: {rule.id} ({rule.name}) finds nothing that this describes"
        else:
            continue
        problem = Problem("unused-suppression", message, entry.span)
        found.append(problem_finding(problem, book, Owner("", entry.span)))
    return found
