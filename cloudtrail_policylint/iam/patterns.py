"""The relations between IAM patterns: whether they overlap, and whether one is within the other.

``*`` matches any text, ``?`` any one character (IAM User Guide, "IAM JSON
policy elements: Resource"). The relations are decided on the patterns
themselves, in one pass from left to right, without regular expressions. The
alphabet is larger than the characters in the patterns.

The pair that matters most: ``cloudtrail:*`` overlaps ``cloudtrail:CreateTrail``
but is not within ``cloudtrail:Create*``.
"""

from __future__ import annotations

from functools import lru_cache

from ..base.record import record
from ..tree.nodes import Hole, Piece, allows
from .unknowns import (
    DIGIT,
    GAP,
    ONE,
    Line,
    as_written,
    for_every_text,
    for_every_value,
    may_join,
    meet,
    spelt,
    spread,
    unknown,
    widened,
    widest_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NO, MAYBE, YES = 0, 1, 2
"""A verdict. ``min`` is AND, ``max`` is OR, ``2 - v`` is NOT (Kleene's three values)."""

MAX_ALTERNATIVES = 128
"""The most combinations of a text's known values; with more the values count as unknown."""


@record
class Glob:
    """A pattern in normal form: fixed runs of characters with gaps between them.

    ``runs``, which are spelt (see ``unknowns``), has one more member than
    ``gaps``. A gap is a ``*`` with the ``?`` beside it, given as the least number
    of characters that it takes. ``plain``: the runs are literal text.
    """

    runs: tuple[str, ...]
    gaps: tuple[int, ...]
    plain: bool


@record
class Pattern:
    """A text as a pattern: a glob for each combination of the known values of its holes.

    ``exact`` is False if a hole has no known values. Then ``globs`` have a ``*``
    for it, and ``lines`` are the same patterns with their holes.
    """

    globs: tuple[Glob, ...]
    exact: bool
    lines: tuple[Line, ...] = ()


def _glob(line: str) -> Glob:
    """The normal form of a spelt pattern: a ``?`` beside a ``*`` belongs to the gap."""
    parts = line.split(GAP)
    if ONE not in line:
        if "" in parts[1:-1]:  # "**" is "*"
            parts[1:-1] = [run for run in parts[1:-1] if run]
        return Glob(tuple(parts), (0,) * (len(parts) - 1), DIGIT not in line)
    runs: list[str] = [parts[0]]
    gaps: list[int] = []
    for run in parts[1:]:
        before = runs[-1].rstrip(ONE)
        after = run.lstrip(ONE)
        size = len(runs[-1]) - len(before) + len(run) - len(after)
        if gaps and not before:  # only "?" since the last "*": one gap
            gaps[-1] += size
            runs[-1] = after
        else:
            gaps.append(size)
            runs[-1:] = [before, after]
    return Glob(tuple(runs), tuple(gaps), DIGIT not in line and ONE not in "".join(runs))


@lru_cache(maxsize=1024)  # rules compare each element with the same texts
def parse(text: str) -> Glob:
    """The glob that is written as *text*."""
    return _glob(spelt(text))


def parse_operand(text: str) -> Glob:
    """The glob that a rule writes as *text*: like ``parse``, and ``#`` is any digit."""
    return _glob(spelt(text).replace("#", DIGIT))


def _holds(outer: str, inner: str) -> bool:
    """Whether every character that *inner* matches is matched by *outer*."""
    if outer == ONE:
        return inner != GAP
    return outer == inner or (outer == DIGIT and inner.isdigit())


def _all(fits: Fits, a: str, b: str) -> bool:
    """Whether the characters of *a* and *b* fit each other, up to the length of the shorter one."""
    return all(map(fits, a, b))


def overlaps(a: Glob, b: Glob) -> bool:
    """Whether some text is matched by both."""
    if a.gaps and b.gaps:
        # What is between the ends can follow one after the other, so only the ends can differ.
        return _all(meet, a.runs[0], b.runs[0]) and _all(meet, a.runs[-1][::-1], b.runs[-1][::-1])
    if b.gaps:
        a, b = b, a
    only = b.runs[0]
    if a.gaps:
        return _spread(a, only, (), meet, plain=a.plain and b.plain)
    if a.plain and b.plain:
        return a.runs[0] == only
    return len(only) == len(a.runs[0]) and _all(meet, a.runs[0], only)


def matches_literal(text: str, b: Glob) -> bool | None:
    """Whether *b* matches *text*, ASCII without wildcards; None if that takes a closer look."""
    if not b.plain or len(b.gaps) > 1:
        return None
    if not b.gaps:
        return text == b.runs[0]
    first, last = b.runs
    size = len(text) - len(first) - len(last)
    return size >= b.gaps[0] and text.startswith(first) and text.endswith(last)


def within(inner: Glob, outer: Glob) -> bool:
    """Whether *outer* matches everything that *inner* matches."""
    if not outer.gaps:
        if inner.gaps or outer.plain:
            return inner.runs == outer.runs
        return len(inner.runs[0]) == len(outer.runs[0]) and _all(
            _holds, outer.runs[0], inner.runs[0]
        )
    # A literal run fits only the same text, whatever else is in the line.
    return _spread(outer, GAP.join(inner.runs), inner.gaps, _holds, plain=outer.plain)


def _spread(pattern: Glob, line: str, extra: tuple[int, ...], fits: Fits, *, plain: bool) -> bool:
    """Whether the runs of *pattern* fit *line* in order, with its gaps taking the rest.

    A ``GAP`` in *line* is any text with at least as many characters as *extra*
    says: a gap can take it, a run cannot. The leftmost place for a run is always
    the best one, so there is no backtracking. *plain*: runs fit only the same text.
    """
    first, last = pattern.runs[0], pattern.runs[-1]
    at, end = len(first), len(line) - len(last)
    if at > end:
        return False
    if plain:
        if not (line.startswith(first) and line.endswith(last)):
            return False
    elif not (_all(fits, first, line) and _all(fits, last, line[end:])):
        return False
    reach = _distances(line, extra) if extra and any(pattern.gaps) else None
    for gap, run in zip(pattern.gaps[:-1], pattern.runs[1:-1], strict=True):
        if gap:
            at = at + gap if reach is None else _skip(reach, at, gap, end)
        start = line.find(run, at, end) if plain else _find(run, line, at, end, fits)
        if start < 0:
            return False
        at = start + len(run)
    gap = pattern.gaps[-1]
    return not gap or (end - at if reach is None else reach[end] - reach[at]) >= gap


def _find(run: str, line: str, start: int, end: int, fits: Fits) -> int:
    """The first index in ``[start, end)`` where *run* fits *line*, or -1."""
    for at in range(start, end - len(run) + 1):
        if all(fits(char, line[at + index]) for index, char in enumerate(run)):
            return at
    return -1


def _distances(line: str, extra: tuple[int, ...]) -> list[int]:
    """The least number of characters before each index of *line*."""
    reach = [0]
    more = iter(extra)
    for char in line:
        reach.append(reach[-1] + (next(more) if char == GAP else 1))
    return reach


def _skip(reach: list[int], at: int, gap: int, end: int) -> int:
    """The first index at least *gap* characters after *at*."""
    start = at
    while start < end and reach[start] - reach[at] < gap:
        start += 1
    return start if reach[start] - reach[at] >= gap else end + 1


# -- texts with holes


def pattern(parts: Sequence[Piece | Hole], *, fold: bool, variables: bool) -> Pattern:
    """The pattern that a text's *parts* make.

    *fold*: it is case-insensitive (actions, condition keys).
    *variables*: ``${aws:username}`` is a policy variable, which matches any text
    (Resource and Condition values of a 2012-10-17 policy).
    """
    exact = True
    alternatives = [""]
    for part in parts:
        if isinstance(part, Piece):
            text = part.text.lower() if fold else part.text
            choices = [_with_variables(text) if variables and "${" in text else spelt(text)]
        elif part.values is not None and len(alternatives) * len(part.values) <= MAX_ALTERNATIVES:
            choices = [spelt(v.lower() if fold else v) for v in part.values]
        else:
            exact = False
            choices = [unknown(part.shape)]
        alternatives = [head + tail for head in alternatives for tail in choices]
    if exact:
        return Pattern(tuple([_glob(alternative) for alternative in alternatives]), exact)
    globs = tuple([_glob(widened(alternative)) for alternative in alternatives])
    return Pattern(globs, exact, tuple(map(Line, alternatives)))


def _with_variables(text: str) -> str:
    """*text* with its policy variables, spelt.

    ``${*}``, ``${?}`` and ``${$}`` are those characters; any other ``${...}`` is a
    value of the request (IAM User Guide, "IAM policy elements: Variables and
    tags").
    """
    found: list[str] = []
    at = 0
    while True:
        start = text.find("${", at)
        end = text.find("}", start) if start >= 0 else -1
        if end < 0:
            return "".join(found) + spelt(text[at:])
        name = text[start + 2 : end]
        found.append(spelt(text[at:start]))
        found.append(name if name in ("*", "?", "$") else GAP)
        at = end + 1


def overlaps_verdict(a: Pattern, b: Glob) -> int:
    """Whether some text is matched by both: YES or NO if so for all possible values of *a*."""
    return _agree(a, b, overlaps, _overlaps_unknown)


def within_verdict(a: Pattern, b: Glob) -> int:
    """Whether *b* matches all that *a* matches."""
    return _agree(a, b, within, _within_unknown)


def covers_verdict(a: Pattern, b: Glob) -> int:
    """Whether *a* matches all that *b* matches."""
    return _agree(a, b, _covers, _covers_unknown)


def equal_verdict(a: Pattern, b: Glob) -> int:
    """Whether *a* and *b* are the same, including wildcards."""
    return _agree(a, b, Glob.__eq__, _equal_unknown)


def _agree(a: Pattern, b: Glob, exact: Relation, unknown: UnknownRelation) -> int:
    if a.exact and len(a.globs) == 1:
        return YES if exact(a.globs[0], b) else NO
    if a.exact:
        verdicts = {YES if exact(glob, b) else NO for glob in a.globs}
    else:
        verdicts = {unknown(*pair, b) for pair in zip(a.globs, a.lines, strict=True)}
    return verdicts.pop() if len(verdicts) == 1 else MAYBE


def _covers(a: Glob, b: Glob) -> bool:
    return within(b, a)


# The relations of a line with holes: first those of the widest glob that it may be, which often
# decide.


def _overlaps_unknown(widest: Glob, line: Line, b: Glob) -> int:
    if not overlaps(widest, b):
        return NO
    other = _line(b)
    if within(widest, b) or line.rewritten(for_every_value).in_common(other):
        return YES
    return NO if line.in_common(other) is False else MAYBE


def _within_unknown(widest: Glob, line: Line, b: Glob) -> int:
    if within(widest, b):
        return YES
    if not overlaps(widest, b):
        return NO
    return NO if line.rewritten(for_every_text).in_common(_line(b)) is False else MAYBE


def _covers_unknown(widest: Glob, line: Line, b: Glob) -> int:
    if not within(b, widest):
        return NO
    return (
        NO if line.rewritten(widest_value).in_common(for_every_text(_line(b))) is False else MAYBE
    )


def _equal_unknown(widest: Glob, line: Line, b: Glob) -> int:
    if not overlaps(widest, b):
        return NO
    if any(b.gaps) or may_join(line.spelt):  # the same can be written in several ways
        found = line.in_common(_line(b))
    else:
        found = line.rewritten(as_written).in_common(as_written(_line(b)))
    return NO if found is False else MAYBE


def _line(glob: Glob) -> str:
    """*glob*, spelt."""
    line = glob.runs[0]
    for gap, run in zip(glob.gaps, glob.runs[1:], strict=True):
        line += spread(gap) + run
    return line


def may_hold_colon(part: Piece | Hole) -> bool:
    """Whether *part* is a hole that may contain a colon."""
    return isinstance(part, Hole) and part.values is None and allows(part.shape, ":")


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Fits: TypeAlias = Callable[[str, str], bool]
    Relation: TypeAlias = Callable[[Glob, Glob], bool]
    UnknownRelation: TypeAlias = Callable[[Glob, Line, Glob], int]
