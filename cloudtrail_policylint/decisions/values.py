"""Values of which a part may be unknown, and whether a pattern of a policy matches one.

A pattern is a text of a policy, a value is a text of a request; both may have
holes. ``YES`` means that the pattern matches whatever the holes turn out to
be, ``NO`` that it does not, whatever they are. Matching follows all places of
the pattern at once, as the bits of one number, so that its cost is the length
of the value times the length of the pattern divided by the size of a word.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.arns import FIELDS, split
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import ACCOUNT, ANY, FIELD, NAME, Hole, Piece, allows
from ..tree.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    Parts: TypeAlias = tuple[Piece | Hole, ...]
    Item: TypeAlias = str | Hole
    """A run of characters, each of which stands for itself, or what is not known."""
    Token: TypeAlias = str | Hole
    """One character, a wildcard, or what is not known."""

STAR = "**"
ONE = "??"
"""Wildcards among tokens: all other tokens that are strings have one character."""

ONE_OF_SEVERAL = "one of several"
"""How a hole is written that has one of some values."""
MAX_ALTERNATIVES = 128
"""Combinations of a text's known values that are told apart; past it the values count as unknown."""
ACCOUNT_DIGITS = 12
MAX_LENGTH = 20_480
"""The size of a bucket policy, AWS's largest: whether a longer pattern or value matches is not told."""

_NOWHERE = Span(SourceFile("", ""), 0, 0)
SHAPES = {"{any}": ANY, "{field}": FIELD, "{name}": NAME, "{account}": ACCOUNT}
"""Names of holes in the texts of ``form``, and their shapes."""
_HOLES = {name: Hole(name, _NOWHERE, shape) for name, shape in SHAPES.items()}

UNKNOWN: Parts = (_HOLES["{any}"],)
"""A value of which nothing is known."""


def literal(text: str) -> Parts:
    """The value *text*."""
    return (Piece(text, _NOWHERE),)


def one_of(values: Iterable[str]) -> Parts:
    """A value that is one of *values*."""
    return (Hole(ONE_OF_SEVERAL, _NOWHERE, ANY, tuple(values)),)


def form(text: str) -> Parts:
    """The value that *text* describes: ``{account}``, ``{field}``, ``{name}`` and ``{any}`` are holes of that shape."""
    parts: list[Piece | Hole] = []
    at = 0
    while at < len(text):
        end = text.find("}", at) if text[at] == "{" else -1
        hole = _HOLES.get(text[at : end + 1]) if end > 0 else None
        if hole is not None:
            parts.append(hole)
            at = end + 1
            continue
        after = text.find("{", at + 1)
        after = len(text) if after < 0 else after
        parts.append(Piece(text[at:after], _NOWHERE))
        at = after
    return tuple(parts)


def opened(pattern: Parts) -> Parts:
    """What matches *pattern*, an ARN or its last part: something unknown in place of each wildcard."""
    fields = split(pattern)
    found: list[Piece | Hole] = []
    for at, field in enumerate(fields, 1):
        wildcard = "{any}" if at == len(fields) in (1, FIELDS) else "{field}"
        found += literal(":") if at > 1 else ()
        for part in field:
            if isinstance(part, Piece):
                found += form(part.text.replace("*", wildcard).replace("?", wildcard))
            else:
                found.append(part)
    return tuple(found)


def holes(values: Iterable[Parts]) -> frozenset[str]:
    """How the holes of policies in *values* are written: they mean the same in all of a document."""
    return frozenset(
        one.written
        for value in values
        for one in value
        if isinstance(one, Hole) and one.written not in SHAPES
    )


def written(parts: Parts) -> str:
    """*parts* as a reader would write them."""
    return "".join([p.text if isinstance(p, Piece) else p.written for p in parts])


def known(parts: Parts) -> str | None:
    """The whole text of *parts*, None where a part of it is a hole."""
    if all(isinstance(part, Piece) for part in parts):
        return written(parts)
    return None


def alternatives(parts: Parts, shared: frozenset[str] = frozenset()) -> list[tuple[Item, ...]]:
    """Each text that *parts* may be as far as values of holes are known, as runs and holes without values.

    Holes in *shared* stay holes: that they are the same everywhere says more than their values.
    """
    found: list[tuple[Item, ...]] = [()]
    for part in parts:
        if isinstance(part, Piece):
            choices: tuple[Item, ...] = (part.text,)
        elif (
            part.values is not None
            and part.written not in shared
            and len(found) * len(part.values) <= MAX_ALTERNATIVES
        ):
            choices = part.values
        else:
            choices = (part,)
        found = [_joined(head, tail) for head in found for tail in choices]
    return found


