"""Which of the words that exist somebody probably meant by one that does not."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LIKE = 0.6
"""How alike two words must be, from 0 to 1, for one to be offered in place of the other."""


def nearest(word: str, candidates: Iterable[str]) -> str:
    """``; did you mean x?`` for the candidate that *word* was probably meant to be, else nothing."""
    best = closest(word, candidates)
    return f"; did you mean {best}?" if best is not None else ""


def closest(word: str, candidates: Iterable[str], like: float = LIKE) -> str | None:
    """The candidate most like *word* whatever its case, if one is at least as alike as *like* says.

    Of several as alike, the one that begins the same for longest.
    """
    from difflib import SequenceMatcher

    best, most, lower = None, (like, -1), word.lower()
    for candidate in candidates:
        other = candidate.lower()
        size = len(lower) + len(other)
        shorter = min(len(lower), len(other))
        if 2 * shorter < most[0] * size:  # it cannot be like enough, whatever its letters
            continue
        shared = sum(min(lower.count(char), other.count(char)) for char in set(other))
        if 2 * shared < most[0] * size:  # nor in whatever order they are
            continue
        common = os.path.commonprefix([lower, other])  # noqa: RUF071 - no paths
        likeness = (SequenceMatcher(None, lower, other).ratio(), len(common))
        if likeness > most:
            best, most = candidate, likeness
    return best
