"""Which files something else than policies may read: Terraform loads files by their paths."""

from __future__ import annotations

import os

from ..base.disk import UnreadableError, is_inside, project_of, walk
from ..base.formats import MODULE_FILES, OTHER_MODULE_FILES
from ..base.record import record
from ..extract.terraform.file_calls import ANY_FILE, may_be, paths_read
from ..files.contents import read_bytes
from ..files.discover import SKIPPED_FOLDERS
from ..files.inputs import file_key
from ..tree.source import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FOLDERS = 20_000
"""The most folders of a project that are searched."""


@record
class _Call:
    """A call that reads the files whose paths match ``pattern``, in a file of the folder ``folder``.

    ``is_of_module``: the file declares things, and is evaluated with its module.
    """

    folder: str
    is_of_module: bool
    pattern: str


class FileReaders:
    """The calls in each project that read files; they are searched for when first asked for."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[list[_Call], list[str]] | None] = {}

    def others(self, path: str, modules: set[str]) -> bool:
        """Whether the file *path* may be read by something else than *modules*, given by folder."""
        project = project_of(os.path.dirname(path))
        if project not in self._calls:
            self._calls[project] = _searched(project)
        found = self._calls[project]
        if found is None:
            return True
        calls, links = found
        key = file_key(path)
        other_names = [link for link in links if file_key(link) == key]
        names = [os.path.realpath(path), *other_names]
        for call in calls:
            # A module that is evaluated knows its calls, but not which names are links.
            is_known = call.is_of_module and call.folder in modules
            if any(may_be(call.pattern, name) for name in (other_names if is_known else names)):
                return True
        return False


def _searched(project: str) -> tuple[list[_Call], list[str]] | None:
    """The calls in the files of *project*, and its links; None if it has too many folders."""
    calls: list[_Call] = []
    links: list[str] = []
    for count, (folder, folders, names) in enumerate(walk(project)):
        if count == MAX_FOLDERS:
            return None
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                links.append(path)
            if name.endswith((*MODULE_FILES, *OTHER_MODULE_FILES)):
                of_module = name.endswith(MODULE_FILES)
                outside = os.path.islink(path) and not is_inside(os.path.realpath(path), project)
                patterns = (ANY_FILE,) if outside else _patterns(path)
                calls += [_Call(folder, of_module, pattern) for pattern in patterns]
    return calls, links


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
