"""How a run is shared out: what must be judged by one process, and what each piece of it came to.

Files that judge each other stay together: modules of Terraform that call one
another, and templates with nested stacks. So a run has the same result
however many processes share it.
"""

from __future__ import annotations

import os

from ..base.record import record
from ..files import discover
from ..files.inputs import path_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..files.inputs import Files
    from ..findings.finding import Finding
    from ..findings.suppress import Suppression
    from ..tree.source import Place, Span
    from .statistics import Tally

MODULES, STACKS = "modules", "stacks"
"""What a unit may be of, besides the language of a single file."""

_OF_MODULES = (discover.TERRAFORM, discover.TEMPLATE)
"""Languages of files that are judged with their module, not by themselves."""

BYTES_A_PROCESS = 250_000
"""Characters to judge for which one more process pays, see docs/architecture.md."""
MOST_PROCESSES = 8
"""Processes that are used where nobody says how many: more gain little, and each has memory of its own."""


@record
class Unit:
    """What one process must judge: the files, or folders of modules, ``paths``; ``size`` in characters."""

    of: str
    paths: tuple[str, ...]
    size: int


def units_of(files: Files) -> list[Unit]:
    """What there is to judge of *files*, modules first, because of what they load."""
    found = []
    for folders in files.projects():
        sources = [source for folder in folders for source in files.module_sources(folder)]
        found.append(Unit(MODULES, tuple(folders), sum(len(source.text) for source in sources)))
    nesting = files.nesting()
    if nesting:
        size = sum(len(source.text) for path in nesting if (source := files.source(path)))
        found.append(Unit(STACKS, tuple(nesting), size))
    for candidate in files.candidates:
        if candidate.language in _OF_MODULES:
            continue
        source = files.source(candidate.path)
        if source is not None and files.matters(candidate.path):
            found.append(Unit(candidate.language, (candidate.path,), len(source.text)))
    return found


def processes_for(units: Sequence[Unit], jobs: int | None) -> int:
    """How many processes are to judge *units*: *jobs*, or as many as pay, and never more than there are units."""
    if jobs is None:
        size = sum(unit.size for unit in units)
        jobs = min(size // BYTES_A_PROCESS, MOST_PROCESSES, _cores())
    return max(1, min(jobs, len(units)))


def _cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Part:
    """What judging came to: of one file or module, or so far of many.

    ``documents`` were judged, and those at ``places``, which several modules
    may load. ``loaded`` are the files that the policies of modules and nested
    templates stand in, by key; ``crashes`` and ``allowed`` are each there once.
    """

    __slots__ = ("allowed", "crashes", "documents", "findings", "loaded", "places", "tally")

    def __init__(self, tally: Tally | None = None) -> None:
        self.findings: list[Finding] = []
        self.documents = 0
        self.places: dict[Place, Span] = {}
        self.loaded: set[str] = set()
        self.allowed: dict[tuple[int, int, str], Suppression] = {}
        self.crashes: dict[str, None] = {}
        self.tally = tally

    def fresh(self) -> Part:
        """An empty one that counts what this one does."""
        if self.tally is None:
            return Part()
        from .statistics import Tally

        return Part(Tally())

    def allow(self, suppression: Suppression) -> None:
        """Take *suppression*, unless it is known: files are read more than once."""
        span, word = suppression.span, suppression.words[0][0]
        self.allowed.setdefault((id(span.source), span.start, word), suppression)

    def note_crash(self, place: str, rule: str, error: Exception) -> None:
        """Note a mistake of ours and the *rule* that it is in, if it is in one; once for all calls of a module."""
        where = f" in rule {rule}" if rule else ""
        reason = str(error).partition("\n")[0]
        crash = f"{place}: internal error{where}: {type(error).__name__}: {reason}"
        self.crashes[f"{crash}; this is a mistake of ours, please report it"] = None

    def add(self, other: Part) -> None:
        """Take in what *other* came to."""
        self.findings += other.findings
        self.documents += other.documents
        for span in other.places.values():  # by keys of this process
            self.places.setdefault(span.key(), span)
        for suppression in other.allowed.values():
            self.allow(suppression)
        self.crashes.update(other.crashes)
        if self.tally is not None and other.tally is not None:
            self.tally.merge(other.tally)


def add_all(judged: Iterable[tuple[Unit, Iterable[Part]]], whole: Part, files: Files) -> bool:
    """Add to *whole* what units of *files* came to; False if the user interrupted, and then what there was.

    They come in the order of ``units_of``, and modules are added in that of
    their folders. A file that one of them loads has been judged with it, as
    what it is there.
    """
    order = {folder: number for number, folder in enumerate(files.modules())}
    found: list[tuple[int, Part]] = []
    loaded: set[str] = set()
    through = True
    try:
        for unit, parts in judged:
            if unit.of not in (MODULES, STACKS) and path_key(unit.paths[0]) in loaded:
                continue
            for part, path in zip(
                parts, unit.paths, strict=False
            ):  # parts first: to their very end
                found.append((order.get(path, len(order)), part))
                loaded |= part.loaded
    except KeyboardInterrupt:
        through = False
    for _, part in sorted(found, key=lambda pair: pair[0]):
        whole.add(part)
    return through
