"""Matches paths against git's patterns, those of ``.gitignore``.

Source: gitignore(5) and git's wildmatch.c, seen 2026-11-26. Repositories are not
trusted, so patterns do not become regular expressions, in which a few stars can
take forever. All patterns of a list are matched at once: a bit of a large number
says that the tokens before it match the path so far, so that a character of a
path costs a few operations on numbers, whatever the patterns are. As in git, a
character is a byte. Importing pathspec would take a process from 25 to 102 ms.
"""

from __future__ import annotations

import os
from bisect import bisect_left

from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias, TypeVar

    P = TypeVar("P")
    Token: TypeAlias = int | tuple[int]
    """A byte, or the set of those that a class contains, as a number with a bit for each."""

_ANY, _ONE, _ANYWHERE, _BELOW = -1, -2, -3, -4
"""Tokens: ``*``; ``?``; ``**/``, any number of names; a final ``**``, any text."""
_SLASH = ord("/")


@record
class _Line:
    """One pattern: its tokens, for a whole path; ``folder``: it matches folders only."""

    tokens: tuple[Token, ...]
    folder: bool
    negated: bool


@record
class _Prefix:
    """The beginning of a path that ends in a slash, and what is known of it.

    ``reached`` are the tokens that match up to there, ``lines`` the patterns that
    match one of the folders on the way, both as bits; ``decided``: whether the
    last of them for some folder is not negated.
    """

    text: bytes
    reached: int
    lines: int
    decided: bool


