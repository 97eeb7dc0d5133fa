"""The baseline of a run: finding the file, applying it to the result, and writing it."""

from __future__ import annotations

import os

from ..base.errors import UsageError
from ..base.record import record
from ..settings.model import BASELINE_FILE
from .output import writable, write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..findings.baseline import Baseline, Coverage, Entry
    from ..findings.result import Result

_MAX_LISTED = 10
"""Stale entries that are listed one by one."""


@record
class Applied:
    """A result with the baseline applied, lines to print, and the error if writing failed."""

    result: Result
    notes: tuple[str, ...] = ()
    error: UsageError | None = None


class RunBaseline:
    """The baseline file *path*, or the one in *folder* if *path* is None and it exists.

    With *write*, the file need not exist. Without *force*, the file in *folder*
    is no link out of the project, and no such link is written through. Raises
    ``InputError``.
    """

    def __init__(self, path: str | None, folder: str, *, write: bool, force: bool) -> None:
        self._write = write
        self._force = force
        self._baseline = _read(path, folder, write=write, force=force)

    @property
    def path(self) -> str | None:
        """The path of the file that is read or written."""
        return None if self._baseline is None else self._baseline.path

    def apply(self, result: Result, coverage: Callable[[], Coverage]) -> Applied:
        """*result* without the findings in the baseline, which is written first if requested.

        *coverage* returns what the run checked.
        """
        baseline = self._baseline
        if baseline is None:
            return Applied(result)
        written: list[str] = []
        if self._write:
            try:
                baseline = self._rewritten(baseline, result, coverage())
            except UsageError as error:
                return Applied(result, error=error)
            written = [_written_note(baseline)]
        applied, stale = baseline.apply(result, coverage())
        return Applied(applied, (*written, *_stale_notes(baseline, stale)))

    def _rewritten(self, baseline: Baseline, result: Result, coverage: Coverage) -> Baseline:
        if result.internal_errors or result.interrupted:
            raise UsageError(
                f"{baseline.path}: not written, because not everything could be checked"
            )
        updated = baseline.updated(result, coverage)
        write_file(writable(baseline.path, force=self._force), updated.text())
        return updated


def _written_note(baseline: Baseline) -> str:
    from ..report.text import plural

    count = plural(len(baseline.entries), "finding")
    return f"{baseline.path}: baseline written with {count}"


def _stale_notes(baseline: Baseline, stale: Sequence[Entry]) -> Iterator[str]:
    """Lines about the *stale* entries of *baseline*: the run no longer has these findings."""
    if not stale:
        return
    from ..report.text import plural

    occur, them = ("occurs", "it") if len(stale) == 1 else ("occur", "them")
    yield (
        f"{baseline.path}: {plural(len(stale), 'finding')} in the baseline no longer "
        f"{occur}; --write-baseline removes {them}"
    )
    for entry in stale[:_MAX_LISTED]:
        yield f"  {entry.path}: {entry.rule} {entry.message}"
    if len(stale) > _MAX_LISTED:
        yield f"  and {len(stale) - _MAX_LISTED} more"


def _read(path: str | None, folder: str, *, write: bool, force: bool) -> Baseline | None:
    file = path or os.path.relpath(os.path.join(folder, BASELINE_FILE))
    exists = os.path.lexists(file)
    if not exists and not write and path is None:
        return None
    if path is None and exists and not force and _leads_away(file):
        raise UsageError(f"{file}: a link out of the project; use --baseline to name its target")
    from ..findings.baseline import Baseline, read

    return read(file) if exists or not write else Baseline(file)


def _leads_away(file: str) -> bool:
    """Whether the existing *file* is a link to a place that is no part of its project."""
    if not os.path.islink(file):
        return False
    from ..base.destination import leads_away

    return leads_away(file)
