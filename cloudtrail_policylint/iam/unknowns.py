"""Tokens of patterns, and whether two lines of them have a text in common.

A line is a pattern, token by token. Besides characters and wildcards it may
hold what is not known, and what stands for each of many texts, so that a
question about a pattern with holes can be asked for some of the values that
they may have, and for all of them.
"""

from __future__ import annotations

from ..tree.nodes import ACCOUNT, ANY, FIELD, NAME, allows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    Turn: TypeAlias = Callable[[Iterable[str]], list[str]]

ONE = "?"
STAR = "*"
DIGIT = "0-9"
"""Tokens that are no literal character."""
LITERAL = 2
"""The length of a token that is one: ``=c``. No other is as long."""

HOLES = {"<any>": ANY, "<field>": FIELD, "<name>": NAME}
"""Tokens for one text, of any length, that is not known."""
_HOLE_OF = {shape: token for token, shape in HOLES.items()}

_EVERY_TEXT = "every *"
_EVERY_CHARACTER = "every ?"
_EVERY_DIGIT = "every 0-9"
"""Tokens for each of the texts that a token stands for: they go only with what takes them all."""

MAX_PLACES = 20_000
"""Pairs of places in two lines that are looked at; of longer lines nothing is said."""


def unknown(shape: str) -> list[str]:
    """The tokens of a hole of *shape*."""
    return [DIGIT] * 12 if shape == ACCOUNT else [_HOLE_OF[shape]]


def for_every_value(line: Iterable[str]) -> list[str]:
    """*line*, to be asked about every value of its holes at once."""
    return [
        _EVERY_TEXT if token in HOLES else _EVERY_DIGIT if token == DIGIT else token
        for token in line
    ]


def for_every_text(line: Iterable[str]) -> list[str]:
    """*line*, to be asked about every text that its wildcards match, whatever its holes are."""
    every = {STAR: _EVERY_TEXT, ONE: _EVERY_CHARACTER}
    return [every.get(token, token) for token in line]


def widest_value(line: Iterable[str]) -> list[str]:
    """*line*, to be asked about the value of its holes with which it matches most.

    That is ``*`` where it may be, and no text beside a ``*``. Of such a gap
    it does not matter where in it its ``?`` are.
    """
    found: list[str] = []
    gap: list[str] = []
    for token in (*line, ""):
        if token in (STAR, ONE) or token in HOLES:
            gap.append(STAR if token == _HOLE_OF[ANY] else token)
            continue
        found += spread(gap.count(ONE)) if STAR in gap else gap
        found.append(token)
        gap = []
    return found[:-1]


def spread(ones: int) -> list[str]:
    """A gap that takes at least *ones* characters, wherever in it they are."""
    return [STAR, *[ONE, STAR] * ones]


class Line:
    """A pattern token by token, prepared for being laid along others.

    Places are the bits of a number: bit *n* stands for what is behind the first
    *n* tokens, so that all the places where one may be go on in one step.
    """

    __slots__ = ("_gaps", "_passed", "_turned", "_where", "tokens")

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = tuple(tokens)
        self._where: dict[str, int] = {}
        self._gaps = 0
        self._passed: dict[str, tuple[int, int | None]] = {}
        self._turned: dict[Turn, Line] = {}

    def turned(self, turn: Turn) -> Line:
        """The line that *turn* makes of this one, made once."""
        found = self._turned.get(turn)
        if found is None:
            found = self._turned[turn] = Line(turn(self.tokens))
        return found

    def in_common(self, other: Sequence[str]) -> bool | None:
        """Whether some text is matched by both lines, as far as they can be told.

        A text that stands for every text lies as a whole in a ``*`` of the
        other line. None for lines that are too long to tell.
        """
        if (len(self.tokens) + 1) * (len(other) + 1) > MAX_PLACES:
            return None
        if not self._where:
            where: dict[str, int] = {}
            for at, token in enumerate(self.tokens):
                where[token] = where.get(token, 0) | 1 << at
            self._gaps = _at(where, filter(_is_gap, where))
            self._where = where
        places = 1  # where one may be when what has been read of the other line is gone over
        for token in other:
            passed = self._passed.get(token)
            if passed is None:
                passed = self._passed[token] = self._passing(token)
            beside, inside = passed
            if inside is None:
                places = _carried(places, beside)
            else:
                places = _carried(places, self._gaps)
                places = (places & beside) << 1 | places & inside
        return bool(_carried(places, self._gaps) >> len(self.tokens))

    def _passing(self, token: str) -> tuple[int, int | None]:
        """Which tokens are passed with *token*, and which gaps may stand for it and more.

        For a gap: which tokens it may be laid over, and None.
        """
        where = self._where
        if _is_gap(token):
            return self._gaps | _at(where, [own for own in where if _takes(token, own)]), None
        gaps = _at(where, [own for own in where if _is_gap(own) and _takes(own, token)])
        if len(token) == LITERAL:  # which most are: no need to look at all the others
            meeting = (token, ONE, DIGIT) if token[1].isdigit() else (token, ONE)
            return _at(where, meeting), gaps
        return _at(where, [own for own in where if _side_by_side(token, own)]), gaps


def _at(where: Mapping[str, int], tokens: Iterable[str]) -> int:
    """The places *where* one of *tokens* stands."""
    places = 0
    for token in tokens:
        places |= where.get(token, 0)
    return places


def _carried(places: int, passed: int) -> int:
    """*places* and those that one comes to from them over tokens that may all be *passed*.

    An addition carries a bit to the end of the row of ones that it stands in.
    """
    return places | (((places & passed) + passed) ^ passed)


def _is_gap(token: str) -> bool:
    return token == STAR or token in HOLES


def _takes(gap: str, token: str) -> bool:
    """Whether *gap* may stand for what *token* stands for, among other things."""
    if gap == STAR:
        return True
    shape = HOLES.get(gap)
    if shape is None or token in (_EVERY_TEXT, _EVERY_CHARACTER, _EVERY_DIGIT):
        return False
    return len(token) != LITERAL or allows(shape, token[1])


def _side_by_side(x: str, y: str) -> bool:
    """Whether the two tokens, of which neither is a gap, go together."""
    if _is_gap(x) or _is_gap(y) or _EVERY_TEXT in (x, y):
        return False
    for every, other in ((x, y), (y, x)):
        if every == _EVERY_CHARACTER:
            return other == ONE
        if every == _EVERY_DIGIT:
            return other in (ONE, DIGIT)
    return _meet(x, y)


def _meet(a: str, b: str) -> bool:
    """Whether some character is matched by both tokens."""
    if ONE in (a, b) or a == b:
        return True
    if a == DIGIT:
        return b[1].isdigit()
    return b == DIGIT and a[1].isdigit()
