"""Adds to the wheel: the rules, as files and compiled into one, the manual page, and completion for shells."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("cloudtrail-policylint", "ctpl")
"""The names of the command."""
COMPLETION = {
    "bash": "share/bash-completion/completions/{}",
    "zsh": "share/zsh/site-functions/_{}",
    "fish": "share/fish/vendor_completions.d/{}.fish",
}
"""Where each shell looks for the completion of a command."""


class RulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds what is made to a wheel; an editable install reads the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the rules, and write the manual and completion, before the wheel is built."""
        if version != "standard":
            return
        self.folder = tempfile.mkdtemp()
        sys.path.insert(0, self.root)
        try:
            from cloudtrail_policylint.rulebook.load import COMPILED, compiled
            from cloudtrail_policylint.rulebook.model import rule_book

            rules = os.path.join(self.root, "rules")
            text = compiled(rules)
            path = self._write(COMPILED, text)
            build_data["force_include"][path] = f"cloudtrail_policylint/{COMPILED}"
            build_data["force_include"][rules] = "cloudtrail_policylint/rules"
            for to, content in _shared(rule_book(text).ids(), self.metadata.version):
                path = self._write(to.replace("/", "-"), content.encode("ascii"))
                build_data["shared_data"][path] = to
        finally:
            sys.path.remove(self.root)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made after the wheel is built."""
        import shutil

        if version == "standard":
            shutil.rmtree(self.folder)

    def _write(self, name: str, content: bytes) -> str:
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path


def _shared(rules: list[str], version: str) -> Iterator[tuple[str, str]]:
    """The files below the prefix of an installation, and what is in them."""
    from cloudtrail_policylint.cli.completion import script
    from cloudtrail_policylint.cli.options import parser_for_all
    from hatch_manual import manual

    yield "share/man/man1/cloudtrail-policylint.1", manual(parser_for_all(), version)
    yield "share/man/man1/ctpl.1", ".so man1/cloudtrail-policylint.1\n"
    for name in NAMES:
        for shell, place in COMPLETION.items():
            yield place.format(name), script(shell, rules, name) + "\n"
