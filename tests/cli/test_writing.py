"""``--output`` and ``--write-baseline`` replace nothing that they should not, unless ``--force``."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from cloudtrail_policylint.base.disk import is_tracked, leads_out_of_project
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.report.formats import FORMATS
from cloudtrail_policylint.report.recognise import is_report

POLICY = '{"Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'
BASELINE = ".cloudtrail-policylint-baseline.json"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository that is the current folder; beside it a file and a folder of others."""
    top = tmp_path / "project"
    top.mkdir()
    git("init", "--quiet", cwd=top)
    (top / "p.json").write_text(POLICY)
    (tmp_path / "victim").write_text("mine\n")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(top)
    return top


def git(*arguments: str, cwd: Path) -> None:
    options = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(("git", *options, *arguments), cwd=cwd, check=True, capture_output=True)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of ``lint`` with *arguments*, which writes no file."""
    before = {path: path.read_bytes() for path in Path("..").rglob("*") if path.is_file()}
    assert main(["lint", *arguments]) == 2
    after = {path: path.read_bytes() for path in Path("..").rglob("*") if path.is_file()}
    assert after == before
    return capsys.readouterr().err.splitlines()[-1]


# -- links


@pytest.mark.parametrize(
    ("link", "target", "output"),
    [
        ("out.sarif", "../victim", "out.sarif"),
        ("out.sarif", "../new", "out.sarif"),
        ("reports", "../folder", "reports/out.sarif"),
        ("reports", "../folder", "reports/new/out.sarif"),
        ("out.sarif", "inner.sarif", "./out.sarif"),
    ],
)
def test_output_follows_no_link_out_of_the_project(
    project: Path, capsys: pytest.CaptureFixture[str], link: str, target: str, output: str
) -> None:
    (project / link).symlink_to(target)
    (project / "inner.sarif").symlink_to("../victim")
    said = refused(capsys, "--output", output, "p.json")
    assert said == f"{output}: not written: a link out of the project; --force follows it"
    (project.parent / "folder" / "new").mkdir()
    assert main(["lint", "--output", output, "--force", "p.json"]) == 1
    assert "CT101" in (project / output).read_text()


def test_output_follows_no_link_out_of_another_project(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "out.txt").symlink_to("../victim")
    monkeypatch.chdir(project.parent / "folder")
    assert "a link out of" in refused(capsys, "--output", "../project/out.txt", "../project")


def test_output_goes_where_the_user_says_and_through_links_within_the_project(
    project: Path,
) -> None:
    (project / "reports").mkdir()
    (project / "link").symlink_to("reports")
    (project.parent / "away").symlink_to("folder")
    for output in ("../victim", "../folder/out.txt", "../away/too.txt", "link/out.txt", os.devnull):
        assert main(["lint", "--output", output, "p.json"]) == 1
        assert output == os.devnull or "CT101" in Path(output).read_text()


def test_without_git_the_project_is_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "out").symlink_to("../../x")
    (tmp_path / "a" / "in").symlink_to("b")
    monkeypatch.chdir(tmp_path / "a")
    assert leads_out_of_project("b/out")
    assert leads_out_of_project(str(tmp_path / "a" / "b" / "out"))
    assert not leads_out_of_project("in/x")
    monkeypatch.chdir(tmp_path)
    assert not leads_out_of_project("a/b/out")
    monkeypatch.chdir("/")
    assert not leads_out_of_project(str(tmp_path / "a" / "b" / "out"))


def test_a_default_baseline_that_is_a_link_out_is_neither_read_nor_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.parent / "victim").write_text("secret")
    (project / BASELINE).symlink_to("../victim")
    message = f"{BASELINE}: a link out of the project; use --baseline to name its target"
    assert refused(capsys, ".") == message
    assert refused(capsys, "--write-baseline", ".") == message
    (project.parent / "victim").write_text('{"version": 1, "findings": []}')
    assert refused(capsys, ".") == message
    assert refused(capsys, "--write-baseline", "--baseline", BASELINE, ".").startswith(
        f"{BASELINE}: not written: a link out of the project"
    )
    assert main(["lint", "--baseline", "../victim", "."]) == 1
    assert main(["lint", "--write-baseline", "--baseline", "../victim", "."]) == 0
    assert main(["lint", "--write-baseline", "--force", "."]) == 0
    assert (project / BASELINE).is_symlink()
    assert "CT101" in (project.parent / "victim").read_text()


# -- what is there already


def test_output_replaces_no_file_that_is_checked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "package.json").write_text('{"name": "mine"}')
    (project / "link").symlink_to("package.json")
    said = refused(capsys, "--output", "package.json", ".")
    assert said == "package.json: not replaced: it is checked, and not a report; see --force"
    assert "it is checked" in refused(capsys, "--output", "link", ".")
    assert "it is checked" in refused(capsys, "--output", "p.json", "--fix", "p.json")
    assert main(["lint", "--output", "package.json", "--force", "."]) == 1
    assert "CT101" in (project / "package.json").read_text()


def test_output_replaces_no_file_that_git_tracks(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "docs").mkdir()
    for name in ("README.md", "docs/notes.txt", "docs/\xe4.txt"):
        (project / name).write_text("mine")
    (project / "draft.txt").write_text("mine, but in no version")
    git("add", "README.md", "docs", cwd=project)
    for name in ("README.md", "docs/notes.txt", "docs/\xe4.txt", "docs/../README.md"):
        said = refused(capsys, "--output", name, "p.json")
        assert said == f"{name}: not replaced: it is tracked by git, and not a report; see --force"
    for name in ("draft.txt", "new.txt", "docs/note"):
        assert main(["lint", "--output", name, "p.json"]) == 1
    assert main(["lint", "--output", "README.md", "--force", "p.json"]) == 1


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("found", [True, False])
def test_output_replaces_an_earlier_report(project: Path, form: str, *, found: bool) -> None:
    (project / "p.json").write_text(POLICY if found else "{}")
    for _ in range(2):  # the second run checks and replaces what the first one wrote
        assert main(["lint", "--format", form, "--output", "out.json", "."]) in (0, 1)
        git("add", ".", cwd=project)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "{}",
        "null",
        "[1]",
        '[{"check_name": "x"}]',
        '{"runs": [{"tool": {"driver": {"name": "other"}}}]}',
        '{"runs": [[]]}',
        '{"runs": {}, "tool": []}',
        '{"tool": {"driver": []}}',
        "[" * 100_000,
        "1" * 100_000,
        "{" + "1" * 100_000,
        ":1" * 100_000,
        "a.json:1:1: error CT101 x\nsomething else\n",
        '<?xml version="1.0"?><testsuites name="other"/>',
        "<?xml",
    ],
)
def test_what_is_not_a_report(text: str) -> None:
    assert not is_report(text.encode())
    assert not is_report(b"\xff" + text.encode())


def test_a_baseline_is_not_a_report_and_a_report_not_a_baseline(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--write-baseline", "."]) == 0
    git("add", ".", cwd=project)
    assert "tracked by git" in refused(capsys, "--output", BASELINE, "p.json")
    formatted = json.dumps(json.loads((project / BASELINE).read_text()), indent=8)
    (project / BASELINE).write_text(formatted)
    (project / "p.json").write_text("{}")
    assert main(["lint", "--write-baseline", "."]) == 0
    assert (project / BASELINE).read_text() != formatted
    (project / "report.json").write_text('{"version": 1}')
    said = refused(capsys, "--write-baseline", "--baseline", "report.json", ".")
    assert said.startswith("report.json:1:1: findings must be a list")


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_git_indexes_of_all_versions(project: Path, version: str) -> None:
    """Version 4 abbreviates names, so every file counts as tracked."""
    for name in ("a.txt", "aa.txt", "long" * 50 + ".txt", "x.txt"):
        (project / name).write_text("x")
    git("add", "a.txt", "aa.txt", "long" * 50 + ".txt", cwd=project)
    if version == "3":
        (project / "later.txt").write_text("x")
        git("add", "--intent-to-add", "later.txt", cwd=project)
        assert is_tracked("later.txt")
    git("update-index", "--index-version", version, cwd=project)
    assert (project / ".git" / "index").read_bytes()[7] == int(version)
    assert all(map(is_tracked, ("a.txt", "aa.txt", "long" * 50 + ".txt")))
    assert is_tracked("x.txt") is (version == "4")


def test_git_indexes_of_worktrees_submodules_and_split_ones(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "a.txt").write_text("x")
    (project / "b.txt").write_text("x")
    git("add", "a.txt", cwd=project)
    git("commit", "--quiet", "--message", "x", cwd=project)
    git("worktree", "add", "--quiet", "../tree", cwd=project)
    (project.parent / "tree" / "b.txt").write_text("x")
    assert [is_tracked(f"../tree/{name}") for name in ("a.txt", "b.txt")] == [True, False]
    assert [is_tracked(f"../project/{name}") for name in ("a.txt", "b.txt")] == [True, False]
    git("update-index", "--split-index", cwd=project)
    assert is_tracked("b.txt")  # its index is spread over files, so every file counts as tracked
    monkeypatch.chdir(project.parent / "folder")
    Path("c.txt").write_text("x")
    assert not is_tracked("c.txt")
