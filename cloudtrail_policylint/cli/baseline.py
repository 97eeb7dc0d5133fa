"""The baseline of a run: which one it is, what it leaves of the findings, and writing it."""

from __future__ import annotations

import os

from .output import UsageError, say, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..baseline import Baseline, Coverage, Entry
    from ..result import Result

NAME = ".cloudtrail-policylint-baseline.json"
"""What the file is called where nothing else is said."""

_SHOWN = 10
"""Entries that are named one by one when they are to be removed."""


def chosen(named: str | None, folder: str, *, to_write: bool) -> Baseline | None:
    """The baseline of the file *named*; of the one in *folder* if there is one, where none is named.

    To write one, the file need not be there. Raises ``UsageError``.
    """
    path = named or os.path.relpath(os.path.join(folder, NAME))
    there = os.path.lexists(path)
    if not there and not to_write and named is None:
        return None
    from ..baseline import Baseline, BaselineError, read

    if not there and to_write:
        return Baseline(path)
    try:
        return read(path)
    except BaselineError as error:
        raise UsageError(str(error)) from None


def rewritten(baseline: Baseline, result: Result, coverage: Coverage) -> Baseline:
    """The *baseline* with the findings of *result*, written to its file; raises ``UsageError``."""
    if result.crashes:
        raise UsageError(f"{baseline.path}: not written, because not everything could be judged")
    renewed = baseline.renewed(result, coverage)
    write(baseline.path, renewed.text())
    return renewed


def tell_written(baseline: Baseline) -> None:
    """Say what stands in *baseline* now."""
    from ..report.printable import printable
    from ..report.text import plural

    say(
        f"{printable(baseline.path)}: {plural(len(baseline.entries), 'finding')} in the baseline now"
    )


def tell_removable(path: str, entries: Iterable[Entry]) -> None:
    """Say that *entries* of the baseline *path* may go."""
    from ..report.printable import printable
    from ..report.text import plural

    found = list(entries)
    if not found:
        return
    number = f"{plural(len(found), 'finding')} of the baseline"
    gone = f"{number} {'is' if len(found) == 1 else 'are'} gone"
    say(
        f"{printable(path)}: {gone}; --write-baseline removes {'it' if len(found) == 1 else 'them'}"
    )
    for entry in found[:_SHOWN]:
        say(printable(f"  {entry.path}: {entry.rule} {entry.message}"))
    if len(found) > _SHOWN:
        say(f"  and {len(found) - _SHOWN} more")
