"""Side effects of evaluating an expression, and the blocks that observe them.

An effect is one of three: a variable's default was used as its value, an
expression was an error, or there is a note on why a value is unknown. Effects
go to the innermost open ``with session.observed()`` block, whichever module of
the configuration has it. When the block ends, the block around it gets its
effects too, except for those that the block keeps.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...iam.written import Problem

ASSUMED = 1
FAILED = 2
NOTES = 4
ALL = ASSUMED | FAILED | NOTES
"""The effects that a block may keep."""

MAX_NOTES = 500
"""Limit for the notes of one observation."""


class Effects:
    """The open observations of one configuration: ``innermost`` refers to those around it."""

    __slots__ = ("innermost",)

    def __init__(self) -> None:
        self.innermost = Observation(self)  # used outside of all blocks


class Observation:
    """The effects in one ``with`` block, without those that inner blocks keep.

    ``assumed``: a variable's default was used as its value. ``failed``: an
    expression was an error.
    """

    __slots__ = ("_effects", "_keep", "_most_notes", "_notes", "_outer", "assumed", "failed")

    def __init__(self, effects: Effects, keep: int = 0, most_notes: int = MAX_NOTES) -> None:
        self.assumed = False
        self.failed = False
        self._effects = effects
        self._outer: Observation | None = None  # while it is open
        self._keep = keep
        self._most_notes = most_notes
        self._notes: dict[int, Problem] | None = None

    def __enter__(self) -> Observation:
        effects = self._effects
        self._outer = effects.innermost
        effects.innermost = self
        return self

    def __exit__(self, *_: object) -> None:
        outer, self._outer = self._outer, None
        assert outer is not None
        self._effects.innermost = outer
        if self.assumed and not self._keep & ASSUMED:
            outer.assumed = True
        if self.failed and not self._keep & FAILED:
            outer.failed = True
        if self._notes and not self._keep & NOTES:
            outer.add_notes(self._notes.values())

    @property
    def notes(self) -> tuple[Problem, ...]:
        """The notes, without duplicates."""
        return tuple(self._notes.values()) if self._notes else ()

    def add_notes(self, notes: Iterable[Problem]) -> None:
        """Add *notes* up to the limit."""
        if self._notes is None:
            self._notes = {}
        for note in notes:
            if len(self._notes) == self._most_notes:
                break
            self._notes[id(note)] = note
