"""What the evaluation of an expression rests on besides the files: its effects, and who observes them.

An effect is a variable's default that was taken for its value, an error, or a
note on what is not known. It belongs to the innermost ``with
session.observed()`` block that is open when it happens, in whichever module of
the configuration. When the block ends its effects count for the block around
it too, except for those that the observer says to keep.
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
"""The effects that an observer may keep to itself."""

MAX_NOTES = 500
"""Notes that one observation keeps."""


class Effects:
    """The observations of one configuration that are open: those around ``innermost`` are behind it."""

    __slots__ = ("innermost",)

    def __init__(self) -> None:
        self.innermost = Observation(self)  # of what nobody observes


class Observation:
    """The effects of what was evaluated in one ``with`` block, without those that inner ones kept.

    ``assumed`` says that a variable's default was taken for its value,
    ``failed`` that an expression was an error.
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
        """What was noted, each note once."""
        return tuple(self._notes.values()) if self._notes else ()

    def add_notes(self, notes: Iterable[Problem]) -> None:
        """Add *notes*, as many as there is room for."""
        if self._notes is None:
            self._notes = {}
        for note in notes:
            if len(self._notes) == self._most_notes:
                break
            self._notes[id(note)] = note
