"""``Ranges`` finds the smallest range around a place."""

from __future__ import annotations

import random

from cloudtrail_policylint.tree.source import Ranges, SourceFile, Span


def test_around_finds_the_same_range_as_comparing_all_of_them() -> None:
    random.seed(7)
    files = [SourceFile("a", ""), SourceFile("b", "")]
    for _ in range(300):
        spans = [span for file in files for span in nested(file, 0, 30)]
        random.shuffle(spans)
        ranges = Ranges(spans)
        for file in files:
            start = random.randrange(29)
            asked = Span(file, start, random.randint(start + 1, 30))
            around = [one for one in spans if one.contains(asked)]
            at = ranges.around(asked)
            smallest = min(around, key=lambda one: one.end - one.start, default=None)
            assert (None if at is None else spans[at]) == smallest


def nested(file: SourceFile, start: int, end: int) -> list[Span]:
    """Random ranges beside and inside each other, some of them twice."""
    found: list[Span] = []
    at = start
    while at + 2 < end:
        at += random.randrange(3)
        until = min(end, at + random.randint(1, 9))
        if at < until:
            found += [Span(file, at, until)] * random.choice((1, 1, 2))
            if (at, until) != (start, end):
                found += nested(file, at + 1, until - 1)
        at = until
    return found
