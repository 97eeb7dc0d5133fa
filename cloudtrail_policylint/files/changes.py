"""What has changed since a commit: which files, which of their lines, and what they were."""

from __future__ import annotations

import os
from collections import Counter

from ..base.disk import UnreadableError, path_key
from ..base.formats import format_of
from .contents import decode, read_bytes
from .git import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..tree.source import SourceFile, Span
    from .inputs import Overlay

MOST_COMPARED = 2_000_000
"""The most pairs of equal lines of two versions of a file; with more of them all lines count as changed."""
MOST_RENAMED = 100
"""The most new and the most deleted files of which pairs are compared."""
_ALIKE = 0.5
"""The share of common lines from which a new file is a deleted one with another name, as for git."""


class Changes:
    """The changes between the merge base of HEAD and the commit *name*, and the working tree.

    *option* is the option that names the commit, for messages. Raises ``UsageError``.
    """

    def __init__(self, name: str, option: str) -> None:
        repository = Repository(option)
        self.top = repository.top
        changed = repository.changed(repository.merge_base(name))
        self.submodules = repository.submodules
        """The submodules at another commit; which of their files changed is not known."""
        known = {
            one.path: one.object
            for one in changed
            if one.object and format_of(one.path) is not None
        }
        contents = repository.contents(sorted(set(known.values())))
        self._before: dict[str, bytes | None] = {}
        self._paths: dict[str, str] = {}
        for one in changed:
            path = os.path.join(self.top, *one.path.split("/"))
            key = path_key(path)
            self._paths[key] = path
            if not one.object:
                self._before[key] = None  # new, or not known
            elif one.path in known:
                self._before[key] = contents.get(one.object)
        self._old = dict(self._renamed())
        self._lines: dict[SourceFile, list[range] | None] = {}

    @property
    def before(self) -> Overlay:
        """The former contents of the changed files that may have policies, None for new ones."""
        return {self._paths[key]: data for key, data in self._before.items()}

    def paths(self) -> list[str]:
        """The changed files, deleted ones too."""
        return list(self._paths.values())

    def has(self, path: str) -> bool:
        """Whether the file *path* has changed."""
        return path_key(path) in self._paths

    def former(self, path: str) -> str:
        """The key of the file *path* at the commit: of its former name if it was renamed."""
        key = path_key(path)
        return self._old.get(key, key)

    def touch(self, span: Span) -> bool:
        """Whether a line of *span* is new or has changed."""
        key = path_key(span.source.path)
        if key not in self._paths:
            return False
        if span.source not in self._lines:
            before = self._before.get(self._old.get(key, key))
            ranges = None if before is None else _changed_lines(before, span.source)
            self._lines[span.source] = ranges
        ranges = self._lines[span.source]
        if ranges is None:
            return True
        first = span.source.position(span.start)[0]
        last = span.source.position(max(span.start, span.end - 1))[0]
        return any(one.start <= last and first < one.stop for one in ranges)

    def _renamed(self) -> Iterator[tuple[str, str]]:
        """The keys of files that are deleted ones with another name, each with that of the old one."""
        gone = {
            key: data
            for key, data in self._before.items()
            if data is not None and not os.path.lexists(self._paths[key])
        }
        new: dict[str, bytes] = {}
        for key, data in self._before.items():
            path = self._paths[key]
            if data is None and format_of(path) is not None and len(new) < MOST_RENAMED:
                try:
                    new[key] = read_bytes(path)
                except UnreadableError:
                    continue
        if not new or len(gone) > MOST_RENAMED:
            return
        lines = {key: Counter(data.splitlines()) for key, data in (*gone.items(), *new.items())}
        pairs = sorted(
            ((_common(lines[old], lines[key]), old, key) for old in gone for key in new),
            key=lambda pair: (-pair[0], pair[1:]),
        )
        taken: set[str] = set()
        for share, old, key in pairs:
            same = os.path.splitext(old)[1] == os.path.splitext(key)[1]
            if share >= _ALIKE and same and taken.isdisjoint((old, key)):
                taken.update((old, key))
                yield key, old


def _common(old: Counter[bytes], new: Counter[bytes]) -> float:
    """The share of lines that two files have in common."""
    most = max(old.total(), new.total())
    return (old & new).total() / most if most else 0.0


def _changed_lines(before: bytes, source: SourceFile) -> list[range] | None:
    """The lines of *source*, from 1, that *before* does not have there; None for all."""
    try:
        old = _lines_of(decode(before))
    except UnreadableError:
        return None
    new = _lines_of(source.text)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if not _is_comparable(old, new):
        return [range(start + 1, start + 1 + len(new))]
    from difflib import SequenceMatcher

    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        range(start + first + 1, start + last + 1)
        for tag, _, _, first, last in blocks
        if tag != "equal" and last > first
    ]


def _is_comparable(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether comparing the lines takes little time, which many equal lines do not."""
    counts = Counter(old)
    return sum(counts[line] for line in new) <= MOST_COMPARED


def _lines_of(text: str) -> list[str]:
    """The lines of *text* as ``SourceFile`` counts them, without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
