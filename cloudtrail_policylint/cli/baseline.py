"""The baseline of a run: which one it is, what it leaves of the findings, and writing it."""

from __future__ import annotations

import os

from ..base.errors import UsageError
from .output import say, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..findings.baseline import Baseline, Entry
    from ..findings.result import Result
    from ..lint.run import Run

NAME = ".cloudtrail-policylint-baseline.json"
"""What the file is called where nothing else is said."""

_SHOWN = 10
"""Entries that are named one by one when they are to be removed."""


class BaselineOfRun:
    """The baseline of the file *named*; where none is named, of the one in *folder* if there is one.

    When it is *to_write*, the file need not be there. Raises ``BaselineError``.
    """

    def __init__(self, named: str | None, folder: str, *, to_write: bool) -> None:
        self._to_write = to_write
        self._removable: Sequence[Entry] = ()
        self._failure: UsageError | None = None
        self._baseline = _read(named, folder, to_write=to_write)

    def applied(self, result: Result, run: Run) -> Result:
        """What the baseline leaves of the *result* of *run*; it is written first, if it is to be."""
        if self._baseline is None:
            return result
        if self._to_write:
            try:
                self._baseline = _rewritten(self._baseline, result, run)
            except UsageError as error:
                self._failure = error
                return result
        result, self._removable = self._baseline.apply(result, run.coverage())
        return result

    def tell(self) -> None:
        """Say what has been written, and which entries may go."""
        if self._baseline is None or self._failure is not None:
            return
        from ..report.printable import printable
        from ..report.text import plural

        path = printable(self._baseline.path)
        if self._to_write:
            say(f"{path}: {plural(len(self._baseline.entries), 'finding')} in the baseline now")
        found = len(self._removable)
        if found:
            gone, them = ("is gone", "it") if found == 1 else ("are gone", "them")
            number = plural(found, "finding")
            say(f"{path}: {number} of the baseline {gone}; --write-baseline removes {them}")
        for entry in self._removable[:_SHOWN]:
            say(printable(f"  {entry.path}: {entry.rule} {entry.message}"))
        if found > _SHOWN:
            say(f"  and {found - _SHOWN} more")

    def raise_failure(self) -> None:
        """Raise the error that kept the baseline from being written, now that the findings are shown."""
        if self._failure is not None:
            raise self._failure


def _read(named: str | None, folder: str, *, to_write: bool) -> Baseline | None:
    path = named or os.path.relpath(os.path.join(folder, NAME))
    there = os.path.lexists(path)
    if not there and not to_write and named is None:
        return None
    from ..findings.baseline import Baseline, read

    return read(path) if there or not to_write else Baseline(path)


def _rewritten(baseline: Baseline, result: Result, run: Run) -> Baseline:
    if result.crashes or result.interrupted:
        raise UsageError(f"{baseline.path}: not written, because not everything could be judged")
    renewed = baseline.renewed(result, run.coverage())
    write(baseline.path, renewed.text())
    return renewed
