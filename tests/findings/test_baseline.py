"""Baselines: which findings they suppress, which edits they survive, and errors in them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.settings.model import BASELINE_FILE as NAME

NOPE = '{"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}'
NONE = '{"Effect": "Deny", "Action": "cloudtrail:None", "Resource": "*"}'
FINE = '{"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}'


def policy(*statements: str) -> str:
    return '{"Version": "2012-10-17", "Statement": [\n' + ",\n".join(statements) + "]}\n"


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


class Run:
    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.status = main(["lint", *arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def places(self) -> list[str]:
        return [line.partition(": ")[0] for line in self.out.splitlines()]


def write(*arguments: str) -> None:
    assert main(["lint", *arguments, "--write-baseline", "--quiet"]) == 0


def test_findings_stay_known_when_their_lines_move(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(policy(NOPE))
    write(".")
    Path("p.json").write_text("\n\n" + policy(FINE, "   " + NOPE, NONE))
    run = Run(capsys, ".")
    assert run.places == ["p.json:6:30"]
    assert run.status == 1


def test_findings_about_a_whole_statement_stay_known_when_it_changes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (
        '{"Version": "2012-10-17", "Statement": [{\n'
        '  "Sid": "Everything",\n  "Effect": "Allow",\n  "Action": "cloudtrail:*",\n'
        '  "Resource": "*"\n}]}\n'
    )
    Path("p.json").write_text(text)
    write(".", "--pedantic")
    entries = json.loads(Path(NAME).read_text())["findings"]
    assert entries
    Path("p.json").write_text(text.replace('"Allow",', '"Allow",\n\n'))
    assert Run(capsys, ".", "--pedantic").out == ""


def test_each_entry_suppresses_one_of_equal_findings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("p.json").write_text(policy(NOPE, NOPE))
    write(".")
    Path("p.json").write_text(policy(NOPE, NOPE, NOPE))
    assert Run(capsys, ".", "--select", "CT101").places == ["p.json:4:30"]


def test_findings_stay_known_in_a_renamed_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(policy(NOPE))
    Path("q.json").write_text(policy(NOPE))
    write(".")
    os.mkdir("moved")
    os.rename("p.json", "moved/r.json")
    run = Run(capsys, ".")
    assert (run.out, run.status) == ("", 0)
    assert "no longer" not in run.err
    # Only as many as moved: a copy is new.
    Path("copy.json").write_text(policy(NOPE))
    assert len(Run(capsys, ".").places) == 1


def test_findings_in_a_copy_of_an_existing_file_are_new(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(policy(NOPE))
    write(".")
    Path("p.json").write_text(policy(FINE))
    Path("q.json").write_text(policy(NOPE))
    run = Run(capsys, ".")
    assert run.places == ["q.json:2:30"]
    assert f"{NAME}: 1 finding in the baseline no longer occurs" in run.err


def test_a_file_that_a_module_loads_is_known_when_it_is_linted_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("p.json").write_text(policy(NOPE))
    Path("main.tf").write_text(
        'resource "aws_iam_policy" "p" {\n  policy = file("${path.module}/p.json")\n}\n'
    )
    write(".")
    assert Run(capsys, "p.json").status == 0


def test_the_current_folder_and_the_spelling_of_paths_do_not_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkdir("infra")
    Path("infra/p.json").write_text(policy(NOPE))
    write("infra")
    monkeypatch.chdir("infra")
    for path in (".", "p.json", str(tmp_path / "infra"), "../infra/p.json"):
        run = Run(capsys, path, "--baseline", f"../{NAME}")
        assert (run.out, run.status) == ("", 0), path


def test_the_baseline_is_beside_the_settings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".cloudtrail-policylint.yaml").write_text("fail-on: info\n")
    os.mkdir("infra")
    Path("infra/p.json").write_text(policy(NOPE))
    monkeypatch.chdir("infra")
    write(".")
    assert Path("..", NAME).exists()
    assert Run(capsys, ".").status == 0


def test_only_entries_that_the_run_checked_are_stale(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("p.json", "q.json", "r.json"):
        Path(name).write_text(policy(NOPE))
    write(".")
    Path("p.json").write_text(policy(FINE))
    Path("q.json").write_text(policy(FINE))
    os.remove("r.json")
    assert "no longer" not in Run(capsys, ".", "--select", "CT2").err
    assert "no longer" not in Run(capsys, ".", "--ignore", "CT101").err
    one = Run(capsys, "p.json").err
    assert "1 finding in the baseline no longer occurs" in one
    every = Run(capsys, ".").err
    assert "3 findings in the baseline no longer occur; --write-baseline removes them" in every
    for name in ("p.json", "q.json", "r.json"):
        assert f"  {name}: CT101 cloudtrail:Nope is not a CloudTrail action\n" in every
    assert Run(capsys, ".").status == 0


def test_entries_of_files_without_policies_are_stale(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("p.json").write_text(policy(NOPE))
    write(".")
    Path("p.json").write_text("{}")
    assert "1 finding in the baseline no longer occurs" in Run(capsys, ".").err


def test_writing_keeps_entries_that_the_run_did_not_check() -> None:
    Path("p.json").write_text(policy(NOPE))
    Path("q.json").write_text(policy(NOPE))
    write(".")
    Path("q.json").write_text(policy(NONE))
    write("q.json")
    entries = json.loads(Path(NAME).read_text())["findings"]
    assert [(one["path"], one["message"]) for one in entries] == [
        ("p.json", "cloudtrail:Nope is not a CloudTrail action"),
        ("q.json", "cloudtrail:None is not a CloudTrail action"),
    ]


def test_writing_twice_changes_nothing() -> None:
    Path("p.json").write_text(policy(NOPE, NOPE, NONE))
    write(".")
    before = Path(NAME).read_bytes()
    write(".")
    assert Path(NAME).read_bytes() == before


def test_findings_about_the_settings_are_in_it_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(policy(NOPE))
    Path(".cloudtrail-policylint.yaml").write_text(
        "suppress:\n  - {rule: CT203, reason: gone}\n", encoding="utf-8"
    )
    write(".")
    write(".")
    entries = json.loads(Path(NAME).read_text())["findings"]
    assert [one["rule"] for one in entries] == ["CT004", "CT101"]
    assert Run(capsys, ".").status == 0


def test_a_finding_suppressed_by_a_comment_is_not_in_the_baseline() -> None:
    Path("main.tf").write_text(
        'data "aws_iam_policy_document" "one" {\n  statement {\n    effect = "Deny"\n'
        '    actions = ["cloudtrail:Nope"] # policylint: allow CT101 -- next year\n'
        '    resources = ["*"]\n  }\n}\n'
    )
    write(".")
    assert json.loads(Path(NAME).read_text()) == {"version": 1, "findings": []}


def test_a_baseline_changes_no_fingerprint(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(policy(NOPE))
    write(".")
    Path("p.json").write_text(policy(NOPE, NOPE))

    def names(*arguments: str) -> list[str]:
        value = json.loads(Run(capsys, "p.json", "--format", "json", *arguments).out)
        return [one["fingerprint"] for one in value["findings"] + value.get("suppressed", [])]

    with_it = names("--show-suppressed")
    os.remove(NAME)
    assert sorted(names()) == sorted(with_it)


def test_standard_input_is_matched_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    Path("p.json").write_text(policy(NOPE))
    write(".")
    text = policy(NOPE).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert Run(capsys, "-", "--stdin-filename", "p.json").status == 0


ENTRY = {"path": "p.json", "rule": "CT101", "message": "m", "fingerprint": "f"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not valid JSON"),
        ('{"version": 1,\n"findings": [}', "b.json:2:14: not valid JSON"),
        ('{"version": 1,\n<<<<<<< HEAD\n"findings": []}', "b.json:2:1: not valid JSON"),
        ('{"version": 1,\n"version": 1, "findings": []}', "b.json:2:1: duplicate key version"),
        ("[" * 100_000, "b.json:"),
        ("[]", "b.json:1:1: not a baseline: "),
        ('{"findings": []}', "b.json:1:1: not a baseline: "),
        (
            '{"version": 2,\n"findings": []}',
            "b.json:1:13: unsupported baseline version 2, expected 1; written by a later cloudtrail-policylint",
        ),
        (
            '{"version": "1", "findings": []}',
            "b.json:1:13: unsupported baseline version '1', expected 1\n",
        ),
        (
            '{"version": true, "findings": []}',
            "b.json:1:13: unsupported baseline version True, expected 1\n",
        ),
        ('{"version": 1, "findings": {}}', "b.json:1:28: findings must be a list"),
        ('{"version": 1, "findings": [1]}', "b.json:1:29: a finding must be an object"),
        (
            json.dumps({"version": 1, "findings": [{**ENTRY, "rule": 1}]}),
            "b.json:1:56: rule is required and must be a string",
        ),
        (
            json.dumps({"version": 1, "findings": [ENTRY, {**ENTRY, "rule": "CT102"}]}),
            "fingerprint used for both CT101 and CT102",
        ),
    ],
)
@pytest.mark.parametrize("more", [(), ("--write-baseline",)])
def test_errors_in_a_baseline_have_a_place(
    text: str, message: str, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("b.json").write_text(text)
    Path("p.json").write_text(policy(NOPE))
    run = Run(capsys, "p.json", "--baseline", "b.json", *more)
    assert run.status == 2
    assert run.out == ""
    assert len(run.err.splitlines()) == 1
    assert run.err.startswith("b.json")
    assert message in run.err
    assert Path("b.json").read_text() == text


def test_a_baseline_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(policy(NOPE))
    assert Run(capsys, ".", "--baseline", "b.json").err == (
        "b.json: no such baseline; create it with --write-baseline\n"
    )
    os.mkdir("b.json")
    assert (
        Run(capsys, ".", "--baseline", "b.json").err == "b.json: cannot be read: is a directory\n"
    )
    Path("c.json").write_bytes(b"\xff\xfe{")
    assert (
        Run(capsys, ".", "--baseline", "c.json").err == "c.json: cannot be read: it is not UTF-8\n"
    )


def test_a_baseline_that_cannot_be_written_loses_no_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("p.json").write_text(policy(NOPE))
    run = Run(capsys, ".", "--baseline", "missing/b.json", "--write-baseline")
    assert run.status == 2
    assert run.places == ["p.json:2:30"]
    assert run.err.endswith("missing/b.json: cannot be written: no such file or directory\n")


def test_after_an_internal_error_nothing_is_written_or_stale(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloudtrail_policylint.engine.engine import Engine

    Path("p.json").write_text(policy(NOPE))
    write(".")
    before = Path(NAME).read_text()

    def fail(*_: object) -> None:
        raise ValueError("oh")

    monkeypatch.setattr(Engine, "check_document", fail)
    run = Run(capsys, ".")
    assert run.status == 3
    assert "no longer" not in run.err
    run = Run(capsys, ".", "--write-baseline")
    assert f"{NAME}: not written, because not everything could be checked" in run.err
    assert run.status in (2, 3)
    assert Path(NAME).read_text() == before


def test_the_mode_of_the_file_stays() -> None:
    Path("p.json").write_text(policy(NOPE))
    write(".")
    os.chmod(NAME, 0o640)
    Path("p.json").write_text(policy(NONE))
    write(".")
    assert stat.S_IMODE(os.stat(NAME).st_mode) == 0o640


def test_settings_may_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(policy(NOPE))
    Path(".cloudtrail-policylint.yaml").write_text("baseline: known/old.json\n")
    os.mkdir("known")
    write(".")
    assert not Path(NAME).exists()
    assert (Run(capsys, ".").out, Path("known/old.json").exists()) == ("", True)


def test_the_baseline_of_the_repository_is_found_from_a_subfolder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path("sub/deep").mkdir(parents=True)
    Path("sub/deep/p.json").write_text(policy(NOPE))
    write(".")
    monkeypatch.chdir(tmp_path / "sub" / "deep")
    assert Run(capsys, ".").status == 0
    Path("p.json").write_text(policy(NOPE, NONE))
    write(".")  # updates the same file
    assert not Path(NAME).exists()
    assert len(json.loads((tmp_path / NAME).read_text())["findings"]) == 2
    (tmp_path / "sub" / ".git").mkdir()  # a repository of its own
    assert Run(capsys, ".").status == 1
