"""Installed packages with settings and rules, found without running any of their code.

A package says in its metadata that it is such a pack, by an entry point of the group
``cloudtrail_policylint.packs`` (packaging.python.org, "Entry points specification"): its
name is that of the pack, its value the folder with the files, as a dotted name.
"""

from __future__ import annotations

import os

GROUP = "cloudtrail_policylint.packs"
PREFIX = "pack:"
"""What a pack's name begins with in settings."""


def folder_of(name: str) -> str | None:
    """The folder of the installed pack *name*; None if there is none."""
    from importlib.metadata import entry_points

    for entry in entry_points(group=GROUP, name=name):
        path = entry.module.replace(".", "/")
        if entry.dist is not None:
            folder = str(entry.dist.locate_file(path))
            if os.path.isdir(folder):
                return folder
        folder = _editable(entry.module)
        if os.path.isdir(folder):
            return folder
    return None


def names() -> list[str]:
    """The names of all installed packs."""
    from importlib.metadata import entry_points

    return sorted(entry_points(group=GROUP).names)


def _editable(module: str) -> str:
    """The folder of *module*, of a package that is installed in place; empty if it has none.

    Only its first part is looked up, because looking up more runs the package.
    """
    from importlib.machinery import PathFinder

    first, _, rest = module.partition(".")
    try:
        spec = PathFinder.find_spec(first)
    except (ImportError, ValueError, AttributeError):
        return ""
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return os.path.join(places[0], *rest.split(".")) if places else ""
