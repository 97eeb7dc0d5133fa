"""Patterns of paths as git understands them in ``.gitignore``: which paths they name.

Source: gitignore(5), seen 2026-11-21. Patterns come from repositories that
nobody trusts, so none becomes a regular expression: where a ``*`` is followed by
text, the first place of that text is as good as any, and there is nothing to go
back to but the last ``*``.
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
    """One character of, or not of, the ``ranges``: ``[a-z_]``, ``[!0-9]``."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def holds(self, char: str) -> bool:
        return any(low <= char <= high for low, high in self.ranges) != self.negated


if TYPE_CHECKING:
    Token: TypeAlias = tuple[str, str | _Class]
    """What stands for any text (``_ANY``), for one character (``_ONE``), or for what is given with it."""
    Segment: TypeAlias = Sequence[Token] | None
    """What a name between slashes is like; None for any number of names."""


@record
class _Line:
    """One pattern: ``segments`` of the path, from the top; a ``folder`` is all that it may name.

    The last name of the path begins with ``head`` and ends in ``tail``, which
    most names do not.
    """

    head: str
    tail: str
    segments: tuple[Segment, ...]
    folder: bool
    negated: bool


class Patterns:
    """The patterns that *lines* say, one each, the last one that names a path deciding."""

    def __init__(self, lines: Iterable[str]) -> None:
        found = [_line(line) for line in lines]
        self._lines = [line for line in reversed(found) if line is not None]
        self._folders: dict[str, bool] = {"": False}

    def names(self, path: str) -> bool | None:
        """Whether *path*, from the folder of the patterns, is named, None where no pattern says either.

        It has slashes between its names, and one at the end if it is that of a
        folder. What is in a folder that is named is named too.
        """
        whole = path.rstrip("/")
        if self._is_below(whole.rpartition("/")[0]):
            return True
        return self._verdict(whole, folder=path.endswith("/"))

    def _is_below(self, folder: str) -> bool:
        """Whether *folder* or one that it is in is named."""
        passed = []
        while folder not in self._folders:
            passed.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._folders[folder]
        for at in reversed(passed):
            found = found or bool(self._verdict(at, folder=True))
            self._folders[at] = found
        return found

    def _verdict(self, path: str, *, folder: bool) -> bool | None:
        names = path.split("/")
        last = names[-1]
        for line in self._lines:
            if not (last.endswith(line.tail) and last.startswith(line.head)):
                continue
            if (folder or not line.folder) and _fits(line.segments, names):
                return not line.negated
        return None


@lru_cache(maxsize=1024)
def patterns_of(lines: tuple[str, ...]) -> Patterns:
    """The patterns that *lines* say; the same ones are read once."""
    return Patterns(lines)


def _line(text: str) -> _Line | None:
    """What the *text* of a line says; None for a comment and for nothing."""
    text = text.rstrip("\r\n")
    kept = text.rstrip(" ")
    if kept.endswith("\\") and len(kept) < len(text):  # a space that counts
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
    """The text that *tokens* begin with."""
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
    """The class whose ``[`` is before *at*, and where it ends; one without an end holds nothing."""
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


def _fits(segments: Sequence[Segment], names: Sequence[str]) -> bool:
    """Whether *segments* are those of the path *names*, all of it; what is below a folder is something."""
    passed = _passed(segments, names, lambda segment: segment is None, _alike)
    return passed == len(segments)


def _alike(tokens: Segment, name: str) -> bool:
    """Whether *tokens* are those of the *name*."""
    if tokens is None:
        return True
    passed = _passed(tokens, name, _is_any, _is_one)
    return passed is not None and all(map(_is_any, tokens[passed:]))


def _is_any(token: Token) -> bool:
    return token[0] == _ANY


def _is_one(token: Token, char: str) -> bool:
    kind, value = token
    if kind == _ONE:
        return True
    return value == char if isinstance(value, str) else value.holds(char)


def _passed(
    pattern: Sequence[P],
    line: Sequence[str],
    is_gap: Callable[[P], bool],
    fits: Callable[[P, str], bool],
) -> int | None:
    """How much of *pattern* has been met when all of *line* is; None where it does not fit.

    A gap takes any number of members of *line*. Only the last gap is ever
    gone back to: what could be met after an earlier one can be after it.
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
