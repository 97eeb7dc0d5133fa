"""What GitHub reads in ``.github``: workflows, updates of dependencies, and the forms for issues."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from ruamel.yaml import YAML

from support.paths import PROJECT
from support.schemas import valid

FOLDER = PROJECT / ".github"
WORKFLOWS = sorted((FOLDER / "workflows").glob("*.yml"))
FORMS = sorted(set((FOLDER / "ISSUE_TEMPLATE").glob("*.yml")) - {FOLDER / "ISSUE_TEMPLATE/config.yml"})  # fmt: skip
NOT_PINNED = {"pypa/gh-action-pypi-publish@release/v1"}
"""Its authors ask for the branch."""

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def load(path: Any) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def steps(workflow: Any) -> list[Any]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", ())]


@each_workflow
def test_workflows_are_valid(path: Any) -> None:
    valid(path, "github-workflows")


def test_the_updates_of_dependencies_are_valid() -> None:
    valid(FOLDER / "dependabot.yml", "dependabot")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms_are_valid_and_ask_for_the_version(path: Any) -> None:
    valid(path, "github-issue-forms")
    asked = {field["id"]: field for field in load(path)["body"] if "id" in field}
    assert asked["version"]["validations"]["required"]


def test_the_choice_of_issue_forms_is_valid() -> None:
    valid(FOLDER / "ISSUE_TEMPLATE" / "config.yml", "github-issue-config")
    assert [path.stem for path in FORMS] == ["crash", "false-positive", "missed-mistake"]


@each_workflow
def test_actions_are_pinned_by_commit_with_their_version(path: Any) -> None:
    for action, comment in re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8")):
        if action not in NOT_PINNED and not action.startswith("./"):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_every_workflow_pins_the_same_version_of_an_action() -> None:
    pinned: dict[str, set[str]] = {}
    for path in (*WORKFLOWS, PROJECT / "action.yml"):
        for name, commit in re.findall(r"uses: (\S+)@([0-9a-f]{40})", path.read_text("utf-8")):
            pinned.setdefault(name, set()).add(commit)
    assert {name: commits for name, commits in pinned.items() if len(commits) > 1} == {}


@each_workflow
def test_workflows_may_only_read_and_scripts_hold_no_expression(path: Any) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")


def test_ci_tests_the_versions_of_python_that_the_package_names() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [one.rpartition(" ")[2] for one in project["classifiers"] if re.search(r":: 3\.", one)]
    workflow = load(FOLDER / "workflows" / "ci.yml")
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == named
    assert project["requires-python"] == f">={named[0]}"
    # What the matrix leaves out is the job that runs everything.
    assert matrix["exclude"] == [{"os": "ubuntu-latest", "python": named[0]}]
    complete = workflow["jobs"]["complete"]
    assert complete["runs-on"] == "ubuntu-latest"
    assert {"python-version": named[0]} in [step.get("with") for step in complete["steps"]]
    assert ".ci/run" in [step.get("run") for step in complete["steps"]]


def test_the_scripts_that_workflows_run_exist() -> None:
    runs = [step["run"] for path in WORKFLOWS for step in steps(load(path)) if "run" in step]
    scripts = re.findall(r"^(?:scripts|\.ci)/[\w-]+", "\n".join(runs), re.MULTILINE)
    assert set(scripts) == {
        "scripts/check",
        "scripts/test",
        "scripts/extension",
        "scripts/release-notes",
        "scripts/site",
        ".ci/run",
    }
    for script in scripts:
        assert (PROJECT / script).stat().st_mode & 0o111
