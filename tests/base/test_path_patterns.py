"""Patterns match what git says they match."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.base.path_patterns import Patterns

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("a", "b", "ab", "a.json", "x-b", "[a]", "A", " a", "é", "a\u2028", "-", "a\r", "[:")
PARTS = ("a", "b", "*", "?", "**", "a*", "*b", "*.json", "[ab]", "[!a]", "a?", "*a*", r"\*", "[a-c]*", "x-?", r"\[a]", "[]a]", "ab", r"\ a", "#a", r"\#", "***", "**a", "[[:alpha:]]", "[[:punct:][:digit:]-]*", "[!a-]", "[]-a]", "[a", "[[:x:]]", "[[:a]", "a\\", "?\u2028", "é", "??")  # fmt: skip


def of_git(folder: Path, lines: list[str], paths: list[str]) -> list[bool]:
    """Whether git ignores each of *paths*, which need not exist."""
    (folder / ".gitignore").write_text("\n".join(lines) + "\n")
    command = ["git", "-C", str(folder), "check-ignore", "--no-index", "-zvn", "--stdin"]
    done = subprocess.run(command, input="\0".join(paths), capture_output=True, text=True)
    fields = done.stdout.split("\0")
    return [bool(pattern) and pattern[0] != "!" for pattern in fields[2::4]]


def test_random_patterns_match_what_git_ignores(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    chance = random.Random(7)
    for _ in range(60):
        lines = []
        for _ in range(chance.randint(1, 4)):
            text = "/".join(chance.choice(PARTS) for _ in range(chance.randint(1, 4)))
            start = chance.choice(("", "", "!")) + chance.choice(("", "", "/"))
            lines.append(
                start
                + text
                + chance.choice(("", "", "/", "/**", "****/", " ", "\\ ", "\\\\ ", "\r", "\rb"))
            )
        paths = ["/".join(chance.choices(NAMES, k=chance.randint(1, 5))) for _ in range(40)]
        for path in paths[:10]:
            (tmp_path / path).mkdir(parents=True, exist_ok=True)
        for path, ignored in zip(paths, of_git(tmp_path, lines, paths), strict=True):
            shown = f"{path}/" if (tmp_path / path).is_dir() else path
            assert bool(Patterns(lines).matches(shown)) == ignored, (lines, shown)


@pytest.mark.parametrize(
    ("lines", "path", "matches"),
    [
        (["legacy/**", "!legacy/a.json"], "legacy/a.json", False),
        (
            ["legacy/", "!legacy/a.json"],
            "legacy/a.json",
            True,
        ),  # git does not look into an ignored folder
        (["*.json", "!keep/"], "keep/a.json", True),
        (["a.json"], "b.json", None),
        (["", "# a", "/", "!"], "a", None),
        (["[z-a]", "[", "[!", "[]", "[a-"], "a", None),
        (["*a" * 100 + "b"], "a" * 255, None),
        (["**/a/" * 100 + "b"], "a/" * 2000 + "a", None),
        (["[" + "a-z" * 1000 + "]"], "a", True),
    ],
)
def test_matches(lines: list[str], path: str, *, matches: bool | None) -> None:
    assert Patterns(lines).matches(path) is matches
