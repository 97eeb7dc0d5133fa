"""Files that a file in the run loads or lists: nothing outside of its project."""

from __future__ import annotations

import os
from functools import lru_cache

from ..base.destination import is_in_git_folder
from ..base.disk import UnreadableError, is_inside, path_of, walk
from ..base.formats import OTHER_MODULE_FILES
from ..base.lazy_regex import regex
from .contents import read_bytes
from .discover import SKIPPED_FOLDERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..base.disk import Projects
    from ..tree.source import SourceFile
    from .inputs import Inputs

MAX_LISTED = 2000
"""The most files below a folder for which ``fileset()`` is evaluated."""


def loader(inputs: Inputs, projects: Projects, folder: str) -> Callable[[str], SourceFile | None]:
    """A function that opens a file by its path from *folder*, for ``file()`` and nested stacks."""

    def load(relative: str) -> SourceFile | None:
        named = path_of(f"{folder}/{relative}" if folder else relative)
        if named is None:
            return None
        path = os.path.normpath(named)
        if not _may_be_read(path, projects.of(folder)):
            return None
        source = inputs.source(path.replace(os.sep, "/"), referred=True)
        if source is not None:
            inputs.add_given(source)
        return source

    return load


def _may_be_read(path: str, project: str) -> bool:
    """Whether *path* is part of *project*, to which the folder of git does not belong."""
    real = os.path.realpath(path)
    return is_inside(real, project) and not is_in_git_folder(real)


def lister(projects: Projects, folder: str) -> Callable[[str], list[str]]:
    """A function that lists the files below a folder, given from *folder*, for ``fileset()``."""

    @lru_cache(maxsize=16)
    def names(relative: str) -> list[str]:
        found: list[str] = []
        path = path_of(os.path.join(folder or ".", relative))
        if path is None:
            return found
        top = os.path.normpath(path)
        if _may_be_read(top, projects.of(folder)):
            for at, folders, files in walk(top):
                folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
                below = os.path.relpath(at, top)
                found += [os.path.normpath(os.path.join(below, name)) for name in sorted(files)]
                if len(found) > MAX_LISTED:
                    return []
        return [path.replace(os.sep, "/") for path in found]

    return names


_NAMED = regex(r"\b(local|var)\.([\w-]+)")
TESTS = "tests"
"""The folder in that of a module where ``terraform test`` looks for tests."""


def tests_in(folder: str, project: str) -> set[tuple[str, str]] | None:
    """The names (``local.x``) in tests in *folder* and other files with expressions about a module.

    None if one cannot be read, or is a link out of *project*.
    """
    try:
        names = os.listdir(folder)
    except OSError:
        return set()
    found: set[tuple[str, str]] = set()
    for name in names:
        if name.endswith(OTHER_MODULE_FILES):
            path = os.path.join(folder, name)
            if not _may_be_read(path, project):
                return None
            try:
                text = read_bytes(path).decode("utf-8", "replace")
            except UnreadableError:
                return None
            found.update((one[1], one[2]) for one in _NAMED.finditer(text))
    return found
