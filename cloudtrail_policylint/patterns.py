"""The algebra of IAM patterns: what two globs have to do with each other.

``*`` stands for any text, ``?`` for any one character (IAM User Guide, "IAM
JSON policy elements: Resource"). The three relations are decided on the
globs themselves, over an alphabet larger than the characters they mention,
without regular expressions: each is one left-to-right pass.

The pair that matters most: ``cloudtrail:*`` overlaps ``cloudtrail:CreateTrail``
but is not within ``cloudtrail:Create*``.
"""

from __future__ import annotations

from .record import record
from .tokens import (
    DIGIT,
    ONE,
    STAR,
    for_every_text,
    for_every_value,
    holds,
    in_common,
    meet,
    spread,
    tokens,
    unknown,
    widened,
    widest_value,
)
from .tree import Hole, Piece, allows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NO, MAYBE, YES = 0, 1, 2
"""A verdict. ``min`` is AND, ``max`` is OR, ``2 - v`` is NOT (Kleene's three values)."""

MAX_ALTERNATIVES = 128
"""Combinations of a text's known values that are told apart; past it the values count as unknown."""


@record
class Glob:
    """A pattern in normal form: fixed runs of tokens with gaps between them.

    ``runs`` has one more member than ``gaps``; a gap is a ``*`` together with
    the ``?`` beside it, given as the least number of characters it takes.
    """

    runs: tuple[tuple[str, ...], ...]
    gaps: tuple[int, ...]


@record
class Pattern:
    """A text as a pattern: a glob for each combination of the known values of its holes.

    ``exact`` is False when a hole has none: in ``globs`` it is then the widest
    pattern that its value must fall into, and ``lines`` has the tokens of each
    of them with the holes told apart.
    """

    globs: tuple[Glob, ...]
    exact: bool
    lines: tuple[tuple[str, ...], ...] = ()


def glob(tokens: Iterable[str]) -> Glob:
    """The normal form of *tokens*: ``?`` beside a ``*`` belongs to the gap."""
    runs: list[list[str]] = [[]]
    gaps: list[int] = []
    for token in tokens:
        if token == STAR:
            if gaps and not runs[-1]:
                continue
            size = 0
            while runs[-1] and runs[-1][-1] == ONE:
                runs[-1].pop()
                size += 1
            if gaps and not runs[-1]:  # only "?" since the last "*": one gap
                gaps[-1] += size
                continue
            gaps.append(size)
            runs.append([])
        elif token == ONE and gaps and not runs[-1]:
            gaps[-1] += 1
        else:
            runs[-1].append(token)
    return Glob(tuple(tuple(run) for run in runs), tuple(gaps))


def parse(text: str) -> Glob:
    """The glob that *text* spells."""
    return glob(tokens(text))


def parse_operand(text: str) -> Glob:
    """The glob that a rule spells as *text*: as ``parse``, and ``#`` is any digit."""
    return glob(DIGIT if char == "=#" else char for char in tokens(text))


def overlaps(a: Glob, b: Glob) -> bool:
    """Whether some text is matched by both."""
    if a.gaps and b.gaps:
        # Whatever lies between can be written one after the other, so only the ends can disagree.
        heads = zip(a.runs[0], b.runs[0], strict=False)
        tails = zip(reversed(a.runs[-1]), reversed(b.runs[-1]), strict=False)
        return all(meet(x, y) for x, y in heads) and all(meet(x, y) for x, y in tails)
    if b.gaps:
        a, b = b, a
    fixed = b.runs[0]
    if not a.gaps:
        return len(fixed) == len(a.runs[0]) and all(
            meet(x, y) for x, y in zip(a.runs[0], fixed, strict=True)
        )
    return _spread(a, list(fixed), [0] * len(fixed), meet)


