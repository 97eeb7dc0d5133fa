"""What is in the source distribution."""

from __future__ import annotations

import subprocess
import tomllib

import pytest

from support.paths import PROJECT

ALWAYS = {".gitignore", "LICENSE", "README.md", "pyproject.toml"}
"""What hatchling adds by itself."""
LEFT_OUT = {".gitattributes"}


@pytest.mark.skipif(not (PROJECT / ".git").exists(), reason="asks git which files there are")
def test_the_source_distribution_has_every_file_and_folder() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    tracked = {name.partition("/")[0] for name in listed.stdout.splitlines()}
    targets = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    included = targets["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert included == sorted(included)
    assert {name.removeprefix("/") for name in included} == tracked - ALWAYS - LEFT_OUT
