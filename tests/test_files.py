"""What one file of a run may open besides itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudtrail_policylint.discover import discover
from cloudtrail_policylint.files import Files
from cloudtrail_policylint.settings.nearest import NearestSettings


def files_in(folder: Path) -> Files:
    return Files(list(discover([str(folder)], NearestSettings())), everything=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository with a module in it, and a file beside the repository."""
    (tmp_path / "secret.json").write_text("{}")
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / "policies").mkdir()
    (root / "policies" / "p.json").write_text("{}")
    (root / "module").mkdir()
    (root / "module" / "main.tf").write_text('# cloudtrail\nmodule "x" { source = "../other" }\n')
    (root / "module" / "link.json").symlink_to(tmp_path / "secret.json")
    return root


@pytest.mark.parametrize(
    ("path", "opens"),
    [
        ("../policies/p.json", True),
        ("../policies/../policies/p.json", True),
        ("../../secret.json", False),
        ("link.json", False),
        ("missing.json", False),
        ("../policies", False),
    ],
)
def test_a_module_opens_the_files_of_its_project_only(
    project: Path, path: str, *, opens: bool
) -> None:
    load = files_in(project).loader(f"{project}/module")
    assert (load(path) is not None) == opens


def test_a_module_outside_of_any_project_opens_its_own_files_only(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{}")
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "main.tf").write_text("# cloudtrail\n")
    (tmp_path / "module" / "q.json").write_text("{}")
    load = files_in(tmp_path).loader(f"{tmp_path}/module")
    assert load("q.json") is not None
    assert load("../p.json") is None


@pytest.mark.parametrize(
    ("source", "called"),
    [("../other", True), ("../missing", False), ("../..", False), ("../../..", False)],
)
def test_a_module_calls_those_of_its_project_only(
    project: Path, source: str, *, called: bool
) -> None:
    (project / "other").mkdir()
    found = files_in(project).called(f"{project}/module", source)
    assert found == (f"{project}/other" if called else None)


def test_a_module_behind_a_link_out_of_the_project_is_not_called(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "linked").symlink_to(tmp_path / "elsewhere")
    assert files_in(project).called(f"{project}/module", "../linked") is None


def test_who_calls_a_module_is_known_from_the_files_in_view(project: Path) -> None:
    (project / "other").mkdir()
    (project / "other" / "main.tf").write_text('module "me" { source = "./" }\n')
    files = files_in(project)
    assert files.callers(f"{project}/other") == [f"{project}/module", f"{project}/other"]