class Patterns:
    """The patterns of *lines*, one per line; the last one that matches a path decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._ends: list[int] = []  # the bit after the last token of each pattern, ascending
        self._numbers: list[int] = []  # and the number of its line
        self._negated: list[bool] = []
        self._places: dict[int, list[int]] = {}  # of each byte and wildcard, the bits after it
        self._classes: list[tuple[int, int]] = []  # classes and the bits after them
        self._masks: dict[int, int] = {}
        starts: list[int] = []
        files: list[int] = []
        bit = 0
        for number, text in enumerate(lines):
            line = _line(text)
            if line is None:
                continue
            starts.append(bit)
            bit = self._add(line.tokens, bit)
            self._ends.append(bit)
            self._numbers.append(number)
            self._negated.append(line.negated)
            if not line.folder:
                files.append(bit)
            bit += 1
        self._size = bit
        self._within = self._bits(self._places.get(_ANY, ()))
        self._anywhere = self._bits(self._places.get(_ANYWHERE, ()))
        self._below = self._bits(self._places.get(_BELOW, ())) | self._anywhere
        self._ones = self._bits(self._places.get(_ONE, ()))
        self._folder_ends = self._bits(self._ends)
        self._file_ends = self._bits(files)
        start = self._bits(starts)
        start |= (start & self._anywhere) << 1
        self._way = [_Prefix(b"", start, 0, decided=False)]

    def _add(self, tokens: Sequence[Token], bit: int) -> int:
        """Add the *tokens* of a pattern that starts at *bit*; return the bit after the last."""
        for token in tokens:
            if isinstance(token, tuple):
                bit += 1
                self._classes.append((token[0], bit))
                continue
            # A gap is not passed: the bit before it stays set. After a gap of names there is
            # one more, which is set where a name begins.
            if token == _ANYWHERE:
                self._places.setdefault(token, []).append(bit)
                bit += 1
                continue
            bit += token not in (_ANY, _BELOW)
            self._places.setdefault(token, []).append(bit)
        return bit

    def _bits(self, places: Sequence[int]) -> int:
        """The number whose bits at *places* are set."""
        if not places:
            return 0
        found = bytearray(self._size // 8 + 1)
        for place in places:
            found[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(found, "little")

    def _mask(self, byte: int) -> int:
        """The bits that follow a token which matches *byte*."""
        if byte not in self._masks:
            places = list(self._places.get(byte, ()))
            if byte != _SLASH:
                places += [bit for members, bit in self._classes if members >> byte & 1]
            self._masks[byte] = self._bits(places) | (self._ones if byte != _SLASH else 0)
        return self._masks[byte]

    def _after(self, reached: int, text: bytes) -> int:
        """The tokens that match after *reached* and *text*, which has no slash."""
        loops = self._within | self._below
        masks = self._masks
        for byte in text:
            mask = masks[byte] if byte in masks else self._mask(byte)
            reached = (reached << 1 & mask) | (reached & loops)
        return reached

    def _after_slash(self, reached: int) -> int:
        reached = (reached << 1 & self._mask(_SLASH)) | (reached & self._below)
        return reached | (reached & self._anywhere) << 1

    # -- questions

    def matches(self, path: str) -> bool | None:
        """True if *path* matches, False if a pattern with ``!`` excludes it, None otherwise.

        *path* is relative to the folder of the patterns, with slashes, and ends in
        one if it is a folder. Everything in a folder that matches matches too.
        """
        before, found = self._found(path)
        if before.decided:
            return True
        return self._decision(found)

    def lines_for(self, path: str) -> list[int]:
        """The numbers of the lines that match *path* or a folder above, each taken by itself."""
        before, found = self._found(path)
        found |= before.lines
        numbers = []
        while found:
            bit = found & -found
            index = bisect_left(self._ends, bit.bit_length() - 1)
            if not self._negated[index]:
                numbers.append(self._numbers[index])
            found ^= bit
        return numbers

    def _found(self, path: str) -> tuple[_Prefix, int]:
        """What is known of the folder of *path*, and the ends of the patterns for *path* itself."""
        folder = path.endswith("/")
        try:
            above, slash, name = os.fsencode(path.rstrip("/")).rpartition(b"/")
        except UnicodeEncodeError:
            return self._way[0], 0
        before = self._prefix(above + slash)
        ends = self._folder_ends if folder else self._file_ends
        return before, self._after(before.reached, name) & ends

    def _prefix(self, text: bytes) -> _Prefix:
        """What is known of the folders of *text*; those of the last path are remembered."""
        way = self._way
        while not text.startswith(way[-1].text):
            way.pop()
        for name in text[len(way[-1].text) :].split(b"/")[:-1]:
            before = way[-1]
            reached = self._after(before.reached, name)
            found = reached & self._folder_ends
            decided = before.decided or bool(self._decision(found))
            way.append(
                _Prefix(
                    before.text + name + b"/",
                    self._after_slash(reached),
                    before.lines | found,
                    decided=decided,
                )
            )
        return way[-1]

    def _decision(self, found: int) -> bool | None:
        """The decision of the last of the patterns that end at *found*; None without any."""
        if not found:
            return None
        return not self._negated[bisect_left(self._ends, found.bit_length() - 1)]


_KNOWN: dict[int, tuple[object, Patterns]] = {}


def patterns_of(entries: tuple[P, ...], pattern: Callable[[P], str]) -> Patterns:
    """The patterns of *entries*, whose identity is the key under which they are cached.

    A hash would take as long as there are entries.
    """
    known = _KNOWN.get(id(entries))
    if known is None:
        if len(_KNOWN) >= 1024:
            _KNOWN.clear()
        # The entries are kept so that no other value gets their identity.
        known = _KNOWN[id(entries)] = entries, Patterns(map(pattern, entries))
    return known[1]


def _line(text: str) -> _Line | None:
    """The pattern of a line; None for a comment, or if it can match nothing."""
    if text.startswith("#"):
        return None
    try:
        kept = _trimmed(os.fsencode(text))
    except UnicodeEncodeError:
        return None
    negated = kept.startswith(b"!")
    kept = kept.removeprefix(b"!")
    folder = kept.endswith(b"/")
    kept = kept[:-1] if folder else kept
    anywhere = b"/" not in kept
    kept = kept.removeprefix(b"/")
    tokens = _tokens(kept, [_ANYWHERE] if anywhere else [])
    return _Line(tuple(tokens), folder, negated) if tokens is not None and kept else None


def _trimmed(text: bytes) -> bytes:
    """*text* without the spaces at its end that no backslash precedes."""
    text = text.removesuffix(b"\n").removesuffix(b"\r")
    kept = text.rstrip(b" ")
    escaped = (len(kept) - len(kept.rstrip(b"\\"))) % 2 and len(kept) < len(text)
    return kept + b" " if escaped else kept


def _tokens(text: bytes, found: list[Token]) -> list[Token] | None:
    """*found* with the tokens of the pattern *text* added; None if it can match nothing."""
    at = 0
    while at < len(text):
        char = text[at : at + 1]
        at += 1
        if char == b"*":
            gap, at = _gap(text, at - 1)
            if (gap, found[-1:]) != (_ANYWHERE, [_ANYWHERE]):
                found.append(gap)
        elif char == b"?":
            found.append(_ONE)
        elif char == b"[":
            members, at = _class(text, at)
            found.append((members,))
        elif char == b"\\":
            found.append(text[at] if at < len(text) else 0)
            at += 1
        else:
            found.append(char[0])
    return found if at == len(text) else None  # beyond: a class or an escape has no end


def _gap(text: bytes, start: int) -> tuple[int, int]:
    """The token for the stars at *start*, and its end."""
    end = start
    while text[end : end + 1] == b"*":
        end += 1
    if end - start == 1 or (start and text[start - 1] != _SLASH):
        return _ANY, end
    if end == len(text):
        return _BELOW, end
    return (_ANYWHERE, end + 1) if text[end] == _SLASH else (_ANY, end)


def _class(text: bytes, at: int) -> tuple[int, int]:
    """The members of the class whose ``[`` is before *at*, and its end.

    The end is beyond the text for a class that is not closed.
    """
    beyond = len(text) + 1
    negated = text[at : at + 1] in (b"!", b"^")
    first = at = at + negated
    members, last = 0, -1  # the last member, which may begin a range
    while text[at : at + 1] != b"]" or at == first:
        char = text[at : at + 1]
        at += 1
        if char == b"-" and last >= 0 and text[at : at + 1] not in (b"", b"]"):
            at += text[at : at + 1] == b"\\"
            high = text[at] if at < len(text) else 0
            members |= max(0, (2 << high) - (1 << last))
            at, last = at + 1, -1
            continue
        if char == b"[" and text[at : at + 1] == b":":
            end = text.find(b"]", at + 1)
            if end < 0:
                return 0, beyond
            if text[end - 1] == ord(":") and end - 1 > at:
                named = _NAMED.get(text[at + 1 : end - 1])
                if named is None:
                    return 0, beyond
                members |= sum(1 << byte for byte in named)
                at, last = end + 1, -1
                continue
        if char == b"\\":
            char = text[at : at + 1]
            at += 1
        if not char:
            return 0, beyond
        last = char[0]
        members |= 1 << last
    return ((1 << 256) - 1) ^ members if negated else members, at + 1


def _named() -> Iterator[tuple[bytes, set[int]]]:
    """The classes that have names in git, of ASCII only (its sane-ctype.h)."""
    text = {byte for byte in range(128) if chr(byte).isprintable()}
    letters = {byte for byte in text if chr(byte).isalpha()}
    digits = set(b"0123456789")
    yield b"alpha", letters
    yield b"digit", digits
    yield b"alnum", letters | digits
    yield b"xdigit", digits | set(b"abcdefABCDEF")
    yield b"lower", {byte for byte in letters if chr(byte).islower()}
    yield b"upper", {byte for byte in letters if chr(byte).isupper()}
    yield b"blank", set(b" \t")
    yield b"space", set(b" \t\r\n")
    yield b"cntrl", set(range(128)) - text
    yield b"print", text
    yield b"graph", text - set(b" ")
    yield b"punct", text - letters - digits - set(b" ")


_NAMED = dict(_named())
