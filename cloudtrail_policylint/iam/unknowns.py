"""Spelt patterns: whether two of them, with parts that are unknown, match some text in common.

A pattern is spelt with one character for each of its tokens, so that comparing
literal text is comparing strings. A literal character stands for itself. The
others are noncharacters, which Unicode promises never to assign: the wildcards
``GAP``, ``ONE`` and ``DIGIT``, a character for each sort of hole, and the
universal ones. A hole stands for one text that is unknown. A universal
character stands for each of many texts at once: the other pattern must match
all of them. With it a question about a hole is asked for all of its values.
"""

from __future__ import annotations

from ..tree.nodes import ACCOUNT, ANY, FIELD, NAME, allows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    Rewrite: TypeAlias = Callable[[str], str]

GAP, ONE, DIGIT = "\ufdd0", "\ufdd1", "\ufdd2"
"""Any text (``*``), any character (``?``) and any digit (``#`` of a rule)."""

HOLES = {"\ufdd3": ANY, "\ufdd4": FIELD, "\ufdd5": NAME}
"""One unknown text of any length, and the shape that limits it."""
_HOLE_OF = {shape: hole for hole, shape in HOLES.items()}

_ALL_TEXTS, _ALL_CHARACTERS, _ALL_DIGITS = "\ufdd6", "\ufdd7", "\ufdd8"
"""The universal characters: each text, each character, each digit."""
_UNIVERSAL = (_ALL_TEXTS, _ALL_CHARACTERS, _ALL_DIGITS)

_SPECIAL = frozenset((GAP, ONE, DIGIT, *HOLES, *_UNIVERSAL))
_STRAY = dict.fromkeys(map(ord, _SPECIAL), "\ufdef")
_FOR_EVERY_VALUE = {**dict.fromkeys(map(ord, HOLES), _ALL_TEXTS), ord(DIGIT): _ALL_DIGITS}
_AS_WRITTEN = {ord(GAP): "*", ord(ONE): "?"}
_FOR_EVERY_TEXT = {ord(GAP): _ALL_TEXTS, ord(ONE): _ALL_CHARACTERS}

MAX_STATES = 20_000
"""The largest product of the lengths of two patterns that are compared."""


def fixed(text: str) -> str:
    """*text*, in which nothing is a wildcard, spelt."""
    return text if text.isascii() else text.translate(_STRAY)


def spelt(text: str) -> str:
    """*text*, in which ``*`` and ``?`` are wildcards, spelt."""
    return fixed(text).replace("*", GAP).replace("?", ONE)


def unknown(shape: str) -> str:
    """A hole of *shape*, spelt."""
    return DIGIT * 12 if shape == ACCOUNT else _HOLE_OF[shape]


def widened(line: str) -> str:
    """*line* with a gap for each hole: it matches what *line* matches with any values."""
    for hole in HOLES:
        line = line.replace(hole, GAP)
    return line


def for_every_value(line: str) -> str:
    """*line* for a question about every value of its holes at once."""
    return line.translate(_FOR_EVERY_VALUE)


def for_every_text(line: str) -> str:
    """*line* for a question about every text that it matches with some values of its holes."""
    return line.translate(_FOR_EVERY_TEXT)


def widest_value(line: str) -> str:
    """*line* with the values of its holes that make it match most.

    The value is ``*`` if the shape of the hole allows it. Another hole beside a
    ``*`` takes nothing. The order of ``*`` and ``?`` makes no difference.
    """
    found, gap = "", ""
    for char in line:
        if char in (GAP, ONE) or char in HOLES:
            gap += GAP if char == _HOLE_OF[ANY] else char
        else:
            found += _spread_out(gap) + char
            gap = ""
    return found + _spread_out(gap)


def as_written(line: str) -> str:
    """*line* for a question about the text itself, in which ``*`` and ``?`` are characters like others."""
    return line.translate(_AS_WRITTEN)


def may_join(line: str) -> bool:
    """Whether two ``*`` of *line* are one if the holes between them are empty."""
    return GAP + GAP in "".join([char for char in line if char not in HOLES])


def _spread_out(gap: str) -> str:
    return spread(gap.count(ONE)) if GAP in gap else gap


def spread(ones: int) -> str:
    """A gap that takes at least *ones* characters, wherever in it they are."""
    return GAP + (ONE + GAP) * ones


