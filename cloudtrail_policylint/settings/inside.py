"""Keeping what settings name inside of a folder."""

from __future__ import annotations

import os

from ..base.disk import is_inside
from .model import Settings, SettingsError


def check_inside(settings: Settings, folder: str) -> None:
    """Raise ``SettingsError`` if a path that *settings* name is outside of *folder*.

    The folder of git is no part of it.
    """
    from ..base.destination import is_in_git_folder
    from .packs import PREFIX

    for key, given in (
        ("extend", [name for name in settings.extend if not name.startswith(PREFIX)]),
        ("rules", settings.rules),
        ("baseline", (settings.baseline,)),
        ("expect", (settings.expect_file,)),
    ):
        for path in filter(None, given):
            real, where = os.path.realpath(path), ""
            if not is_inside(real, folder):
                where = "outside the project"
            elif is_in_git_folder(real):
                where = "in a folder of git"
            if where:
                place = dict(settings.origins)[key]
                option = "--config" if key == "extend" else f"--{key} and --config"
                raise SettingsError(
                    f"{place}: {key}: {path} is {where}; only {option} may name such a path"
                )
