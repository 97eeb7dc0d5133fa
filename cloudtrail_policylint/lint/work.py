"""Units of work: what one process must check, and the sum of the outcomes of all.

Files that need each other stay together: modules of Terraform that call one
another, and templates with nested stacks. So a run has the same result
however many processes share it.
"""

from __future__ import annotations

import os

from ..base.record import record
from ..files.inputs import path_key
from .outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..files.collection import Files

MODULES, STACKS = "modules", "stacks"
"""What a unit may be of, besides the format of a single file."""

CHARACTERS_A_PROCESS = 250_000
"""Characters for which one more process pays, see docs/architecture.md."""
MOST_PROCESSES = 8
"""Processes that are used where nobody says how many: more gain little, and each has memory of its own."""


@record
class Unit:
    """What one process must check: the files, or folders of modules, ``paths``; ``size`` in characters."""

    of: str
    paths: tuple[str, ...]
    size: int


def units_of(files: Files) -> list[Unit]:
    """What there is to check of *files*, modules first, because of what they load."""
    inputs, modules = files.inputs, files.modules
    found = []
    for folders in modules.projects():
        sources = [source for folder in folders for source in modules.module_sources(folder)]
        found.append(Unit(MODULES, tuple(folders), sum(len(source.text) for source in sources)))
    nesting = inputs.nesting()
    if nesting:
        size = sum(len(source.text) for path in nesting if (source := inputs.source(path)))
        found.append(Unit(STACKS, tuple(nesting), size))
    for candidate in inputs.candidates:
        if not candidate.format.by_itself:
            continue
        source = inputs.source(candidate.path)
        if source is not None and inputs.matters(candidate.path):
            found.append(Unit(candidate.format.name, (candidate.path,), len(source.text)))
    return found


def workers_for(units: Sequence[Unit], jobs: int | None) -> int:
    """How many processes check *units*: *jobs*, or as many as pay, and never more than there are units."""
    if jobs is None:
        size = sum(unit.size for unit in units)
        jobs = min(size // CHARACTERS_A_PROCESS, MOST_PROCESSES, _cores())
    return max(1, min(jobs, len(units)))


def _cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def total(judged: Iterable[tuple[Unit, Iterable[Outcome]]], files: Files) -> tuple[Outcome, bool]:
    """The sum of the outcomes of the units of *files*; and whether the user interrupted, so that it is only a part.

    They come in the order of ``units_of``, and modules are added in that of
    their folders. A file that one of them loads has been checked with it, as
    what it is there.
    """
    order = {folder: number for number, folder in enumerate(files.modules.to_check())}
    found: list[tuple[int, Outcome]] = []
    loaded: set[str] = set()
    interrupted = False
    try:
        for unit, outcomes in judged:
            if unit.of not in (MODULES, STACKS) and path_key(unit.paths[0]) in loaded:
                continue
            # Outcomes first: to their very end.
            for outcome, path in zip(outcomes, unit.paths, strict=False):
                found.append((order.get(path, len(order)), outcome))
                loaded |= outcome.loaded
    except KeyboardInterrupt:
        interrupted = True
    whole = Outcome()
    for _, outcome in sorted(found, key=lambda pair: pair[0]):
        whole.add(outcome)
    return whole, interrupted
