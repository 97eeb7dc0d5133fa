"""Puts the rules into the wheel: the files themselves, and all of them compiled into one."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds ``rules`` and ``_rules.json`` to a wheel; an editable install reads the checkout's own rules."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is assembled."""
        if version != "standard":
            return
        sys.path.insert(0, self.root)
        try:
            from cloudtrail_policylint.rulebook.load import COMPILED, compiled

            rules = os.path.join(self.root, "rules")
            self.folder = tempfile.mkdtemp()
            path = os.path.join(self.folder, COMPILED)
            with open(path, "w", encoding="utf-8") as file:
                file.write(compiled(rules))
        finally:
            sys.path.remove(self.root)
        build_data["force_include"][path] = f"cloudtrail_policylint/{COMPILED}"
        build_data["force_include"][rules] = "cloudtrail_policylint/rules"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called when the wheel is there."""
        import shutil

        if version == "standard":
            shutil.rmtree(self.folder)
