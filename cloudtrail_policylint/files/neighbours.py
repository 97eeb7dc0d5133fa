"""Neighbours: modules and templates near a file that were not given, but may use it.

A Terraform module may call or load it, a CloudFormation template may deploy it
as a nested stack.

They are searched for in the folders above the file, up to the top of the
project, and at most ``LEVELS`` below each of these, where projects keep modules,
environments and policies beside each other. Links are not followed.
"""

from __future__ import annotations

import os
import re

from ..base.disk import UnreadableError, is_inside
from ..base.formats import MODULE_FILES, TEMPLATES
from .contents import may_nest, read_bytes
from .discover import SKIPPED_FOLDERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..base.disk import Projects

LEVELS = 2
"""How many levels below each folder above are searched."""
MAX_FOLDERS = 500
"""The most folders that one run searches."""
MAX_TEMPLATES = 500
"""The most files that one run reads in search of templates."""

_LOADS = r"\b(?:template)?file\s*\("
_LAST_PARTS = r'(?<![^"/\\${}\s])([^"/\\${}\s]++)"'
_COMPUTED = _LOADS + r'\s*+(?!"(?:\$\{\s*+path\.\w++\s*+\}|[^"$])*+"\s*+[,)])'
"""A call whose path is an expression."""


class Nearby:
    """Searches outside of the folders *walked*, in each folder once, for files with *suffixes*."""

    def __init__(
        self,
        walked: Iterable[str],
        projects: Projects,
        suffixes: tuple[str, ...] = MODULE_FILES,
    ) -> None:
        self._projects = projects
        self._suffixes = suffixes
        self._walked = [os.path.realpath(path) for path in walked]
        self._started: set[tuple[str, str]] = set()
        self._seen: dict[str, int] = {}  # with the number of levels below that were searched

    def around(self, folder: str) -> Iterator[str]:
        """The folders with such files near *folder* in its project, nearest first."""
        at, root = folder, self._projects.of(folder)
        while (at, root) not in self._started:  # the folders above were searched then, too
            self._started.add((at, root))
            real = self._projects.real(at)
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
                if known is None and any(name.endswith(self._suffixes) for name in names):
                    yield path
                inner += [(_path(path, name), os.path.join(at, name)) for name in folders]
            level = inner

    def _is_walked(self, real: str) -> bool:
        return any(is_inside(real, walked) for walked in self._walked)


def _path(folder: str, name: str) -> str:
    """*name* in *folder*, with the empty string for the current folder."""
    path = os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")
    return "" if path == "." else path


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """The names of the entries of *folder*, and of the folders among them to search."""
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


def templates_near(
    paths: Sequence[str], walked: Iterable[str], projects: Projects
) -> Iterator[str]:
    """The files near the templates *paths* that may be templates with one of them as a nested stack."""
    named = {os.path.dirname(path): set[str]() for path in paths}
    for path in paths:
        named[os.path.dirname(path)].add(os.path.basename(path))
    words = [os.fsencode(name) for names in named.values() for name in names]
    nearby = Nearby(walked, projects, TEMPLATES)
    left = MAX_TEMPLATES
    for start in sorted(named):
        for folder in nearby.around(start):
            for name in sorted(_listed(folder or ".")[0]):
                path = f"{folder}/{name}" if folder else name
                if path in paths or not name.endswith(TEMPLATES):
                    continue
                if left == 0:
                    return
                left -= 1
                try:
                    data = read_bytes(path)
                except UnreadableError:
                    continue
                if may_nest(data) and any(word in data for word in words):
                    yield path


def may_load(text: str, folder: str, paths: Iterable[str]) -> bool:
    """Whether the Terraform *text* in *folder* may load one of the files *paths*.

    It may if it contains the name of one, or computes a path and one of them is
    in or below *folder*.
    """
    if re.search(_LOADS, text) is None:
        return False
    paths = list(paths)
    named = set(re.findall(_LAST_PARTS, text))
    if any(path.rpartition("/")[2] in named for path in paths):
        return True
    if re.search(_COMPUTED, text) is None:
        return False
    top = os.path.abspath(folder or ".")
    return any(is_inside(os.path.abspath(path), top) for path in paths)