def _joined(head: tuple[Item, ...], tail: Item) -> tuple[Item, ...]:
    if head and isinstance(tail, str) and isinstance(head[-1], str):
        return (*head[:-1], head[-1] + tail)
    return (*head, tail)


def texts(parts: Parts) -> list[str] | None:
    """All texts that *parts* may be, None where one of them is not known."""
    found = []
    for items in alternatives(parts):
        if any(isinstance(item, Hole) for item in items):
            return None
        found.append("".join([item for item in items if isinstance(item, str)]))
    return found


def agreed(verdicts: Iterable[int]) -> int:
    """The one verdict of all *verdicts*, ``MAYBE`` where they differ or where there is none."""
    found = set(verdicts)
    return found.pop() if len(found) == 1 else MAYBE


def tokens(items: Sequence[Item], *, wild: bool, fold: bool = False) -> list[Token]:
    """*items* token by token; *wild*: ``*`` and ``?`` are wildcards, *fold*: letter case does not count."""
    found: list[Token] = []
    for item in items:
        if isinstance(item, Hole):
            found.append(item)
            continue
        run = item.lower() if fold else item
        if wild:
            found += [STAR if c == "*" else ONE if c == "?" else c for c in run]
        else:
            found += run
    return found


def match(
    pattern: Sequence[Token], value: Sequence[Item], shared: frozenset[str], *, fold: bool = False
) -> int:
    """Whether *pattern* matches *value*.

    Holes whose spelling is in *shared* have one value wherever they stand, in
    policies and in the request.
    """
    line = tokens(value, wild=False, fold=fold)
    quick = _by_beginning(pattern, line)
    if quick is not None:
        return quick
    if len(pattern) > MAX_LENGTH or len(line) > MAX_LENGTH:
        return MAYBE
    if not _Places(pattern, shared=None).end_of(line):
        return NO
    if not any(isinstance(token, Hole) for token in (*pattern, *line)):
        return YES
    return YES if _Places(pattern, shared=shared).end_of(line) else MAYBE


def _by_beginning(pattern: Sequence[Token], line: Sequence[Token]) -> int | None:
    """Whether *pattern* matches *line*, where the characters before the first wildcard or hole tell."""
    for at, token in enumerate(pattern):
        if not isinstance(token, str) or len(token) != 1:
            is_rest = token == STAR and at + 1 == len(pattern)
            return YES if is_rest else None
        if at == len(line):
            return NO
        if line[at] != token:
            return NO if isinstance(line[at], str) else None
    if len(pattern) == len(line):
        return YES
    return None if any(isinstance(token, Hole) for token in line[len(pattern) :]) else NO


