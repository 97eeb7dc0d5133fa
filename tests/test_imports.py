"""The direction of the data flow, read from the imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cloudtrail_policylint"

LAYERS = (
    ("base", "_version"),
    ("tree",),
    ("readers",),
    ("iam",),
    ("extract", "rulebook"),
    ("settings",),
    ("resolution",),
    ("findings",),
    ("engine",),
    ("discover",),
    ("nearby",),
    ("files",),
    ("parts",),
    ("processes",),
    ("lint",),
    ("run", "fixes"),
    ("report", "checks"),
    ("cli", "library"),
    ("__main__",),
)
"""Parts of the package from the bottom up: a part imports from those below it, never from above.

Parts of one layer know nothing of each other.
"""
KNOWN_TO_EXTRACT = {"iam.written", "iam.kinds", "iam.patterns"}
"""What extraction uses of IAM: what it hands on, kinds of policies, and globs for ``fileset()``."""
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}


def part_of(module: str) -> str:
    """The part that *module* (dotted, below the package) belongs to."""
    if module in LEVEL:
        return module
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
                found.add(".".join([*base, node.module]))
            else:
                found |= {".".join([*base, alias.name]) for alias in node.names}
    return found - {"__version__"}


@pytest.mark.parametrize(
    ("name", "path"), modules(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_imports_only_go_down(name: str, path: Path) -> None:
    mine = part_of(name)
    for other in imported(name, path):
        theirs = part_of(other)
        assert theirs in LEVEL, f"{other} has no layer"
        assert theirs == mine or LEVEL[theirs] < LEVEL[mine], f"{name} imports {other}"


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


def test_formats_know_nothing_of_rules_and_rules_nothing_of_formats() -> None:
    for name, path in modules():
        known = {part_of(other) for other in imported(name, path)}
        if part_of(name) in ("readers", "extract"):
            assert not known & {"rulebook", "engine"}, name
            assert {
                one for one in imported(name, path) if part_of(one) == "iam"
            } <= KNOWN_TO_EXTRACT, name
        if part_of(name) == "engine":
            assert not known & {"readers", "extract", "report", "lint"}, name
        if part_of(name) == "report":
            assert not known & {"readers", "extract"}, name


def test_only_the_command_line_prints() -> None:
    for name, path in modules():
        calls = [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call)
        ]
        printing = [n for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]
        assert not printing or part_of(name) == "cli", name
