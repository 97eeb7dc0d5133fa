"""Suggestions for misspelt words: ``did you mean ...?``."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LIKE = 0.6
"""The least likeness of a suggestion, from 0 to 1, as ``difflib`` measures it."""


def nearest(word: str, candidates: Iterable[str]) -> str:
    """``; did you mean x?`` for the candidate most like *word*; empty if none is like it."""
    best = closest(word, candidates)
    return f"; did you mean {best}?" if best is not None else ""


def closest(word: str, candidates: Iterable[str], like: float = LIKE) -> str | None:
    """The candidate most like *word*, whatever its case, with a likeness of at least *like*.

    Of several with the same likeness, the one with the longest common start.
    """
    from difflib import SequenceMatcher

    best, most, lower = None, (like, -1), word.lower()
    for candidate in candidates:
        other = candidate.lower()
        size = len(lower) + len(other)
        shorter = min(len(lower), len(other))
        if 2 * shorter < most[0] * size:  # too different in length
            continue
        shared = sum(min(lower.count(char), other.count(char)) for char in set(other))
        if 2 * shared < most[0] * size:  # too few letters in common, in any order
            continue
        common = os.path.commonprefix([lower, other])  # noqa: RUF071 - no paths
        likeness = (SequenceMatcher(None, lower, other).ratio(), len(common))
        if likeness > most:
            best, most = candidate, likeness
    return best


def is_misspelt(word: str, right: str, most: int = 2) -> bool:
    """Whether *word* is not *right*, but at most *most* letters make the difference.

    A letter that is missing, added or another one counts, and two that are swapped.
    """
    if word == right or abs(len(word) - len(right)) > most:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for at, char in enumerate(word, 1):
        last, before, row = before, row, [at]
        for to, other in enumerate(right, 1):
            cost = min(row[to - 1] + 1, before[to] + 1, before[to - 1] + (char != other))
            if last and to > 1 and word[at - 2] == other and right[to - 2] == char:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
    return row[-1] <= most