def within(inner: Glob, outer: Glob) -> bool:
    """Whether *outer* matches everything that *inner* matches."""
    if not outer.gaps:
        return (
            not inner.gaps
            and len(inner.runs[0]) == len(outer.runs[0])
            and all(holds(x, y) for x, y in zip(outer.runs[0], inner.runs[0], strict=True))
        )
    line: list[str] = []
    extra: list[int] = []  # characters that are at least between a token and the one before it
    for index, run in enumerate(inner.runs):
        if index:
            line.append(STAR)
            extra.append(inner.gaps[index - 1])
        line.extend(run)
        extra.extend([0] * len(run))
    return _spread(outer, line, extra, _within_token)


def _within_token(outer: str, inner: str) -> bool:
    return inner != STAR and holds(outer, inner)


def _spread(pattern: Glob, line: list[str], extra: list[int], fits: Fits) -> bool:
    """Whether the runs of *pattern* can be laid along *line* in order, its gaps taking the rest.

    *line* may hold ``*`` where any text of at least ``extra`` characters
    stands: no run lies on it, a gap may. The leftmost place for a run is
    always the best one, so there is nothing to go back to.
    """
    first, last = pattern.runs[0], pattern.runs[-1]
    size = len(line)
    if len(first) + len(last) > size:
        return False
    text = _as_text(line, fits)
    at, end = len(first), size - len(last)
    if (
        _find(first, line, text, 0, at, fits) != 0
        or _find(last, line, text, end, size, fits) != end
    ):
        return False
    reach = _distances(line, extra) if any(pattern.gaps) else []
    for gap, run in zip(pattern.gaps[:-1], pattern.runs[1:-1], strict=True):
        start = _find(run, line, text, _skip(reach, at, gap, end) if gap else at, end, fits)
        if start < 0:
            return False
        at = start + len(run)
    return not pattern.gaps[-1] or reach[end] - reach[at] >= pattern.gaps[-1]


_NO_LITERAL = "\U0010ffff"
"""Stands for a token that is no literal character; Unicode promises never to assign it."""


def _as_text(line: list[str], fits: Fits) -> str | None:
    """*line* as a string to look for literal runs in; None where other tokens may fit them too."""
    text = "".join([token[1] if len(token) == 2 else _NO_LITERAL for token in line])
    if fits is meet and _NO_LITERAL in text:
        return None
    return text


def _find(
    run: tuple[str, ...], line: list[str], text: str | None, start: int, end: int, fits: Fits
) -> int:
    """The first place in ``[start, end)`` where *run* lies on *line*, or -1; *text* as of ``_as_text``."""
    if text is not None and ONE not in run and DIGIT not in run:
        wanted = "".join([token[1] for token in run])
        if _NO_LITERAL not in wanted:
            return text.find(wanted, start, end)
    while start + len(run) <= end:
        if all(fits(token, line[start + index]) for index, token in enumerate(run)):
            return start
        start += 1
    return -1


def _distances(line: list[str], extra: list[int]) -> list[int]:
    """The least number of characters before each place of *line*."""
    reach = [0]
    for token, more in zip(line, extra, strict=True):
        reach.append(reach[-1] + (more if token == STAR else 1))
    return reach


def _skip(reach: list[int], at: int, gap: int, end: int) -> int:
    """The first place at least *gap* characters behind *at*."""
    start = at
    while start < end and reach[start] - reach[at] < gap:
        start += 1
    return start if reach[start] - reach[at] >= gap else end + 1


# -- texts with holes


def pattern(parts: Sequence[Piece | Hole], *, fold: bool, variables: bool) -> Pattern:
    """The pattern that a text's *parts* make.

    *fold*: letter case does not matter (actions, condition keys).
    *variables*: ``${aws:username}`` is a policy variable (Resource and
    Condition values of a 2012-10-17 policy); it may become any text.
    """
    exact = True
    alternatives: list[list[str]] = [[]]
    for part in parts:
        if isinstance(part, Piece):
            text = part.text.lower() if fold else part.text
            spelt = variable_tokens(text) if variables and "${" in text else tokens(text)
            choices = [spelt]
        elif part.values is not None and len(alternatives) * len(part.values) <= MAX_ALTERNATIVES:
            choices = [tokens(v.lower() if fold else v) for v in part.values]
        else:
            exact = False
            choices = [unknown(part.shape)]
        if len(choices) == 1:
            for alternative in alternatives:
                alternative.extend(choices[0])
        else:
            alternatives = [head + tail for head in alternatives for tail in choices]
    globs = tuple(glob(widened(alternative)) for alternative in alternatives)
    return Pattern(globs, exact, () if exact else tuple(map(tuple, alternatives)))


