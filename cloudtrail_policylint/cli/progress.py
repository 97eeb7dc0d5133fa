"""The progress line of a long run."""

from __future__ import annotations

import sys
from time import monotonic

DELAY = 1.0
"""Seconds before the line appears."""
_INTERVAL = 0.1
"""Seconds between two updates: writing more often would slow the run down."""


class Progress:
    """One line on standard error, which is a terminal, that is overwritten."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._next = monotonic() + DELAY
        self._shown = False

    def update(self, path: str) -> None:
        """Show that *path* is checked next."""
        if monotonic() < self._next:
            return
        from ..report.printable import printable

        line = f"checking {printable(path)}"[: self._width]
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()
        self._shown = True
        self._next = monotonic() + _INTERVAL

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
