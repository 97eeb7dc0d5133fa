"""``--output`` and ``--write-baseline`` replace nothing that they should not, unless ``--force``."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from cloudtrail_policylint.base.destination import destination_of
from cloudtrail_policylint.base.disk import is_tracked
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.files.reports import is_report
from cloudtrail_policylint.report.formats import FORMATS
from support.paths import PROJECT

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


def leads_out(path: str) -> bool:
    """Whether a link leads *path* out of its project."""
    return destination_of(path).leads_out_of_project


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
    (project.parent / "folder" / "new").mkdir()
    said = refused(capsys, "--output", output, "p.json")
    assert said == f"{output}: not written: a link out of the project; --force follows it"
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
    assert leads_out("b/out")
    assert leads_out(str(tmp_path / "a" / "b" / "out"))
    assert not leads_out("in/x")
    monkeypatch.chdir(tmp_path)
    assert not leads_out("a/b/out")
    monkeypatch.chdir("/")
    assert not leads_out(str(tmp_path / "a" / "b" / "out"))


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


def test_output_follows_no_link_into_another_repository(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "inner").mkdir()
    git("init", "--quiet", cwd=project / "inner")
    (project / "reports").symlink_to("inner")
    assert "a link out of the project" in refused(capsys, "--output", "reports/out.txt", "p.json")
    assert main(["lint", "--output", "inner/out.txt", "p.json"]) == 1


@pytest.mark.parametrize("target", ["../victim", "../new"])
def test_output_follows_no_chain_of_links_out_of_the_project(
    project: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    """The first link is the user's own, the second one is in the project."""
    (project / "out.txt").symlink_to(target)
    (project.parent / "mine").symlink_to("project/out.txt")
    assert "a link out of the project" in refused(capsys, "--output", "../mine", "p.json")


@pytest.mark.parametrize(
    "output",
    [
        "nope/../p.json",
        "nope/../new.txt",
        "nope/../ext/r.txt",
        "nope/../out",
        "dangling",
        "p.json/../new.txt",
        "nope/new.txt",
    ],
)
def test_the_folder_of_an_output_must_exist(
    project: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    """Otherwise two functions might disagree about the file that a path names."""
    (project / "ext").symlink_to("../folder")
    (project / "out").symlink_to("../victim")
    (project / "dangling").symlink_to("nope/../p.json")
    for options in ((), ("--force",)):
        said = refused(capsys, "--output", output, *options, "p.json")
        assert said.startswith(f"{output}: cannot be written: no")


def test_dots_in_a_path_are_read_as_the_system_reads_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "a" / "b").mkdir(parents=True)
    (project / "link").symlink_to("a/b")
    (project / "ext").symlink_to("../folder")
    assert main(["lint", "--output", "link/../new.txt", "p.json"]) == 1
    assert (project / "a" / "new.txt").exists()
    assert not (project / "new.txt").exists()
    for output in ("a/../ext/r.txt", "link/../../ext/r.txt", "ext/../victim"):
        assert "a link out of the project" in refused(capsys, "--output", output, "p.json")
    assert "it is checked" in refused(capsys, "--output", "link/../../p.json", "p.json")


# -- git's own folder


@pytest.mark.parametrize(
    ("link", "target", "output"),
    [
        ("", "", ".git/config"),
        ("", "", ".git/hooks/pre-commit"),
        ("", "", ".git/new"),
        ("", "", "../project/.git/config"),
        ("out.txt", ".git/config", "out.txt"),
        ("out.txt", ".git/hooks/new", "out.txt"),
        ("reports", ".git/hooks", "reports/pre-commit"),
        ("reports", ".git", "reports/hooks/pre-commit"),
        ("", "", "bare.git/hooks/post-receive"),
        ("", "", "tree/.git"),
        ("out.txt", "../stores/tree/hooks/pre-commit", "out.txt"),
        ("", "", "../stores/tree/config"),
        ("", "", "sub/.GIT/config"),
    ],
)
def test_nothing_is_written_into_the_folder_of_git(
    project: Path, capsys: pytest.CaptureFixture[str], link: str, target: str, output: str
) -> None:
    (project / ".git" / "hooks").mkdir(exist_ok=True)
    (project / "sub" / ".GIT").mkdir(parents=True)
    (project.parent / "stores").mkdir()
    git("init", "--quiet", "--bare", "bare.git", cwd=project)
    git("init", "--quiet", "--separate-git-dir", "../stores/tree", "tree", cwd=project)
    for store in (project / "bare.git", project.parent / "stores" / "tree"):
        (store / "hooks").mkdir(exist_ok=True)
    if link:
        (project / link).symlink_to(target)
    message = f"{output}: not written: it is in a folder of git; --force writes there"
    if target.startswith("../"):
        message = f"{output}: not written: a link out of the project; --force follows it"
    assert refused(capsys, "--output", output, "p.json") == message
    if not os.path.lexists(output):
        options = ("--write-baseline", "--baseline", output)
        assert refused(capsys, *options, "p.json") == message
    assert main(["lint", "--output", output, "--force", "p.json"]) == 1
    assert "CT101" in (project / output).read_text()


