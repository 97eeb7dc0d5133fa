"""The modules that ``terraform init`` has downloaded, by its list ``.terraform/modules/modules.json``.

Each entry has the key of a module (``trail.bucket``: the module that ``trail`` calls
``bucket``), its source, and its folder from that of the root module (hashicorp/terraform,
``internal/modsdir``). The list is input like any other file.
"""

from __future__ import annotations

import os

from ..base.disk import UnreadableError, is_inside, path_key, path_of
from .contents import read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.disk import Projects

MOST = 2000
"""The most modules of one list that are used."""


class Installed:
    """The downloaded modules of the root modules that were added, in the same project."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._calls: dict[str, dict[str, tuple[str, str]]] = {}  # by the calling folder and name

    def add(self, root: str, path: str) -> None:
        """Add the modules in the list *path* of the root module *root*."""
        project = self._projects.of(root)
        entries = _entries(path, project)
        for key, (source, folder) in entries.items():
            above, _, name = key.rpartition(".")
            caller = entries.get(above, ("", "."))[1] if above else "."
            at = _joined(root, folder)
            if name and not source.startswith(("./", "../")) and self._is_module(at, project):
                calls = self._calls.setdefault(path_key(os.path.join(root, caller)), {})
                calls.setdefault(name, (source, at))

    def called(self, folder: str) -> list[str]:
        """The folders of downloaded modules that the module of *folder* calls."""
        return [at for _, at in self._calls.get(path_key(folder), {}).values()]

    def of_call(self, folder: str, name: str, source: str) -> str | None:
        """The folder of the module that the module of *folder* calls *name*, from *source*."""
        written, at = self._calls.get(path_key(folder), {}).get(name, ("", ""))
        return at if at and _is_same(source, written) else None

    def _is_module(self, folder: str, project: str) -> bool:
        real = self._projects.real(folder)
        return is_inside(real, project) and os.path.isdir(real)


def _is_same(source: str, installed: str) -> bool:
    """Whether *source* may have become *installed*: that of a registry gets a host in front."""
    return installed.endswith(source) or ":" in installed


def _entries(path: str, project: str) -> dict[str, tuple[str, str]]:
    """The source and folder of each module in the list *path*; none if it cannot be used."""
    import json

    try:
        if not is_inside(os.path.realpath(path), project):
            return {}
        listed = json.loads(read_bytes(path))["Modules"]
        found = {one["Key"]: (one["Source"], one["Dir"]) for one in listed[:MOST]}
    except (UnreadableError, ValueError, RecursionError, LookupError, TypeError):
        return {}
    return {
        key: (source, folder)
        for key, (source, folder) in found.items()
        if all(isinstance(text, str) for text in (key, source, folder)) and path_of(folder)
    }


def _joined(root: str, folder: str) -> str:
    path = os.path.normpath(os.path.join(root, folder)).replace(os.sep, "/")
    return "" if path == "." else path
