"""Print the lowest versions of dependencies in ``pyproject.toml``, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"
BOUNDED = re.compile(r"(?P<name>[\w.-]+)>=(?P<lowest>[\w.]+),<[\w.]+")


def lowest() -> dict[str, str]:
    """The lowest allowed version of each dependency, by name."""
    known = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    found = (BOUNDED.fullmatch(needed) for needed in known)
    return {one["name"]: one["lowest"] for one in found if one}


if __name__ == "__main__":
    for name, version in lowest().items():
        print(f"{name}=={version}")