class Line:
    """A spelt pattern, prepared for being compared with many others.

    This is the bit-parallel simulation of a nondeterministic automaton
    (Shift-And: Baeza-Yates and Gonnet, "A new approach to text searching",
    1992; with gaps: Navarro and Raffinot, "Flexible Pattern Matching in
    Strings", 2002). In state *n* the first *n* characters of the line have been
    used. The set of states is one number, with bit *n* for state *n*, so that a
    character of the other pattern moves all states in one step.

    ``a*b`` has the states 0 to 3. Its masks say at which characters of the
    line (the first is bit 0) a state can do what::

        other   may skip   may step   may stay   states after it
                                                 0001
        a       010 (*)    001 (a)    010 (*)    0010
        c       010        000        010        0010
        b       010        100 (b)    010        1010

    Before ``b`` the states are 0010, and 0110 as the gap may be skipped. From
    bit 2 the step over the line's ``b`` leads to bit 3, and in bit 1 the gap
    takes the other ``b``. Bit 3 is set: ``a*b`` and ``acb`` match a text in
    common.
    """

    __slots__ = ("_gaps", "_masks", "_moves", "_rewritten", "spelt")

    def __init__(self, spelt: str) -> None:
        self.spelt = spelt
        self._masks: dict[str, int] = {}
        self._gaps = 0
        self._moves: dict[str, tuple[int, int | None]] = {}
        self._rewritten: dict[Rewrite, Line] = {}

    def rewritten(self, rewrite: Rewrite) -> Line:
        """The line that *rewrite* makes of this one, made once."""
        found = self._rewritten.get(rewrite)
        if found is None:
            found = self._rewritten[rewrite] = Line(rewrite(self.spelt))
        return found

    def in_common(self, other: str) -> bool | None:
        """Whether both match some text for some values of their holes; None if they are too long.

        A universal text counts as one character that only a ``GAP`` takes.
        """
        if (len(self.spelt) + 1) * (len(other) + 1) > MAX_STATES:
            return None
        if not self._masks:
            masks: dict[str, int] = {}
            for at, char in enumerate(self.spelt):
                masks[char] = masks.get(char, 0) | 1 << at
            self._masks = masks
            self._gaps = self._mask(filter(_is_gap, masks))
        states = 1
        for char in other:
            moves = self._moves.get(char)
            if moves is None:
                moves = self._moves[char] = self._moves_over(char)
            step, stay = moves
            if stay is None:
                states = _closure(states, step)
            else:
                states = _closure(states, self._gaps)
                states = (states & step) << 1 | states & stay
        return bool(_closure(states, self._gaps) >> len(self.spelt))

    def _moves_over(self, char: str) -> tuple[int, int | None]:
        """Which characters of the line *char* of another uses up, and which gaps can stay at it.

        For a gap: which characters of the line it may take, and None.
        """
        if _is_gap(char):
            return self._gaps | self._mask([own for own in self._masks if _takes(char, own)]), None
        stay = self._mask([own for own in self._masks if _is_gap(own) and _takes(own, char)])
        if char not in _SPECIAL:  # as most are: no need to look at all characters of the line
            return self._mask((char, ONE, DIGIT) if char.isdigit() else (char, ONE)), stay
        return self._mask([own for own in self._masks if _side_by_side(char, own)]), stay

    def _mask(self, chars: Iterable[str]) -> int:
        """The places in the line where one of *chars* is."""
        mask = 0
        for char in chars:
            mask |= self._masks.get(char, 0)
        return mask


def _closure(states: int, skipped: int) -> int:
    """*states* and those reached from them over characters of the line that are all *skipped*.

    An addition carries a bit to the end of the run of ones that it is in.
    """
    return states | (((states & skipped) + skipped) ^ skipped)


def _is_gap(char: str) -> bool:
    return char == GAP or char in HOLES


def _takes(gap: str, char: str) -> bool:
    """Whether *gap* may stand for what *char* stands for, among other things."""
    if gap == GAP:
        return True
    shape = HOLES.get(gap)
    if shape is None or char in _UNIVERSAL:
        return False
    return char in _SPECIAL or allows(shape, char)


def _side_by_side(x: str, y: str) -> bool:
    """Whether the two, neither of which is a gap, stand for a character in common."""
    if _is_gap(x) or _is_gap(y) or _ALL_TEXTS in (x, y):
        return False
    for universal, other in ((x, y), (y, x)):
        if universal == _ALL_CHARACTERS:
            return other == ONE
        if universal == _ALL_DIGITS:
            return other in (ONE, DIGIT)
    return meet(x, y)


def meet(a: str, b: str) -> bool:
    """Whether some character is matched by both, which are literal, ``ONE`` or ``DIGIT``."""
    if a == b or ONE in (a, b):
        return True
    if a == DIGIT:
        return b.isdigit()
    return b == DIGIT and a.isdigit()
