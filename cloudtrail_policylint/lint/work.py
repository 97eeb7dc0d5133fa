"""Units of work, which one process checks as a whole, and the sum of all their outcomes.

Files that need each other are one unit: Terraform modules that call one
another, and templates with nested stacks. So the result does not depend on the
number of worker processes.
"""

from __future__ import annotations

import os
from functools import partial

from ..base.disk import path_key
from ..base.formats import TEMPLATES
from ..base.record import record
from .outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..files import Files

MODULES, STACKS = "modules", "stacks"
"""Kinds of units besides the format of a single file."""

CHARACTERS_A_PROCESS = 250_000
"""Characters for which one more worker process saves time, see docs/architecture.md."""
MOST_PROCESSES = 8
"""The most workers if no number is given: more gain little, and each needs its own memory."""


@record
class Unit:
    """Files, or folders of modules, that one process checks together; ``size`` in characters."""

    of: str
    paths: tuple[str, ...]
    size: int


def units_of(files: Files, changed: Sequence[str] | None = None) -> list[Unit]:
    """The units of *files*; modules come first, because they check the files that they load.

    With *changed*, only those that may depend on these files.
    """
    units = _all_units(files)
    if changed is None:
        return units
    is_touched = partial(_is_touched, files, changed, {path_key(path) for path in changed})
    return [unit for unit in units if is_touched(unit)]


def _is_touched(files: Files, changed: Sequence[str], keys: set[str], unit: Unit) -> bool:
    """Whether *unit* may depend on a file of *changed*, which have the *keys*."""
    if unit.of == STACKS:
        return any(path.endswith(TEMPLATES) for path in changed)
    if unit.of != MODULES:
        return path_key(unit.paths[0]) in keys
    from ..files.neighbours import may_load

    modules = files.modules
    folders = {path_key(folder) for folder in modules.project_of(unit.paths[0])}
    for path in changed:
        folder = os.path.dirname(path)
        # Which modules called one that is gone, or were called by it, is not known.
        if path_key(folder) in folders or not os.path.isdir(folder):
            return True
    if any(path_key(one.path) in keys for one in modules.variants(unit.paths)):
        return True
    return any(path_key(one.path) in keys for one in modules.definitions()) or any(
        may_load(source.text, folder, changed)
        for folder in unit.paths
        for source in modules.module_sources(folder)
    )


def _all_units(files: Files) -> list[Unit]:
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
    """The number of processes for *units*: *jobs*, or by their size if None; at most one a unit."""
    if jobs is None:
        size = sum(unit.size for unit in units)
        jobs = min(size // CHARACTERS_A_PROCESS, MOST_PROCESSES, _cores())
    return max(1, min(jobs, len(units)))


def _cores() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def total(checked: Iterable[tuple[Unit, Iterable[Outcome]]], files: Files) -> tuple[Outcome, bool]:
    """The sum of the outcomes of the units of *files*, and whether the user interrupted.

    Units are *checked* in the order of ``units_of``, and modules are added in the
    order of their folders. A file that a module loads has been checked with the
    module, and is not checked by itself.
    """
    order = {folder: number for number, folder in enumerate(files.modules.to_check())}
    found: list[tuple[int, Outcome]] = []
    loaded: set[str] = set()
    interrupted = False
    try:
        for unit, outcomes in checked:
            if unit.of not in (MODULES, STACKS) and path_key(unit.paths[0]) in loaded:
                continue
            # Outcomes come first in zip(), so that they are consumed to their end.
            for outcome, path in zip(outcomes, unit.paths, strict=False):
                found.append((order.get(path, len(order)), outcome))
                loaded |= outcome.loaded
    except KeyboardInterrupt:
        interrupted = True
    whole = Outcome()
    for _, outcome in sorted(found, key=lambda pair: pair[0]):
        whole.add(outcome)
    return whole, interrupted
