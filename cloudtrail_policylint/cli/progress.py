"""What a long run is at, for whoever waits for it."""

from __future__ import annotations

import sys
from time import monotonic

PATIENCE = 1.0
"""Seconds before anything is shown."""
_EVERY = 0.1
"""Seconds between two lines; writing more often would slow the run."""


class Progress:
    """One line on standard error that is overwritten; nothing unless that is a terminal."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._next = monotonic() + PATIENCE if sys.stderr.isatty() else float("inf")
        self._shown = False

    def watch(self, path: str) -> None:
        """Say that *path* is next."""
        if monotonic() < self._next:
            return
        from ..report.printable import printable

        line = f"judging {printable(path)}"[: self._width]
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()
        self._shown = True
        self._next = monotonic() + _EVERY

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
