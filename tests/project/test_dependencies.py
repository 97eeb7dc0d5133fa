"""What the package needs is bounded below, where CI tests it, and above, by the next major version."""

from __future__ import annotations

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from support.lowest_versions import PROJECT, lowest

NEEDED = [
    Requirement(line)
    for line in tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
]


@pytest.mark.parametrize("needed", NEEDED, ids=lambda needed: str(needed.name))
def test_every_dependency_is_bounded_on_both_sides(needed: Requirement) -> None:
    bounds = {one.operator: Version(one.version) for one in needed.specifier}
    assert set(bounds) == {">=", "<"}
    least, above = bounds[">="].release, bounds["<"].release
    # Either the next major version, or a minor one of the same major version.
    assert above == (least[0] + 1,) or (above[0] == least[0] and len(above) == 2)
    assert lowest()[needed.name] in str(needed.specifier)


def test_every_dependency_has_a_lowest_version() -> None:
    assert list(lowest()) == [needed.name for needed in NEEDED]