def variable_tokens(text: str) -> list[str]:
    """The tokens of *text* with its policy variables.

    ``${*}``, ``${?}`` and ``${$}`` are those characters themselves; any other
    ``${...}`` is whatever the request says (IAM User Guide, "IAM policy
    elements: Variables and tags").
    """
    found: list[str] = []
    at = 0
    while True:
        start = text.find("${", at)
        end = text.find("}", start) if start >= 0 else -1
        if end < 0:
            return found + tokens(text[at:])
        found += tokens(text[at:start])
        name = text[start + 2 : end]
        found.append("=" + name if name in ("*", "?", "$") else STAR)
        at = end + 1


def judge_overlaps(a: Pattern, b: Glob) -> int:
    """Whether some text is matched by both: a verdict over all that *a* may turn out to be."""
    return _agree(a, b, overlaps, _overlaps_unknown)


def judge_within(a: Pattern, b: Glob) -> int:
    """Whether *a* matches nothing beyond *b*."""
    return _agree(a, b, within, _within_unknown)


def judge_covers(a: Pattern, b: Glob) -> int:
    """Whether *a* matches all that *b* matches."""
    return _agree(a, b, _covers, _covers_unknown)


def judge_equal(a: Pattern, b: Glob) -> int:
    """Whether *a* is written exactly as *b* is, wildcards included."""
    return _agree(a, b, Glob.__eq__, _equal_unknown)


def _agree(a: Pattern, b: Glob, exact: Relation, unknown: Judge) -> int:
    if a.exact:
        verdicts = {YES if exact(glob, b) else NO for glob in a.globs}
    else:
        verdicts = {unknown(*pair, b) for pair in zip(a.globs, a.lines, strict=True)}
    return verdicts.pop() if len(verdicts) == 1 else MAYBE


def _covers(a: Glob, b: Glob) -> bool:
    return within(b, a)


# The relations where a line has holes: first as of the widest glob that it may be, which often settles it.


def _overlaps_unknown(widest: Glob, line: Line, b: Glob) -> int:
    if not overlaps(widest, b):
        return NO
    other = _line(b)
    if within(widest, b) or in_common(for_every_value(line), other):
        return YES
    return NO if in_common(line, other) is False else MAYBE


def _within_unknown(widest: Glob, line: Line, b: Glob) -> int:
    if within(widest, b):
        return YES
    if not overlaps(widest, b):
        return NO
    return NO if in_common(for_every_text(line), _line(b)) is False else MAYBE


def _covers_unknown(widest: Glob, line: Line, b: Glob) -> int:
    if not within(b, widest):
        return NO
    return NO if in_common(widest_value(line), for_every_text(_line(b))) is False else MAYBE


def _equal_unknown(widest: Glob, line: Line, b: Glob) -> int:
    return MAYBE if overlaps(widest, b) and in_common(line, _line(b)) is not False else NO


def _line(glob: Glob) -> list[str]:
    """The tokens of *glob*."""
    line = list(glob.runs[0])
    for gap, run in zip(glob.gaps, glob.runs[1:], strict=True):
        line += [*spread(gap), *run]
    return line


def may_hold_colon(part: Piece | Hole) -> bool:
    """Whether a colon may hide in *part*, a hole."""
    return isinstance(part, Hole) and part.values is None and allows(part.shape, ":")


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Fits: TypeAlias = Callable[[str, str], bool]
    Line: TypeAlias = Sequence[str]
    Relation: TypeAlias = Callable[[Glob, Glob], bool]
    Judge: TypeAlias = Callable[[Glob, Line, Glob], int]
