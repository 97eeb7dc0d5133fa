"""Suppression comments: ``# policylint: allow CT302 -- reason``.

A comment applies to its own line. If it is alone on it, it also applies to the
next line that is no comment, and, unless that is a block of its own, to the
resource or statement that the line above opens.
"""

from __future__ import annotations

from ..base.formats import COMMENTS, SUPPRESSION_MARK, format_of
from ..base.lazy_regex import regex
from ..tree.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..iam.written import Allowance
    from ..tree.source import SourceFile

FORM = "# policylint: allow RULE -- reason"
"""What a suppression comment looks like."""
_SIGNS = "//|#|/\\*"
_OPENING = ("{", "[", "(", ":")
"""What ends a line that opens a resource, statement or block."""
_VERBS = "allow|disable|exclude|exempt|ignore|skip|suppress"
_START = regex(
    rf"(?:{_SIGNS})[ \t]*(?i:(?:cloudtrail-)?policylint(?:[ \t]*[:=]|[ \t]+(?:{_VERBS})\b))"
)
"""The start of a comment that is meant to suppress something."""
_COMMENT = regex(
    rf"(?:{_SIGNS})[ \t]*(?:cloudtrail-)?policylint:[ \t]*allow[ \t]+"
    r"(?P<words>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)"
    r"(?:[ \t]*--(?P<reason>(?:(?!\*/)[^\r\n])*+))?[ \t]*(?:\*/|(?=[\r\n])|\Z)"
)
_WORD = regex(r"[\w-]+")
_INSIDE = regex(
    rf"(?<![\w-])(?i:(?:cloudtrail-)?policylint[ \t]*[:=]?[ \t]*(?:{_VERBS}))[ \t]*[:=]?[ \t]+"
    r"(?:[A-Za-z]{2,}[0-9]+|[a-z]+(?:-[a-z]+)+)\b"
)
"""What is meant to suppress a rule, but does not begin a comment."""
_OF_OTHERS = regex(
    rf"(?:{_SIGNS})[ \t]*(?:[\w-]+:[\w-]|(?:cfn-lint|noqa|nosec|nosemgrep|prettier-ignore|"
    r"tflint-ignore|tflint-ignore-file|yamllint)\b)"
)
"""The start of a comment for another tool."""
_OTHER_NAME = regex(
    rf"(?:{_SIGNS})[ \t]*[\w-]+[ \t]*[:=][ \t]*allow[ \t]+(?:CT|IAM)[0-9]{{3}}"
    r"(?:[ \t]*,[ \t]*[\w-]+)*[ \t]*(?=--|\*/|[\r\n]|\Z)"
)
"""The start of a comment that suppresses one of our rules under another name."""


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
    found = _read(source)
    missed = [one for one in found if isinstance(one, Span)]
    spans = [one if isinstance(one, Span) else one.span for one in found]
    return [*missed, *_elsewhere(source, {source.position(one.start)[0] for one in spans})]


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


def _elsewhere(source: SourceFile, lines: set[int]) -> Iterator[Span]:
    """What is meant as a suppression on other lines than *lines*, and has another form; one a line."""
    text = source.text
    starts = {one.start(): one.end() for one in _OTHER_NAME.finditer(text)}
    blocks = _Blocks(source)
    for one in _INSIDE.finditer(text):
        line, column = source.position(one.start())
        before = source.line(line)[: column - 1]
        in_block = not before.strip(" \t*") and blocks.has(one.start())
        if line not in lines and (in_block or _OF_OTHERS.search(before)):
            starts[one.start()] = one.end()
    for start in sorted(starts):
        line, column = source.position(start)
        if line not in lines:
            lines.add(line)
            yield Span(source, start, start + len(source.line(line)[column - 1 :].rstrip()))


class _Blocks:
    """Which offsets of *source*, asked for in order, are in a comment of several lines."""

    def __init__(self, source: SourceFile) -> None:
        form = format_of(source.path)
        self._text = source.text if form is not None and "/*" in form.comments else ""
        self._seen = 0
        self._opened = self._closed = -1

    def has(self, at: int) -> bool:
        """Whether the last sign before the offset *at* opens a comment."""
        self._opened = max(self._opened, self._text.rfind("/*", self._seen, at))
        self._closed = max(self._closed, self._text.rfind("*/", self._seen, at))
        self._seen = at
        return self._opened > self._closed


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
