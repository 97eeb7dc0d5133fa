"""Which files something else than policies may read: Terraform loads files by their paths."""

from __future__ import annotations

import os

from ..base.disk import UnreadableError, is_inside, project_of, walk
from ..base.formats import MODULE_FILES, OTHER_MODULE_FILES
from ..extract.terraform.file_calls import ANY_FILE, PathPattern, name_in, paths_read
from ..files.contents import read_bytes
from ..files.discover import SKIPPED_FOLDERS
from ..files.inputs import file_key
from ..tree.source import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FOLDERS = 20_000
"""The most folders of a project that are searched."""
MAX_COMPUTED = 1_000
"""The most computed paths that are compared with those of files to fix."""


class FileReaders:
    """The calls in each project that read files; they are searched for when first asked for."""

    def __init__(self) -> None:
        self._calls: dict[str, _Calls | None] = {}
        self._known: dict[tuple[str, frozenset[str]], bool] = {}

    def others(self, path: str, modules: frozenset[str]) -> bool:
        """Whether the file *path* may be read by something else than *modules*, given by folder."""
        key = (path, modules)
        if key not in self._known:
            project = project_of(os.path.dirname(path))
            if project not in self._calls:
                self._calls[project] = _searched(project)
            found = self._calls[project]
            self._known[key] = found is None or found.may_read(path, modules)
        return self._known[key]


class _Calls:
    """The calls in the files of one project, and its links.

    A call has the folder of its module if that evaluates it.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, list[tuple[PathPattern, str]]] = {}
        self._computed: dict[str, tuple[PathPattern, set[str]]] = {}
        self._links: dict[object, list[str]] = {}

    def add(self, text: str, module: str) -> None:
        """Add a call whose path has the pattern *text*, in the folder *module*; empty for tests."""
        pattern = PathPattern(text)
        if pattern.last is None:
            self._computed.setdefault(text, (pattern, set()))[1].add(module)
        else:
            self._by_name.setdefault(pattern.last, []).append((pattern, module))

    def add_link(self, path: str) -> None:
        self._links.setdefault(file_key(path), []).append(path)

    def may_read(self, path: str, modules: frozenset[str]) -> bool:
        """Whether the file *path* may be read by another call than those of *modules*.

        A module that is evaluated knows its calls, but not which names are links.
        """
        if len(self._computed) > MAX_COMPUTED:
            return True
        links = self._links.get(file_key(path), [])
        return self._names(os.path.realpath(path), modules) or any(
            self._names(link, frozenset()) for link in links
        )

    def _names(self, name: str, modules: frozenset[str]) -> bool:
        by_name = self._by_name.get(name_in(name), ())
        return any(
            pattern.may_be(name) for pattern, module in by_name if module not in modules
        ) or any(
            pattern.may_be(name) for pattern, found in self._computed.values() if found - modules
        )


def _searched(project: str) -> _Calls | None:
    """The calls in the files of *project*; None if it has too many folders."""
    found = _Calls()
    for count, (folder, folders, names) in enumerate(walk(project)):
        if count == MAX_FOLDERS:
            return None
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            path = os.path.join(folder, name)
            is_link = os.path.islink(path)
            if is_link:
                found.add_link(path)
            if name.endswith((*MODULE_FILES, *OTHER_MODULE_FILES)):
                outside = is_link and not is_inside(os.path.realpath(path), project)
                for pattern in (ANY_FILE,) if outside else _patterns(path):
                    found.add(pattern, folder if name.endswith(MODULE_FILES) else "")
    return found


def _patterns(path: str) -> Iterator[str]:
    """The patterns of the paths that the file *path* reads."""
    try:
        text = read_bytes(path).decode("utf-8", "replace")
    except UnreadableError:
        yield ANY_FILE
        return
    if next(paths_read(text), None) is None:
        return
    if path.endswith(".json"):
        yield from paths_read(text)
        return
    from ..readers.hcl.reader import calls

    source = SourceFile(path, text)
    found = calls(source)
    if found is None:
        yield ANY_FILE
        return
    for call in found:
        if (pattern := next(paths_read(call.text), None)) is not None:
            yield pattern
