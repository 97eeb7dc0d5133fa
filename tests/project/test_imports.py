"""The direction of the data flow, read from the imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from support.paths import PROJECT

PACKAGE = PROJECT / "cloudtrail_policylint"

ROOMS = (
    "_version",
    "base",
    "tree",
    "readers",
    "iam",
    "extract",
    "rulebook",
    "settings",
    "findings",
    "decisions",
    "setups",
    "engine",
    "files",
    "questions",
    "lint",
    "fix",
    "report",
    "editor",
    "api",
    "check_rules",
    "cli",
    "__main__",
)
"""The folders and modules of the package from the bottom up: each imports from those before it only."""
KNOWN_TO_EXTRACT = {"iam.written", "iam.kinds", "iam.patterns", "iam.names"}
"""What extraction uses of IAM: what it hands on, kinds of policies, globs for ``fileset()``, and names."""


def room_of(module: str) -> str:
    """The folder or module beside folders that *module* (dotted, below the package) belongs to."""
    return module.partition(".")[0]


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        name = name.removesuffix(".__init__")
        if name != "__init__":
            found.append((name, path))
    return found


def imported(name: str, path: Path) -> set[str]:
    """The modules of the package that *path* imports, in functions and for types included."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            if node.module:
                base += node.module.split(".")
            for alias in node.names:
                whole = [*base, alias.name]
                found.add(".".join(whole if is_module(whole) else base))
    return found


def is_module(parts: list[str]) -> bool:
    path = PACKAGE.joinpath(*parts)
    return path.with_suffix(".py").exists() or path.is_dir()


def test_each_folder_has_its_place() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    beside = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert folders | beside == set(ROOMS)
    assert len(beside) <= 4  # and __init__


@pytest.mark.parametrize(
    ("name", "path"), modules(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_imports_only_go_down(name: str, path: Path) -> None:
    below = ROOMS[: ROOMS.index(room_of(name)) + 1]
    for other in imported(name, path):
        assert room_of(other) in below, f"{name} imports {other}"


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: imported(name, path) for name, path in modules()}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_formats_know_nothing_of_the_rules_and_the_engine_nothing_of_formats() -> None:
    for name, path in modules():
        modules_known = imported(name, path)
        known = {room_of(other) for other in modules_known}
        if room_of(name) == "extract":
            assert {one for one in modules_known if room_of(one) == "iam"} <= KNOWN_TO_EXTRACT, name
        if room_of(name) in ("rulebook", "engine"):
            assert "extract" not in known, name
        if room_of(name) == "engine":
            assert "readers" not in known, name
        if room_of(name) == "report":
            assert not known & {"readers", "extract"}, name


def test_only_the_command_line_prints() -> None:
    for name, path in modules():
        calls = [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call)
        ]
        printing = [n for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]
        assert not printing or room_of(name) == "cli", name
