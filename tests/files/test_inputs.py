"""Files that a run reads because others refer to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudtrail_policylint.files import Files
from cloudtrail_policylint.files.discover import discover
from cloudtrail_policylint.files.neighbours import may_load
from cloudtrail_policylint.settings.lookup import NearestSettings


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
def test_a_module_can_only_open_files_of_its_project(
    project: Path, path: str, *, opens: bool
) -> None:
    load = files_in(project).modules.loader(f"{project}/module")
    assert (load(path) is not None) == opens


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        (".", ["link.json", "main.tf"]),
        ("..", ["module/link.json", "module/main.tf", "policies/p.json"]),
        ("../policies", ["p.json"]),
        ("../missing", []),
        ("../..", []),
        ("../../..", []),
    ],
)
def test_a_module_can_only_list_files_of_its_project(
    project: Path, folder: str, names: list[str]
) -> None:
    assert files_in(project).modules.lister(f"{project}/module")(folder) == names


def test_a_folder_with_too_many_files_is_not_listed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloudtrail_policylint.files.access.MAX_LISTED", 1)
    names = files_in(project).modules.lister(f"{project}/module")
    assert names("../policies") == ["p.json"]
    assert names(".") == []


def test_a_module_outside_of_any_project_can_only_open_its_own_files(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{}")
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "main.tf").write_text("# cloudtrail\n")
    (tmp_path / "module" / "q.json").write_text("{}")
    load = files_in(tmp_path).modules.loader(f"{tmp_path}/module")
    assert load("q.json") is not None
    assert load("../p.json") is None


@pytest.mark.parametrize(
    ("source", "called"),
    [("../other", True), ("../missing", False), ("../..", False), ("../../..", False)],
)
def test_a_module_can_only_call_modules_of_its_project(
    project: Path, source: str, *, called: bool
) -> None:
    (project / "other").mkdir()
    found = files_in(project).modules.called(f"{project}/module", source)
    assert found == (f"{project}/other" if called else None)


def test_a_link_out_of_the_project_is_no_module(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "linked").symlink_to(tmp_path / "elsewhere")
    assert files_in(project).modules.called(f"{project}/module", "../linked") is None


def test_callers_of_a_module(project: Path) -> None:
    (project / "other").mkdir()
    (project / "other" / "main.tf").write_text('module "me" { source = "./" }\n')
    files = files_in(project)
    assert files.modules.callers(f"{project}/other") == [f"{project}/module", f"{project}/other"]


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


CALL = 'module "m" { source = "%s" }\n'


@pytest.mark.parametrize(
    ("caller", "source", "found"),
    [
        ("main.tf", "./module", True),
        ("live/main.tf", "../module", True),
        ("live/prod/main.tf", "../../module", True),
        ("live/prod/eu/main.tf", "../../../module", False),  # too far away
        ("module/examples/one/main.tf", "../../", True),
        (".terraform/main.tf", "../module", False),
        ("../main.tf", "./project/module", False),
    ],
)
def test_callers_that_were_not_given_are_found_near_the_module(
    project: Path, caller: str, source: str, *, found: bool
) -> None:
    write(project, {caller: CALL % source})
    path = f"{project}/module/main.tf"
    files = Files(list(discover([path], NearestSettings())), everything=False)
    folder = str((project / caller).parent)
    assert files.modules.callers(f"{project}/module") == ([folder] if found else [])


def test_other_projects_and_links_are_not_searched_for_callers(
    project: Path, tmp_path: Path
) -> None:
    write(project, {"nested/.git": "gitdir: x\n", "nested/main.tf": CALL % "../module"})
    write(tmp_path, {"elsewhere/main.tf": CALL % "../module"})
    (project / "linked").symlink_to(tmp_path / "elsewhere")
    path = f"{project}/module/main.tf"
    files = Files(list(discover([path], NearestSettings())), everything=False)
    assert files.modules.callers(f"{project}/module") == []


def test_the_search_for_callers_is_limited(project: Path) -> None:
    write(project, {f"live/{number:04}/main.tf": CALL % "../../module" for number in range(600)})
    path = f"{project}/module/main.tf"
    files = Files(list(discover([path], NearestSettings())), everything=False)
    assert 400 < len(files.modules.callers(f"{project}/module")) < 500


@pytest.mark.parametrize(
    ("text", "loads"),
    [
        ('file("p.json")', True),
        ('templatefile("${path.module}/policies/p.json", {})', True),
        ('file("${path.module}/policies/${var.name}.json")', True),
        ("file(each.value)", True),
        ('file("q.json")', False),
        ('"p.json"', False),
        ('file("${path.module}/q.json")', False),
    ],
)
def test_text_that_may_load_a_file(text: str, *, loads: bool) -> None:
    assert may_load(text, "module", ["module/policies/p.json"]) == loads
    assert may_load(f"x = {text}\n", "", ["policies/p.json"]) == loads
