"""What users copy into their CI: the action, the GitLab template and the examples of docs/ci.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cloudtrail_policylint import __version__
from support.paths import PROJECT
from support.schemas import valid

DOCUMENT = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")
TEMPLATE = (PROJECT / "templates" / "cloudtrail-policylint.yml").read_text(encoding="utf-8")
ACTION = YAML(typ="safe").load((PROJECT / "action.yml").read_text(encoding="utf-8"))

BAD = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'
GOOD = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}}'


def filled(template: str) -> str:
    """The job of *template* with the defaults of its inputs."""
    head, _, job = template.partition("\n---\n")
    inputs = YAML(typ="safe").load(head)["spec"]["inputs"]
    return re.sub(
        r"\$\[\[ inputs\.([\w-]+) \]\]", lambda m: str(inputs[m.group(1)]["default"]), job
    )


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def test_the_action_is_valid() -> None:
    valid(PROJECT / "action.yml", "github-actions")


def test_the_workflow_in_the_documents_is_valid(tmp_path: Path) -> None:
    (workflow,) = [block for block in blocks("yaml") if "runs-on" in block]
    (tmp_path / "workflow.yaml").write_text(workflow)
    valid(tmp_path / "workflow.yaml", "github-workflows")


def test_the_gitlab_jobs_are_valid(tmp_path: Path) -> None:
    jobs = [block for block in blocks("yaml") if "include:" in block or "script:" in block]
    assert len(jobs) == 2
    for number, job in enumerate([*jobs, filled(TEMPLATE)]):
        path = tmp_path / f"{number}.yaml"
        path.write_text(job)
        valid(path, "gitlab-ci")


def test_every_example_pins_this_version() -> None:
    pins = re.findall(r"v(\d+\.\d+\.\d+)(?:\.tar\.gz|/templates|\n)", DOCUMENT + TEMPLATE)
    assert len(pins) == 6
    assert set(pins) == {__version__}


def test_the_document_lists_the_inputs_of_the_action() -> None:
    described = re.findall(r"^\| `([\w-]+)` \|", DOCUMENT, re.MULTILINE)
    assert described == list(ACTION["inputs"])


def test_other_actions_are_pinned_and_no_script_holds_an_expression() -> None:
    for step in ACTION["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        assert "${{" not in step.get("run", "")


class Workflow:
    """Runs the shell steps of the action as the runner does, in the folder *here*.

    The package is installed once, for all runs.
    """

    def __init__(self, here: Path, temp: Path) -> None:
        self.here = here
        self.temp = temp
        self.uploaded: dict[str, str] | None = None
        self.output = self.summary = ""
        self._installed: dict[str, str] = {}

    def run(self, **given: str) -> int:
        """The exit code of the job with the inputs *given*."""
        self.uploaded, self.output, self.summary = None, "", ""
        inputs = {name: spec["default"] for name, spec in ACTION["inputs"].items()}
        inputs.update({name.replace("_", "-"): value for name, value in given.items()})
        known = {f"inputs.{name}": value for name, value in inputs.items()}
        known |= {"github.action_path": str(PROJECT), "runner.temp": str(self.temp)}
        known["steps.python.outputs.python-path"] = sys.executable
        for step in ACTION["runs"]["steps"]:
            if "if" in step and not value_of(step["if"], known):
                continue
            if step.get("id") == "install" and self._installed:
                known |= self._installed
            elif "run" in step:
                status = self._shell(step, known)
                if status:
                    return status
            elif "upload-sarif" in step["uses"]:
                self.uploaded = {k: filled_in(v, known) for k, v in step["with"].items()}
        return 0

    def _shell(self, step: Any, known: dict[str, str]) -> int:
        assert step["shell"] == "bash"
        outputs = self.temp / "outputs"
        outputs.write_text("")
        summary = self.temp / "summary"
        summary.write_text("")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        environment["GITHUB_OUTPUT"] = str(outputs)
        environment["GITHUB_STEP_SUMMARY"] = str(summary)
        environment |= {k: filled_in(v, known) for k, v in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.here,
            env=environment,
            capture_output=True,
            text=True,
        )
        self.output += done.stdout + done.stderr
        self.summary += summary.read_text()
        for line in outputs.read_text().splitlines():
            name, _, value = line.partition("=")
            known[f"steps.{step['id']}.outputs.{name}"] = value
            if step["id"] == "install":
                self._installed[f"steps.install.outputs.{name}"] = value
        return done.returncode


def filled_in(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda m: str(value_of(m.group(1), known)), text)


def value_of(expression: str, known: dict[str, str]) -> Any:
    """The value of the few expressions that the action uses."""
    python = re.sub(r"[a-z]+(?:\.[\w-]+)+", lambda m: repr(known[m.group()]), expression)
    return eval(python.replace("&&", "and").replace("||", "or"))


@pytest.fixture
def workflow(tmp_path: Path) -> Workflow:
    here, temp = tmp_path / "workspace", tmp_path / "temp"
    (here / ".git").mkdir(parents=True)
    temp.mkdir()
    return Workflow(here, temp)


def test_the_action_uploads_what_it_finds_and_fails_then(workflow: Workflow) -> None:
    (workflow.here / "p.json").write_text(BAD)
    assert workflow.run() == 1
    assert f"cloudtrail-policylint {__version__}" in workflow.output
    assert "p.json:1:69: error CT101 " in workflow.output
    assert "| p.json:1:69 | cloudtrail:Nope is not a CloudTrail action |" in workflow.summary
    assert workflow.uploaded == {
        "sarif_file": "cloudtrail-policylint.sarif",
        "category": "cloudtrail-policylint",
    }
    (run,) = json.loads((workflow.here / "cloudtrail-policylint.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["CT101"]

    # So that alerts close, a run that finds nothing uploads too.
    (workflow.here / "p.json").write_text(GOOD)
    assert workflow.run() == 0
    assert workflow.uploaded is not None
    (run,) = json.loads((workflow.here / "cloudtrail-policylint.sarif").read_text())["runs"]
    assert run["results"] == []

    # Paths and options are one on each line, and nothing in them is run.
    (workflow.here / "a $(touch b)").mkdir()
    (workflow.here / "a $(touch b)" / "p.json").write_text(BAD)
    assert workflow.run(paths="a $(touch b)\np.json\n", arguments="--fail-on=never\n--quiet") == 0
    assert "a $(touch b)/p.json:1:69: error CT101 " in workflow.output
    assert not (workflow.here / "b").exists()

    # Annotations instead.
    assert workflow.run(upload_sarif="false") == 1
    assert "::error title=CT101 unknown-action,file=a $(touch b)/p.json,line=1," in workflow.output
    assert workflow.uploaded is None

    # What is wrong with the command line fails the job at once, without an upload.
    assert workflow.run(arguments="--select=CT999") == 2
    assert "unknown rule or tag CT999" in workflow.output
    assert workflow.run(changed_since="$(touch b)") == 2
    assert "--changed-since: git: not a git repository" in workflow.output
    assert not (workflow.here / "b").exists()
    assert workflow.uploaded is None


HOSTILE = ("venv", "pip", "ensurepip", "runpy", "logging", "setuptools", "random", "yaml")
"""Modules that a checkout may have, so that they are run instead of those of Python."""


def make_hostile(checkout: Path) -> None:
    for name in HOSTILE:
        (checkout / f"{name}.py").write_text("open('RAN', 'w').close()\nraise SystemExit(9)\n")


def test_the_action_runs_nothing_of_the_checkout(workflow: Workflow) -> None:
    make_hostile(workflow.here)
    (workflow.here / "p.json").write_text(BAD)
    assert workflow.run() == 1
    assert "p.json:1:69: error CT101 " in workflow.output
    assert not (workflow.here / "RAN").exists()


def test_what_is_copied_runs_nothing_of_the_checkout(tmp_path: Path) -> None:
    jobs = [YAML(typ="safe").load(text) for text in (*blocks("yaml"), filled(TEMPLATE))]
    commands = [one for one in strings(jobs) if one.startswith("python ")]
    assert len(commands) == 3  # GitLab's template and job, CodeBuild
    make_hostile(tmp_path)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PIP_NO_INDEX": "1"}
    for command in commands:
        quick = re.sub(r'"cloudtrail-policylint @ .*?"', str(tmp_path / "nothing"), command)
        assert quick != command
        done = subprocess.run(
            ["bash", "-c", quick], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert (done.returncode, "Invalid requirement" in done.stderr) == (1, True), done.stderr
        assert not (tmp_path / "RAN").exists()
    scripts = "\n".join((*blocks("sh"), *strings(jobs), *strings(ACTION["runs"])))
    assert re.findall(r"(?<!python -I -m )\bpip3? install", scripts.replace('"', "")) == []
    assert re.findall(r"(?<! -I) -m ", scripts) == []


def strings(value: Any) -> list[str]:
    """All strings in *value*."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in parts for one in strings(part)]