class _Places:
    """The places in a pattern where one may be, as the bits of a number.

    Bit *n* is set when the first *n* tokens have been matched. Without
    *shared* this is about some values of the holes, with it about every value:
    then a hole of the pattern matches nothing but the same hole, if that is
    one of those in *shared*.
    """

    def __init__(self, pattern: Sequence[Token], shared: frozenset[str] | None) -> None:
        self._shared = shared
        self._where: dict[str, int] = {}
        self._same: dict[str, int] = {}
        self._gaps: dict[str, int] = {}
        self._digits = 0
        self._passing: dict[str, tuple[int, int]] = {}
        place = 1
        for token in pattern:
            if isinstance(token, str):
                self._where[token] = self._where.get(token, 0) | place
            elif shared is not None:
                self._same[token.written] = self._same.get(token.written, 0) | place
            elif token.shape == ACCOUNT:
                digits = (1 << ACCOUNT_DIGITS) - 1
                self._digits |= place * digits
                place <<= ACCOUNT_DIGITS - 1
            else:
                self._gaps[token.shape] = self._gaps.get(token.shape, 0) | place
            place <<= 1
        self._end = place
        self._stars = self._where.pop(STAR, 0)
        self._ones = self._where.pop(ONE, 0)
        self._skipped = self._stars
        for gap in self._gaps.values():
            self._skipped |= gap

    def end_of(self, line: Sequence[Token]) -> bool:
        """Whether one comes to the end of the pattern with the end of *line*, the tokens of a value."""
        at = _carried(1, self._skipped)
        for token in line:
            if isinstance(token, str):
                at = self._over_character(at, token)
            elif self._shared is None:
                at = self._over_some_text(at, token.shape)
            else:
                at = self._over_every_text(at, token, self._shared)
            if not at:
                return False
        return bool(at & self._end)

    def _over_character(self, at: int, char: str) -> int:
        """Where one may be behind the character *char*."""
        passing = self._passing.get(char)
        if passing is None:
            beside = self._where.get(char, 0) | self._ones
            if char.isdigit():
                beside |= self._digits
            passing = self._passing[char] = (beside, self._stars | self._gaps_for(char))
        return _carried((at & passing[0]) << 1 | at & passing[1], self._skipped)

    def _over_some_text(self, at: int, shape: str) -> int:
        """Where one may be behind some text of *shape*."""
        if shape == ACCOUNT:
            beside = self._ones | self._digits
            for char, where in self._where.items():
                if char.isdigit():
                    beside |= where
            return self._over_digits(at, beside)
        passed = self._skipped | self._ones
        if allows(shape, "0"):
            passed |= self._digits
        for char, where in self._where.items():
            if allows(shape, char):
                passed |= where
        return _carried(at, passed)

    def _over_every_text(self, at: int, hole: Hole, shared: frozenset[str]) -> int:
        """Where one is behind *hole*, whatever it is."""
        behind = at & self._stars
        if hole.written in shared:
            behind |= (at & self._same.get(hole.written, 0)) << 1
        behind = _carried(behind, self._skipped)
        return behind | self._over_digits(at, self._ones) if hole.shape == ACCOUNT else behind

    def _over_digits(self, at: int, beside: int) -> int:
        """Where one is behind the digits of an account id, of which the tokens *beside* take one each."""
        inside = self._stars | self._gaps_for("0")
        for _ in range(ACCOUNT_DIGITS):
            at = _carried((at & beside) << 1 | at & inside, self._skipped)
        return at

    def _gaps_for(self, char: str) -> int:
        """The holes of the pattern that *char* may be a part of."""
        found = 0
        for shape, gap in self._gaps.items():
            if allows(shape, char):
                found |= gap
        return found


def _carried(places: int, passed: int) -> int:
    """*places* and those that one comes to from them over tokens that may all be *passed*.

    An addition carries a bit to the end of the row of ones that it stands in.
    """
    return places | (((places & passed) + passed) ^ passed)


def match_arn(pattern: ArnPattern, value: Parts, shared: frozenset[str]) -> int:
    """Whether *pattern* matches the ARN *value*; a wildcard stays in its field.

    What has fewer than six fields is no ARN: a value like that is not matched,
    and of a pattern like that AWS does not say what it matches.
    """
    return agreed([_match_arn(pattern, placed(one), shared) for one in alternatives(value, shared)])


def _match_arn(pattern: ArnPattern, value: Parts, shared: frozenset[str]) -> int:
    fields = split(value)
    if known(value) is not None and len(fields) < FIELDS:
        return NO
    certain = len(fields) == FIELDS and not any(brings_colon(p) for f in fields[:-1] for p in f)
    if pattern.fields is None or not certain:
        found = match(pattern.whole, runs(value), shared)
        in_last_field = not any(isinstance(p, Piece) and ":" in p.text for p in value)
        return found if found == NO or (in_last_field and not certain) else MAYBE
    verdict = YES
    for token_line, field in zip(reversed(pattern.fields), reversed(fields), strict=True):
        verdict = min(verdict, match(token_line, runs(field), shared))
        if verdict == NO:
            break
    return verdict


@record
class ArnPattern:
    """A pattern of ARNs as a whole and, where it has six fields, field by field."""

    whole: Sequence[Token]
    fields: Sequence[Sequence[Token]] | None


def runs(parts: Parts) -> tuple[Item, ...]:
    """*parts* as runs of text and holes, whatever is known of the values of holes."""
    found: tuple[Item, ...] = ()
    for part in parts:
        found = _joined(found, part.text if isinstance(part, Piece) else part)
    return found


def placed(items: Sequence[Item]) -> Parts:
    """*items* as parts of a text."""
    return tuple([Piece(one, _NOWHERE) if isinstance(one, str) else one for one in items])


def brings_colon(part: Piece | Hole) -> bool:
    """Whether *part* may be more than a part of one field."""
    if isinstance(part, Piece):
        return False
    if part.values is not None:
        return any(":" in value for value in part.values)
    return allows(part.shape, ":")
