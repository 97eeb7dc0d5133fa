"""Matches paths against git's patterns, those of ``.gitignore``.

Source: gitignore(5), seen 2026-11-21. Repositories are not trusted, so patterns
do not become regular expressions, in which a few stars can take forever. The
matcher backtracks to the last ``*`` only, which is enough: the text between two
stars may as well match at its first place. Importing pathspec would take a
process from 25 to 102 ms.
"""

from __future__ import annotations

from functools import lru_cache

from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias, TypeVar

    P = TypeVar("P")

_ANY, _ONE, _ANYWHERE = "*", "?", "**"


@record
class _Class:
    """A character class: ``[a-z_]``, or negated ``[!0-9]``."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def contains(self, char: str) -> bool:
        return any(low <= char <= high for low, high in self.ranges) != self.negated


if TYPE_CHECKING:
    Token: TypeAlias = tuple[str, str | _Class]
    """``_ANY`` for any text, ``_ONE`` for any character; else the character or class is given."""
    Segment: TypeAlias = Sequence[Token] | None
    """The pattern of a name between slashes; None for ``**``, any number of names."""


@record
class _Line:
    """One pattern: the ``segments`` of a path from the top; ``folder``: it matches folders only.

    The last name of a path must begin with ``head`` and end in ``tail``, which
    rules most paths out.
    """

    head: str
    tail: str
    segments: tuple[Segment, ...]
    folder: bool
    negated: bool


class Patterns:
    """The patterns of *lines*, one per line; the last one that matches a path decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        found = [_line(line) for line in lines]
        self._lines = [line for line in reversed(found) if line is not None]
        self._folders: dict[str, bool] = {"": False}

    def matches(self, path: str) -> bool | None:
        """True if *path* matches, False if a pattern with ``!`` excludes it, None otherwise.

        *path* is relative to the folder of the patterns, with slashes, and ends in
        one if it is a folder. Everything in a folder that matches matches too.
        """
        whole = path.rstrip("/")
        if self._folder_matches(whole.rpartition("/")[0]):
            return True
        return self._decision(whole, folder=path.endswith("/"))

    def _folder_matches(self, folder: str) -> bool:
        """Whether *folder* or one of its parents matches."""
        passed = []
        while folder not in self._folders:
            passed.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._folders[folder]
        for at in reversed(passed):
            found = found or bool(self._decision(at, folder=True))
            self._folders[at] = found
        return found

    def _decision(self, path: str, *, folder: bool) -> bool | None:
        """The decision of the last pattern that matches *path* itself; None without any."""
        names = path.split("/")
        last = names[-1]
        for line in self._lines:
            if not (last.endswith(line.tail) and last.startswith(line.head)):
                continue
            if (folder or not line.folder) and _matches_path(line.segments, names):
                return not line.negated
        return None


@lru_cache(maxsize=1024)
def patterns_of(lines: tuple[str, ...]) -> Patterns:
    """The patterns of *lines*, cached."""
    return Patterns(lines)


def _line(text: str) -> _Line | None:
    """The pattern of a line; None for a comment or an empty line."""
    text = text.rstrip("\r\n")
    kept = text.rstrip(" ")
    if kept.endswith("\\") and len(kept) < len(text):  # an escaped space
        kept += " "
    if not kept or kept.startswith("#"):
        return None
    negated = kept.startswith("!")
    kept = kept.removeprefix("!")
    folder = kept.endswith("/")
    kept = kept[:-1] if folder else kept
    if not kept:
        return None
    parts = kept.removeprefix("/").split("/")
    if "/" not in kept:
        parts.insert(0, _ANYWHERE)
    segments = tuple([_segment(part) for part in parts])
    last = segments[-1] or ()
    return _Line(_literal(last), _literal(last[::-1])[::-1], segments, folder, negated)


def _literal(tokens: Sequence[Token]) -> str:
    """The literal text at the beginning of *tokens*."""
    found = []
    for kind, value in tokens:
        if kind or not isinstance(value, str):
            break
        found.append(value)
    return "".join(found)


def _segment(text: str) -> Segment:
    if text == _ANYWHERE:
        return None
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*":
            if not tokens or tokens[-1][0] != _ANY:
                tokens.append((_ANY, ""))
        elif char == "?":
            tokens.append((_ONE, ""))
        elif char == "[":
            one, at = _class(text, at)
            tokens.append(("[", one))
        else:
            if char == "\\" and at < len(text):
                char = text[at]
                at += 1
            tokens.append(("", char))
    return tokens


def _class(text: str, at: int) -> tuple[_Class, int]:
    """The class whose ``[`` is before *at*, and its end; an unclosed one matches nothing."""
    negated = text[at : at + 1] in ("!", "^")
    first = at = at + negated
    ranges: list[tuple[str, str]] = []
    while at < len(text) and (text[at] != "]" or at == first):
        low, at = _member(text, at)
        high = low
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(text, at + 1)
        ranges.append((low, high))
    if at >= len(text):
        return _Class(False, ()), at
    return _Class(negated, tuple(ranges)), at + 1


def _member(text: str, at: int) -> tuple[str, int]:
    if text[at] == "\\" and at + 1 < len(text):
        at += 1
    return text[at], at + 1


def _matches_path(segments: Sequence[Segment], names: Sequence[str]) -> bool:
    """Whether *segments* match the whole path *names*; a final ``**`` needs at least one name."""
    matched = _matched(segments, names, lambda segment: segment is None, _matches_name)
    return matched == len(segments)


def _matches_name(tokens: Segment, name: str) -> bool:
    """Whether *tokens* match the whole *name*."""
    if tokens is None:
        return True
    matched = _matched(tokens, name, _is_any, _matches_char)
    return matched is not None and all(map(_is_any, tokens[matched:]))


def _is_any(token: Token) -> bool:
    return token[0] == _ANY


def _matches_char(token: Token, char: str) -> bool:
    kind, value = token
    if kind == _ONE:
        return True
    return value == char if isinstance(value, str) else value.contains(char)


def _matched(
    pattern: Sequence[P],
    line: Sequence[str],
    is_gap: Callable[[P], bool],
    fits: Callable[[P, str], bool],
) -> int | None:
    """How many items of *pattern* match all of *line*; None if it does not match.

    A gap matches any number of items of *line*. Backtracking to the last gap is
    enough: whatever can match after an earlier gap can match after the last.
    """
    at = step = 0
    again: tuple[int, int] | None = None
    while at < len(line):
        if step < len(pattern):
            if is_gap(pattern[step]):
                step += 1
                again = step, at
                continue
            if fits(pattern[step], line[at]):
                step += 1
                at += 1
                continue
        if again is None:
            return None
        step, at = again[0], again[1] + 1
        again = step, at
    return step
