"""The container image is made from files that exist, with all that the wheel needs, and runs without root."""

from __future__ import annotations

import json
import re
import shlex
import tomllib

from cloudtrail_policylint._version import DOCS_URL
from support.paths import PROJECT

TEXT = (PROJECT / "Containerfile").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    """The instructions, with continued lines joined."""
    joined = re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE).replace("\\\n", "")
    pairs = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(name, rest.strip()) for name, _, rest in pairs]


def of(name: str) -> list[str]:
    return [rest for one, rest in instructions() if one == name]


def test_all_that_the_wheel_is_made_of_is_copied() -> None:
    copied = {
        name for rest in of("COPY") if not rest.startswith("--from") for name in rest.split()[:-1]
    }
    assert all((PROJECT / name).exists() for name in copied)
    project = PYPROJECT["project"]
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    hooks = {path.name for path in PROJECT.glob("hatch_*.py")}
    assert copied == {"pyproject.toml", "rules", project["readme"], *project["license-files"], *wheel["packages"], *hooks}  # fmt: skip
    lines = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line.removeprefix("!/") for line in lines if line.startswith("!")} == copied


def test_it_runs_the_command_without_root_on_a_version_that_is_tested() -> None:
    assert json.loads(of("ENTRYPOINT")[0])[0] in PYPROJECT["project"]["scripts"]
    assert json.loads(of("CMD")[0]) == ["lint"]
    names = [name for name, _ in instructions()]
    assert of("USER") == ["65532:65532"]
    assert "RUN" not in names[names.index("USER") :]
    (image,) = re.findall(r"PYTHON=\S+/python:(3\.\d+)-slim-\w+$", TEXT, re.MULTILINE)
    assert f"Programming Language :: Python :: {image}" in PYPROJECT["project"]["classifiers"]
    assert of("FROM") == ["${PYTHON} AS build", "${PYTHON}"]
    (work,) = set(of("WORKDIR")) - {"/source"}
    assert f"safe.directory {work}" in TEXT
    assert f'"$PWD:{work}:ro"' in (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")


def test_its_labels_are_those_of_the_project() -> None:
    labels = dict(word.split("=", 1) for word in shlex.split(of("LABEL")[0]))
    found = {name.removeprefix("org.opencontainers.image."): text for name, text in labels.items()}
    project = PYPROJECT["project"]
    assert found["title"] == project["name"]
    assert found["licenses"] == project["license"]
    assert found["source"] == project["urls"]["Source"]
    page = found["documentation"].removeprefix(DOCS_URL).strip("/")
    assert (PROJECT / "docs" / f"{page}.md").is_file()
    assert set(found) >= {"description", "version", "revision"}
