"""The Terraform modules near a file that nobody named: those that may call its module, or load it.

Looked for in the folders above, up to the top of the project, and in those
at most ``LEVELS`` below any of them: where modules, environments and policies
are kept beside each other. Links are not followed.
"""

from __future__ import annotations

import os
import re

from ..base.disk import is_inside
from ..base.formats import MODULE_FILES
from .discover import SKIPPED_FOLDERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LEVELS = 2
"""Levels below each of the folders above that are looked at."""
MAX_FOLDERS = 500
"""Folders that one run looks at; what is beyond is as if it were not there."""

_LOADS = r"\b(?:template)?file\s*\("
_LAST_PARTS = r'([^"/\\${}\s]+)"'
_WORKED_OUT = _LOADS + r'\s*(?!"(?:\$\{\s*path\.\w+\s*\}|[^"$])*"\s*[,)])'
"""A call with more than a plain path."""


class Nearby:
    """Looks for Terraform modules outside of the folders that are *walked* anyway, each folder once."""

    def __init__(self, walked: Iterable[str]) -> None:
        self._walked = [os.path.realpath(path) for path in walked]
        self._seen: dict[str, int] = {}  # each with how many levels below it were looked at

    def around(self, folder: str, root: str) -> Iterator[str]:
        """The folders with Terraform files around *folder* inside the project *root*, the nearest first."""
        at = folder
        while True:
            real = os.path.realpath(at or ".")
            if not is_inside(real, root):
                return
            yield from self._below(at, real)
            if real == root:
                return
            at = _path(at, "..")

    def _below(self, folder: str, real: str) -> Iterator[str]:
        level = [(folder, real)]
        for levels in range(LEVELS, -1, -1):
            inner: list[tuple[str, str]] = []
            for path, at in level:
                known = self._seen.get(at)
                if known is None and (len(self._seen) >= MAX_FOLDERS or self._is_walked(at)):
                    continue
                if known is not None and known >= levels:
                    continue
                names, folders = _listed(at)
                if ".git" in names and at != real:
                    continue  # another project
                self._seen[at] = levels
                if known is None and any(name.endswith(MODULE_FILES) for name in names):
                    yield path
                inner += [(_path(path, name), os.path.join(at, name)) for name in folders]
            level = inner

    def _is_walked(self, real: str) -> bool:
        return any(is_inside(real, walked) for walked in self._walked)


def _path(folder: str, name: str) -> str:
    """*name* in *folder*, where the folder that we run in is the empty string."""
    path = os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")
    return "" if path == "." else path


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """The names of what is in *folder*, and those of the folders in it that a walk enters."""
    names: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                names.append(entry.name)
                hidden = entry.name in SKIPPED_FOLDERS or entry.name[0] == "."
                if not hidden and entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
    except OSError:
        return [], []
    return names, sorted(folders)


def may_load(text: str, folder: str, paths: Iterable[str]) -> bool:
    """Whether the Terraform *text* in *folder* may load one of the files *paths*, by the look of it.

    It has the name of one in it, or works a name out, which may be that of a
    file at or below its folder.
    """
    if re.search(_LOADS, text) is None:
        return False
    paths = list(paths)
    named = set(re.findall(_LAST_PARTS, text))
    if any(path.rpartition("/")[2] in named for path in paths):
        return True
    if re.search(_WORKED_OUT, text) is None:
        return False
    top = os.path.abspath(folder or ".")
    return any(is_inside(os.path.abspath(path), top) for path in paths)