def test_nothing_is_written_into_the_folder_of_a_worktree_or_submodule(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git("add", "p.json", cwd=project)
    git("commit", "--quiet", "--message", "x", cwd=project)
    git("worktree", "add", "--quiet", "../tree", cwd=project)
    allow = ("-c", "protocol.file.allow=always")
    git(*allow, "submodule", "--quiet", "add", str(project.parent / "tree"), "sub", cwd=project)
    for output in (".git/worktrees/tree/config.worktree", ".git/modules/sub/config", "sub/.git"):
        assert "in a folder of git" in refused(capsys, "--output", output, "p.json")
    assert "in a folder of git" in refused(capsys, "--output", "../tree/.git", "p.json")


@pytest.mark.parametrize("setting", [".git/hooks/x", "sub/../.git/nb", "link/x", ".git"])
@pytest.mark.parametrize("options", [(), ("--write-baseline",), ("--write-baseline", "--force")])
def test_settings_cannot_name_a_baseline_in_the_folder_of_git(
    project: Path, capsys: pytest.CaptureFixture[str], setting: str, options: tuple[str, ...]
) -> None:
    (project / ".git" / "hooks").mkdir(exist_ok=True)
    (project / "sub").mkdir()
    (project / "link").symlink_to(".git/hooks")
    (project / ".cloudtrail-policylint.yaml").write_text(f"baseline: {setting}\n")
    said = refused(capsys, *options, "p.json")
    assert said == (
        f".cloudtrail-policylint.yaml:1:1: baseline: {setting} is in a folder of git; "
        "only --baseline and --config may name such a path"
    )


def test_settings_of_a_folder_cannot_name_a_baseline_in_the_folder_of_git(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "sub").mkdir()
    (project / "sub" / ".cloudtrail-policylint.yaml").write_text("baseline: ../.git/nb\n")
    monkeypatch.chdir(project / "sub")
    assert "is in a folder of git" in refused(capsys, "--write-baseline", "../p.json")


# -- what is there already


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize(
    "output", [BASELINE, "./sub/../" + BASELINE, "link", "../project/" + BASELINE]
)
def test_output_is_not_the_baseline_of_the_run(
    project: Path, capsys: pytest.CaptureFixture[str], output: str, force: tuple[str, ...]
) -> None:
    (project / "sub").mkdir()
    (project / "link").symlink_to(BASELINE)
    options = ("--output", output, *force)
    message = f"{output}: not written: it is also the baseline of this run"
    assert refused(capsys, "--write-baseline", *options, "p.json") == message
    assert main(["lint", "--write-baseline", "p.json"]) == 0
    assert refused(capsys, *options, "p.json") == message
    assert refused(capsys, "--write-baseline", *options, "p.json") == message


RULE = (PROJECT / "rules" / "cloudtrail" / "CT101-unknown-action.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("output", "options"),
    [
        (".cloudtrail-policylint.yaml", ()),
        ("link", ()),
        ("ours/one.yaml", ()),
        ("ours/facts/aws.yaml", ()),
        ("two.yaml", ("--rules", "two.yaml")),
        ("own.yaml", ("--config", "own.yaml")),
        ("sub/pyproject.toml", ()),
    ],
)
def test_output_replaces_no_settings_and_no_rules_of_the_run(
    project: Path, capsys: pytest.CaptureFixture[str], output: str, options: tuple[str, ...]
) -> None:
    for folder in ("ours/facts", "sub"):
        (project / folder).mkdir(parents=True)
    (project / "sub" / "p.json").write_text(POLICY)
    (project / "sub" / "pyproject.toml").write_text("[tool.cloudtrail-policylint]\n")
    for name in ("ours/one.yaml", "two.yaml"):
        ids = {"CT101": "ACME1" if name == "two.yaml" else "ACME2", "unknown-action": name[-8:-5]}
        text = RULE
        for old, new in ids.items():
            text = text.replace(old, new)
        (project / name).write_text(text)
    (project / "ours" / "facts" / "aws.yaml").write_text("{}\n")
    (project / ".cloudtrail-policylint.yaml").write_text("rules: [ours]\n")
    (project / "own.yaml").write_text("rules: [ours]\n")
    (project / "link").symlink_to(".cloudtrail-policylint.yaml")
    said = refused(capsys, *options, "--output", output, "p.json", "sub")
    kind = "settings" if output in ("link", "own.yaml") or "policylint" in output else "rules"
    kind = "settings" if output.endswith("toml") else kind
    assert said == f"{output}: not replaced: this run reads its {kind} from it; see --force"
    assert main(["lint", *options, "--force", "--output", output, "p.json", "sub"]) == 1


def test_if_the_report_cannot_be_written_nothing_is(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    action = POLICY.replace("Deny", "Allow").replace("Nope", "PutAuditEvents")
    (project / "q.json").write_text(action.replace("{", '{"Version": "2012-10-17", ', 1))
    for options in (("--write-baseline",), ("--fix",)):
        for output in ("p.json", "nope/out.txt", ".git/config"):
            refused(capsys, *options, "--output", output, ".")
    assert main(["lint", "--output", "nope/out.txt", "."]) == 2
    assert "q.json:1:" in capsys.readouterr().out
    assert main(["lint", "--fix", "--output", "out.txt", "."]) == 1
    assert "cloudtrail-data:" in (project / "q.json").read_text()


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


@pytest.mark.parametrize("scope", ["cloudtrail", "all"])
def test_reports_are_no_input(
    project: Path, capsys: pytest.CaptureFixture[str], scope: str
) -> None:
    text = '{"Statement": {"Sid": "// policylint: allow", "Effect": "Deny", "Action": "cloudtrail:Nope"}}'
    (project / "p.json").write_text(text)
    (project / "q.json").write_text('{"tool": {"name": "cloudtrail-policylint"}')
    lint = ["lint", "--scope", scope]
    assert main([*lint, "."]) == 1
    alone = capsys.readouterr().out
    assert alone.count("p.json:") > 2
    outputs = [
        f"--output={form}=r/{form}.{end}"
        for form in FORMATS
        for end in ("json", "yaml", "template")
    ]
    (project / "r").mkdir()
    assert main([*lint, *outputs, "p.json"]) == 1
    capsys.readouterr()
    assert main([*lint, "."]) == 1
    assert capsys.readouterr().out == alone
    assert main([*lint, *sorted(map(str, (project / "r").iterdir()))]) == 0
