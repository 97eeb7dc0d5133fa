from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.base.disk import MOST_CHARACTERS, path_of, walk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("text", ["a", "../a b", "/", ".", "é", "\udcff", "a" * MOST_CHARACTERS])
def test_texts_that_are_paths(text: str) -> None:
    assert path_of(text) == text
    os.path.realpath(text)


@pytest.mark.parametrize("text", ["", "a\0b", "\ud800", "./\udfff/a", "a" * (MOST_CHARACTERS + 1)])
def test_texts_that_no_file_can_have_as_its_path(text: str) -> None:
    assert path_of(text) is None


def test_walk_lists_what_the_standard_library_lists(tmp_path: Path) -> None:
    for name in ("b/c/d", "a/e", "x/y"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "f").touch()
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "gone").symlink_to("nowhere")

    def listed(walked: object) -> list[tuple[str, list[str], list[str]]]:
        found = []
        for folder, folders, names in walked:  # type: ignore[attr-defined]
            folders[:] = sorted(name for name in folders if name != "x")
            found.append((folder, list(folders), sorted(names)))
        return found

    assert listed(walk(str(tmp_path))) == listed(os.walk(tmp_path))
    assert listed(walk(str(tmp_path / "nowhere"))) == []
