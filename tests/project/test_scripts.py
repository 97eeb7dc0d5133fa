"""The scripts for whoever works on the project do what CONTRIBUTING.md says, from any folder."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cloudtrail_policylint import __version__
from cloudtrail_policylint.cli import main
from support.paths import PROJECT

WITH_PINS = ("README.md", "SECURITY.md", "action.yml", "docs", "templates")
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.0.9 (2026-01-01)\n\n- Old.\n"

needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="a bash script")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the scripts read and write."""
    copy = tmp_path / "a project"
    shutil.copytree(PROJECT / "scripts", copy / "scripts")
    for name in (*WITH_PINS, "rules"):
        path = PROJECT / name
        shutil.copytree(path, copy / name) if path.is_dir() else shutil.copy(path, copy / name)
    package = copy / "cloudtrail_policylint"
    package.mkdir()
    version = (PROJECT / "cloudtrail_policylint" / "_version.py").read_text(encoding="utf-8")
    (package / "_version.py").write_text(version.replace("OWNER", "example"))
    (copy / "CHANGELOG.md").write_text(CHANGELOG)
    return copy


def run(script: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run *script* from the root folder; *path* goes before ``PATH``."""
    command = [str(script), *arguments]
    if script.read_text(encoding="utf-8").startswith("#!/usr/bin/env python3"):
        command.insert(0, sys.executable)
    environment = {**os.environ, "PATH": os.pathsep.join(filter(None, (path, os.environ["PATH"])))}
    return subprocess.run(
        command, cwd="/", env=environment, capture_output=True, text=True, check=False
    )


# -- check, test, update and fuzz


class Python:
    """A program in place of Python that notes how it is called; it fails where an argument is *failing*."""

    def __init__(self, path: Path, failing: str = "") -> None:
        self._log = path.parent / "log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "#!/usr/bin/env bash\n"
            f'echo "$PWD:${{UPDATE_CASES-}}:${{UPDATE_DOCS-}}:$*" >>"{self._log}"\n'
            f'if [ -n "{failing}" ]; then case "$*" in *"{failing}"*) exit 1 ;; esac; fi\n'
        )
        path.chmod(0o755)

    def calls(self) -> list[list[str]]:
        """Folder, ``UPDATE_CASES``, ``UPDATE_DOCS`` and arguments of each call."""
        return [line.split(":", 3) for line in self._log.read_text().splitlines()]


CHECKS = ["-m ruff format --check .", "-m ruff check .", "-m mypy", "-m cloudtrail_policylint check-rules rules"]  # fmt: skip


@needs_bash
@pytest.mark.parametrize("environment", [True, False])
def test_check_runs_every_check_in_the_project(project: Path, *, environment: bool) -> None:
    """With the Python of ``.venv`` if there is one, else with the first one of ``PATH``."""
    bin_folder = project / ".venv" / "bin" if environment else project.parent / "bin"
    python = Python(bin_folder / "python")
    done = run(project / "scripts" / "check", path="" if environment else str(bin_folder))
    assert done.returncode == 0, done.stderr
    calls = [call for call in python.calls() if not call[3].startswith("-c ")]
    assert calls == [[str(project), "", "", arguments] for arguments in CHECKS]


@needs_bash
@pytest.mark.parametrize("check", CHECKS)
def test_check_fails_with_any_of_its_checks(project: Path, check: str) -> None:
    Python(project / ".venv" / "bin" / "python", failing=check)
    assert run(project / "scripts" / "check").returncode == 1


@needs_bash
@pytest.mark.parametrize("script", ["check", "test", "update"])
def test_a_missing_environment_is_reported(project: Path, script: str) -> None:
    python = Python(project.parent / "bin" / "python", failing="import ")
    done = run(project / "scripts" / script, path=str(project.parent / "bin"))
    assert done.returncode == 1
    command = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]'"
    assert done.stderr.splitlines()[-1] == f"no development environment: run {command}"
    assert {call[3][:3] for call in python.calls()} == {"-c "}
    assert command in (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@needs_bash
@pytest.mark.parametrize("failing", ["pytest", "material"])
def test_site_needs_its_extra_only(project: Path, failing: str) -> None:
    python = Python(project.parent / "bin" / "python", failing=failing)
    done = run(project / "scripts" / "site", "--clean", path=str(project.parent / "bin"))
    if failing == "material":
        assert done.returncode == 1
        command = "python3 -m venv .venv && .venv/bin/pip install -e '.[docs]'"
        assert done.stderr == f"the site needs mkdocs-material: run {command}\n"
    else:
        assert done.returncode == 0, done.stderr
        assert python.calls()[-1][3] == "-m mkdocs build --strict --clean"


@needs_bash
@pytest.mark.parametrize("script", ["check", "update"])
@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("-h", 0), ("rules", 2)])
def test_check_and_update_take_no_arguments(
    project: Path, script: str, argument: str, status: int
) -> None:
    Python(project / ".venv" / "bin" / "python", failing="m")
    done = run(project / "scripts" / script, argument)
    assert done.returncode == status
    usage = done.stderr if status else done.stdout
    assert usage.startswith(f"usage: scripts/{script}\n")


@needs_bash
def test_test_hands_its_arguments_and_its_exit_code_on(project: Path) -> None:
    python = Python(project / ".venv" / "bin" / "python", failing="-k x")
    assert run(project / "scripts" / "test").returncode == 0
    assert run(project / "scripts" / "test", "-k", "x").returncode == 1
    assert [call[3] for call in python.calls()] == ["-m pytest -n auto", "-m pytest -n auto -k x"]


@needs_bash
def test_update_writes_and_then_tests(project: Path) -> None:
    python = Python(project / ".venv" / "bin" / "python")
    assert run(project / "scripts" / "update").returncode == 0
    written, tested = python.calls()
    assert written[1:3] == ["1", "1"]
    assert tested[1:3] == ["", ""]
    assert written[3] == tested[3]
    for name in written[3].split()[3:]:
        assert "UPDATE_" in (PROJECT / name).read_text(encoding="utf-8")


@needs_bash
def test_update_fails_if_the_tests_still_do(project: Path) -> None:
    Python(project / ".venv" / "bin" / "python", failing="pytest")
    assert run(project / "scripts" / "update").returncode == 1


def test_update_runs_every_test_that_writes() -> None:
    script = (PROJECT / "scripts" / "update").read_text(encoding="utf-8")
    for path in (PROJECT / "tests").rglob("test_*.py"):
        for variable in re.findall(r'environ\.get\("(UPDATE_\w+)"', path.read_text("utf-8")):
            assert f"{variable}=1" in script
            assert path.relative_to(PROJECT).as_posix() in script


@needs_bash
def test_fuzz_runs_from_any_folder() -> None:
    folder = str(Path(sys.executable).parent)
    done = run(PROJECT / "scripts" / "fuzz", "--inputs", "3", "--seed", "1", path=folder)
    assert done.returncode == 0, done.stderr


@needs_bash
def test_fuzz_explains_its_options() -> None:
    done = run(PROJECT / "scripts" / "fuzz", "--help", path=str(Path(sys.executable).parent))
    assert done.returncode == 0
    assert done.stdout.startswith("usage: scripts/fuzz ")
    assert re.search(r"--inputs INPUTS +how many", done.stdout)


# -- bump and release-notes


def test_bump_changes_the_version_wherever_it_is_written(project: Path) -> None:
    before = pins(project)
    assert set(before) == {__version__}
    done = run(project / "scripts" / "bump", "10.20.30")
    assert done.returncode == 0, done.stderr
    assert pins(project) == ["10.20.30"] * len(before)
    package = (project / "cloudtrail_policylint" / "_version.py").read_text()
    assert '__version__ = "10.20.30"' in package
    changelog = (project / "CHANGELOG.md").read_text()
    assert re.search(r"\n## 10\.20\.30 \(\d{4}-\d\d-\d\d\)\n\n- New\.\n\n## 0\.0\.9 ", changelog)
    assert "docs/ci.md" in done.stdout.splitlines()
    assert run(project / "scripts" / "release-notes", "v10.20.30").stdout == "- New.\n"


def pins(project: Path) -> list[str]:
    """The versions that users are told to write, in all files of *project* with text for users."""
    files = [path for name in WITH_PINS for path in [project / name, *(project / name).rglob("*")]]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())
    pin = r"(?:cloudtrail-policylint(?:@v|/v|==|/archive/refs/tags/v)|rev: v)(\d+\.\d+\.\d+)"
    return re.findall(pin, text)


@pytest.mark.parametrize("version", ["1.2", "v1.2.3", "next", "1.2.3rc1", "1.2.3\n"])
def test_bump_refuses_what_is_no_version(project: Path, version: str) -> None:
    done = run(project / "scripts" / "bump", version)
    assert done.returncode == 1
    assert "is not a version" in done.stderr
    assert (project / "CHANGELOG.md").read_text() == CHANGELOG


def test_bump_refuses_a_version_without_an_entry_in_the_changelog(project: Path) -> None:
    (project / "CHANGELOG.md").write_text("# Changelog\n")
    done = run(project / "scripts" / "bump", "1.2.3")
    assert done.returncode == 1
    assert "Unreleased" in done.stderr
    assert set(pins(project)) == {__version__}


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("v9.9.9", "the package has another version than 9.9.9\n"),
        (f"v{__version__}", f"CHANGELOG.md says nothing about {__version__}\n"),
    ],
)
def test_release_notes_fail_for_a_wrong_tag(project: Path, version: str, message: str) -> None:
    done = run(project / "scripts" / "release-notes", version)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


def test_release_notes_fail_while_the_links_of_findings_have_a_placeholder(project: Path) -> None:
    version = project / "cloudtrail_policylint" / "_version.py"
    version.write_text('__version__ = "0.0.9"\nDOCS_URL = "https://OWNER.github.io/x/"\n')
    done = run(project / "scripts" / "release-notes", "v0.0.9")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "DOCS_URL in cloudtrail_policylint/_version.py has a placeholder\n"
    version.write_text(version.read_text().replace("OWNER", "example"))
    assert run(project / "scripts" / "release-notes", "v0.0.9").stdout == "- Old.\n"


# -- new-rule


def test_a_new_rule_passes_check_rules_once_its_texts_are_written(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "our rules"
    done = run(project / "scripts" / "new-rule", "ACME1", "trail-deleted", str(folder))
    assert done.returncode == 0, done.stderr
    path = folder / "ACME1-trail-deleted.yaml"
    assert done.stdout == f"{path}\n"
    command = done.stderr.splitlines()[2].partition("/scripts/python -m cloudtrail_policylint ")[2]
    assert main(shlex.split(command)) == 2
    out, err = capsys.readouterr()
    assert err == "1 rule, 6 examples, 4 errors\n"
    assert out.count(" still has the text of the template\n") == 4
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("REPLACE: ", "So: "), encoding="utf-8")
    assert main(["check-rules", str(path)]) == 0
    schema = re.match(r"# yaml-language-server: \$schema=(.*)\n", path.read_text("utf-8"))
    assert schema
    package = project / "cloudtrail_policylint"
    assert (folder / schema[1]).resolve() == package / "rulebook" / "rule.schema.json"


@pytest.mark.parametrize(("rule_id", "family"), [("CT999", "cloudtrail"), ("IAM999", "iam")])
def test_a_new_rule_goes_to_the_rules_of_the_project(
    project: Path, rule_id: str, family: str
) -> None:
    done = run(project / "scripts" / "new-rule", rule_id, "trail-deleted")
    assert done.returncode == 0
    for left in ("scripts/test tests/project/test_rules.py", "scripts/update", "CHANGELOG.md"):
        assert left in done.stderr
    assert (project / "rules" / family / f"{rule_id}-trail-deleted.yaml").exists()


@pytest.mark.parametrize(
    ("rule_id", "name", "message"),
    [
        ("CT101", "trail-deleted", "CT101 is taken: "),
        ("CT001", "trail-deleted", "CT001 is taken: "),
        ("CT999", "unknown-action", "unknown-action is taken: "),
        ("ct999", "trail-deleted", "ct999 is not an id"),
        ("CT999", "Trail_deleted", "Trail_deleted is not a name"),
        ("CT999", "../x", "../x is not a name"),
    ],
)
def test_new_rule_refuses_a_malformed_or_taken_word(
    project: Path, rule_id: str, name: str, message: str
) -> None:
    files = sorted(project.rglob("*"))
    done = run(project / "scripts" / "new-rule", rule_id, name)
    assert done.returncode == 1
    assert done.stderr.startswith(message)
    assert sorted(project.rglob("*")) == files


@pytest.mark.parametrize("script", ["bump", "new-rule", "release-notes"])
@pytest.mark.parametrize("arguments", [[], ["--help"], ["1", "2", "3", "4"]])
def test_wrong_arguments_are_answered_with_the_usage(script: str, arguments: list[str]) -> None:
    done = run(PROJECT / "scripts" / script, *arguments)
    assert done.returncode == 2
    assert f": scripts/{script} " in done.stderr
