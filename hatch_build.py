"""Adds the rules to the wheel: their files, and all of them compiled into one file."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds ``rules`` and ``_rules.json`` to a wheel; an editable install reads the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the rules before the wheel is built."""
        if version != "standard":
            return
        sys.path.insert(0, self.root)
        try:
            from cloudtrail_policylint.rulebook.load import COMPILED, compiled

            rules = os.path.join(self.root, "rules")
            self.folder = tempfile.mkdtemp()
            path = os.path.join(self.folder, COMPILED)
            with open(path, "wb") as file:
                file.write(compiled(rules))
        finally:
            sys.path.remove(self.root)
        build_data["force_include"][path] = f"cloudtrail_policylint/{COMPILED}"
        build_data["force_include"][rules] = "cloudtrail_policylint/rules"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the compiled file after the wheel is built."""
        import shutil

        if version == "standard":
            shutil.rmtree(self.folder)
