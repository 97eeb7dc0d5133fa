"""Print the lowest versions that ``pyproject.toml`` allows of what the package needs, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"
BOUNDED = re.compile(r"(?P<name>[\w.-]+)>=(?P<lowest>[\w.]+),<[\w.]+")


def lowest() -> dict[str, str]:
    """The lowest version of each dependency, by its name."""
    known = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    found = (BOUNDED.fullmatch(needed) for needed in known)
    return {one["name"]: one["lowest"] for one in found if one}


if __name__ == "__main__":
    for name, version in lowest().items():
        print(f"{name}=={version}")
