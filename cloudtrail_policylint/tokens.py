"""Tokens of patterns, and whether two lines of them have a text in common.

A line is a pattern, token by token. Besides characters and wildcards it may
hold what is not known, and what stands for each of many texts, so that a
question about a pattern with holes can be asked for some of the values that
they may have, and for all of them.
"""

from __future__ import annotations

from .tree import ACCOUNT, ANY, FIELD, NAME, allows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ONE = "?"
STAR = "*"
DIGIT = "0-9"
"""Tokens that are no literal character. A literal is a token of one character, written ``=c``."""

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


def meet(a: str, b: str) -> bool:
    """Whether some character is matched by both tokens."""
    if ONE in (a, b) or a == b:
        return True
    if a == DIGIT:
        return b[1].isdigit()
    return b == DIGIT and a[1].isdigit()


def in_common(a: Sequence[str], b: Sequence[str]) -> bool | None:
    """Whether some text is matched by both lines, as far as they can be told.

    A text that stands for every text lies as a whole in a ``*`` of the other
    line. None for lines that are too long to tell.
    """
    if (len(a) + 1) * (len(b) + 1) > MAX_PLACES:
        return None
    row = [True] + [False] * len(b)  # the starts of b that go with what has been read of a
    gaps = [_is_gap(y) for y in b]
    for x in a:
        if _is_gap(x):
            _stretch(row, x, b, gaps)
        else:
            row = _beyond(row, x, b, gaps)
    for at, gap in enumerate(gaps):
        if row[at] and gap:
            row[at + 1] = True
    return row[-1]


def _stretch(row: list[bool], x: str, b: Sequence[str], gaps: Sequence[bool]) -> None:
    """Go on in *b* as far as the gap *x* of the other line may stand for what is there."""
    for at, y in enumerate(b):
        if row[at] and (gaps[at] or _takes(x, y)):
            row[at + 1] = True


def _beyond(row: list[bool], x: str, b: Sequence[str], gaps: Sequence[bool]) -> list[bool]:
    """Where in *b* one may be when *x*, which is no gap, has been read too; gaps in *row* are gone over."""
    below = [False] * len(row)
    for at, y in enumerate(b):
        if not row[at]:
            continue
        if gaps[at]:
            row[at + 1] = True
            below[at] = below[at] or _takes(y, x)
        elif _side_by_side(x, y):
            below[at + 1] = True
    return below


def _is_gap(token: str) -> bool:
    return token == STAR or token in HOLES


def _takes(gap: str, token: str) -> bool:
    """Whether *gap* may stand for what *token* stands for, among other things."""
    if gap == STAR:
        return True
    shape = HOLES.get(gap)
    if shape is None or token in (_EVERY_TEXT, _EVERY_CHARACTER, _EVERY_DIGIT):
        return False
    return len(token) != 2 or allows(shape, token[1])


def _side_by_side(x: str, y: str) -> bool:
    """Whether the two tokens, of which neither is a gap, go together."""
    if _is_gap(x) or _is_gap(y) or _EVERY_TEXT in (x, y):
        return False
    for every, other in ((x, y), (y, x)):
        if every == _EVERY_CHARACTER:
            return other == ONE
        if every == _EVERY_DIGIT:
            return other in (ONE, DIGIT)
    return meet(x, y)
