"""Settings that build on others: a file, a folder or an installed pack."""

from __future__ import annotations

import os

from ..base.record import replaced
from ..base.suggest import nearest
from . import packs
from .inside import check_inside
from .model import FILES, Settings, SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEEPEST = 20
"""The most settings that build on one another."""
TABLE_NAME = "[tool.cloudtrail-policylint]"
_ADDED = ("deployed", "exclude", "kinds", "per-path", "rules", "sets", "severity", "suppress")
"""The settings of which all entries apply, those of the last file last; others are replaced."""


def with_bases(settings: Settings, within: str | None, seen: tuple[str, ...] = ()) -> Settings:
    """*settings* on top of those that they extend, in order; patterns are relative to *settings*.

    Files that are named lie *within* that folder, if given. *seen* are the files on the way.
    """
    merged: Settings | None = None
    place = dict(settings.origins)["extend"]
    if len(seen) >= DEEPEST:
        raise SettingsError(f"{place}: extend: more than {DEEPEST} files deep")
    for name in settings.extend:
        base = _base(name, place, within, seen)
        merged = base if merged is None else _on(merged, base)
    return settings if merged is None else _on(merged, settings)


def _base(name: str, place: str, within: str | None, seen: tuple[str, ...]) -> Settings:
    """The settings called *name* at *place*."""
    from .parse import settings_of
    from .table import read_table

    path = name
    if name.startswith(packs.PREFIX):
        path = within = _pack(name, place)
    if os.path.isdir(path):
        files = [os.path.join(path, file) for file in FILES]
        file = next((one for one in files if os.path.isfile(one)), None)
        if file is None and path != name:
            return Settings(folder=path, rules=(path,), origins=(("rules", place),))
        if file is None:
            raise SettingsError(f"{place}: extend: {name} has no settings file")
        path = file
    key = os.path.realpath(path)
    if key in seen:
        raise SettingsError(f"{place}: extend: {name} extends itself")
    table = read_table(path) if os.path.exists(path) else None
    if table is None:
        missing = "there is no file" if not os.path.exists(path) else f"no {TABLE_NAME} is in"
        raise SettingsError(f"{place}: extend: {missing} {name}")
    found = settings_of(table)
    if within is not None:
        check_inside(found, os.path.realpath(within))
    shared = tuple([replaced(entry, shared=True) for entry in found.suppress])
    found = replaced(found, bases=(path,), suppress=shared)
    return with_bases(found, within, (*seen, key)) if found.extend else found


def _pack(name: str, place: str) -> str:
    """The folder of the installed pack *name*."""
    found = packs.folder_of(name.removeprefix(packs.PREFIX))
    if found is None:
        known = nearest(name, [packs.PREFIX + one for one in packs.names()])
        raise SettingsError(f"{place}: extend: no installed package has a {name}{known}")
    return found


def _on(base: Settings, top: Settings) -> Settings:
    """*top* with the settings of *base* that it does not have."""
    own = dict(top.origins)
    changes: dict[str, Any] = {}
    origins = dict(own)
    for name, place in base.origins:
        field = name.replace("-", "_")
        if name in _ADDED and name in own:
            changes[field] = (*getattr(base, field), *getattr(top, field))
            origins[name] = f"{place}, {own[name]}"
        elif name not in own and name != "extend":
            changes[field] = getattr(base, field)
            origins[name] = place
            if name == "expect":
                changes["expect_file"] = base.expect_file
    bases = (*base.bases, *top.bases)
    return replaced(top, **changes, bases=bases, origins=tuple(origins.items()))
