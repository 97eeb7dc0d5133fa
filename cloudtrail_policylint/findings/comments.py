"""Suppression comments: ``# policylint: allow CT302 -- reason``.

A comment applies to its own line. If it is alone on it, it also applies to the
next line that is no comment, and, unless that is a block of its own, to the
resource or statement that the line above opens.
"""

from __future__ import annotations

from ..base.formats import COMMENTS, SUPPRESSION_MARK
from ..base.lazy_regex import regex
from ..tree.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..iam.written import Allowance
    from ..tree.source import SourceFile

FORM = "# policylint: allow RULE -- reason"
"""What a suppression comment looks like."""
_SIGNS = "//|#|/\\*"
_OPENING = ("{", "[", "(", ":")
"""What ends a line that opens a resource, statement or block."""
_START = regex(
    rf"(?:{_SIGNS})[ \t]*(?i:(?:cloudtrail-)?policylint(?:[ \t]*[:=]|[ \t]+"
    r"(?:allow|disable|exclude|exempt|ignore|skip|suppress)\b))"
)
"""The start of a comment that is meant to suppress something."""
_COMMENT = regex(
    rf"(?:{_SIGNS})[ \t]*(?:cloudtrail-)?policylint:[ \t]*allow[ \t]+"
    r"(?P<words>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)"
    r"(?:[ \t]*--(?P<reason>(?:(?!\*/)[^\r\n])*+))?[ \t]*(?:\*/|(?=[\r\n])|\Z)"
)
_WORD = regex(r"[\w-]+")


class Suppression:
    """One comment or allowance: the rules it names (``words``), and those it suppressed (``used``).

    A comment applies to its ``line`` and, if it is ``alone``, to the line ``below`` and to what
    the line ``above`` opens; both are 0 if there is no such line. An allowance applies to what
    it ``covers``. ``where`` says where a reason is written, for a message about a missing one.
    """

    __slots__ = (
        "above", "alone", "below", "covers", "line", "reason", "span", "used", "where", "words",
    )  # fmt: skip

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
        self.above = self.below = 0
        self.covers = covers
        self.where = where
        self.used: set[str] = set()


def suppressions_in(source: SourceFile) -> list[Suppression]:
    """The suppression comments of *source*."""
    found = [one for one in _read(source) if isinstance(one, Suppression)]
    lines = _CommentLines(source)
    for one in found:
        if one.alone:
            one.below, one.above = lines.below(one.line), lines.above(one.line)
    return found


def near_misses_in(source: SourceFile) -> list[Span]:
    """The comments of *source* that are meant to suppress something, but are misspelt."""
    return [one for one in _read(source) if isinstance(one, Span)]


def from_allowances(allowances: Iterable[Allowance]) -> list[Suppression]:
    """*allowances* as suppressions."""
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


def _read(source: SourceFile) -> list[Suppression | Span]:
    """The suppressions of *source*, and the places of misspelt ones."""
    text = source.text
    found: list[Suppression | Span] = []
    end = 0
    for start in _START.finditer(text) if SUPPRESSION_MARK in text else ():
        if start.start() < end:  # in the reason of the one before
            continue
        match = _COMMENT.match(text, start.start())
        line, column = source.position(start.start())
        if match is None:
            end = start.start() + len(source.line(line)[column - 1 :].rstrip())
            found.append(Span(source, start.start(), end))
            continue
        end = match.end()
        words = tuple(
            [
                (word.group(), Span(source, word.start(), word.end()))
                for word in _WORD.finditer(text, *match.span("words"))
            ]
        )
        reason = (match.group("reason") or "").strip()
        alone = not source.line(line)[: column - 1].strip()
        found.append(Suppression(Span(source, *match.span()), words, reason, alone=alone))
    return found


class _CommentLines:
    """Which lines of *source* are comments, and those around them; each line is looked at once."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._below: dict[int, int] = {}
        self._above: dict[int, int] = {}

    def below(self, line: int) -> int:
        """The first line below the comment in *line* that is no comment; 0 if it is blank."""
        found = self._next(line, 1, self._below)
        return found if self._source.line(found).strip() else 0

    def above(self, line: int) -> int:
        """The line above the comments around *line*, if it opens what they are about; otherwise 0."""
        if _is_block(self._source.line(self._next(line, 1, self._below)).strip()):
            return 0
        found = self._next(line, -1, self._above)
        return found if self._source.line(found).rstrip().endswith(_OPENING) else 0

    def _next(self, line: int, step: int, known: dict[int, int]) -> int:
        seen = [line]
        at = line + step
        while at not in known and self._source.line(at).lstrip().startswith(COMMENTS):
            seen.append(at)
            at += step
        found = known.get(at, at)
        known.update(dict.fromkeys(seen, found))
        return found


def _is_block(line: str) -> bool:
    """Whether *line* begins a block or an item of a list, which a comment above it is about."""
    return line.startswith(("{", "[", "- ")) or (
        line.endswith("{") and "=" not in line and ":" not in line
    )
