"""The baseline of a run: which one it is, what it leaves of the findings, and writing it."""

from __future__ import annotations

import os

from ..base.errors import UsageError
from ..base.record import record
from .output import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..findings.baseline import Baseline, Coverage, Entry
    from ..findings.result import Result

NAME = ".cloudtrail-policylint-baseline.json"
"""What the file is called where nothing else is said."""

_SHOWN = 10
"""Entries that are named one by one when they are to be removed."""


@record
class Applied:
    """What a baseline makes of a result: what it leaves of it, what is to be said, and the error if it could not be written."""

    result: Result
    notes: tuple[str, ...] = ()
    error: UsageError | None = None


class BaselineOfRun:
    """The baseline of the file *named*; where none is named, of the one in *folder* if there is one.

    When it is *to_write*, the file need not exist. Raises ``BaselineError``.
    """

    def __init__(self, named: str | None, folder: str, *, to_write: bool) -> None:
        self._to_write = to_write
        self._baseline = _read(named, folder, to_write=to_write)

    def applied(self, result: Result, coverage: Callable[[], Coverage]) -> Applied:
        """*result*, of a run whose *coverage* can be asked for, without what is in the baseline.

        The baseline is written first, if it is to be.
        """
        baseline = self._baseline
        if baseline is None:
            return Applied(result)
        written: list[str] = []
        if self._to_write:
            try:
                baseline = _rewritten(baseline, result, coverage())
            except UsageError as error:
                return Applied(result, error=error)
            written = [_written(baseline)]
        left, removable = baseline.apply(result, coverage())
        return Applied(left, (*written, *_removable(baseline, removable)))


def _written(baseline: Baseline) -> str:
    from ..report.printable import printable
    from ..report.text import plural

    return f"{printable(baseline.path)}: {plural(len(baseline.entries), 'finding')} in the baseline now"


def _removable(baseline: Baseline, entries: Sequence[Entry]) -> Iterator[str]:
    """Which *entries* of *baseline* no finding is left for."""
    if not entries:
        return
    from ..report.printable import printable
    from ..report.text import plural

    found = len(entries)
    gone, them = ("is gone", "it") if found == 1 else ("are gone", "them")
    number = plural(found, "finding")
    yield f"{printable(baseline.path)}: {number} of the baseline {gone}; --write-baseline removes {them}"
    for entry in entries[:_SHOWN]:
        yield printable(f"  {entry.path}: {entry.rule} {entry.message}")
    if found > _SHOWN:
        yield f"  and {found - _SHOWN} more"


def _read(named: str | None, folder: str, *, to_write: bool) -> Baseline | None:
    path = named or os.path.relpath(os.path.join(folder, NAME))
    there = os.path.lexists(path)
    if not there and not to_write and named is None:
        return None
    from ..findings.baseline import Baseline, read

    return read(path) if there or not to_write else Baseline(path)


def _rewritten(baseline: Baseline, result: Result, coverage: Coverage) -> Baseline:
    if result.internal_errors or result.interrupted:
        raise UsageError(f"{baseline.path}: not written, because not everything could be checked")
    renewed = baseline.renewed(result, coverage)
    write(baseline.path, renewed.text())
    return renewed
