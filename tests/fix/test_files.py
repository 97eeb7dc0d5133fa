"""Fixed files are written completely or not at all, and only the fix changes."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.cli.fix import replace
from cloudtrail_policylint.fix.fixer import Fixed, fix

WRONG = '{"Version": "2012-10-17", "Statement": {\n"Effect": "Allow", "Action": "cloudtrail:PutAuditEvents", "Resource": "*"}}\n'
RIGHT = WRONG.replace("cloudtrail:Put", "cloudtrail-data:Put")


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_are_kept(ends: str, mark: bytes) -> None:
    file = Path("policy.json")
    file.write_bytes(mark + WRONG.replace("\n", ends).encode())
    assert main(["lint", "--fix", "--quiet", "policy.json"]) == 0
    assert file.read_bytes() == mark + RIGHT.replace("\n", ends).encode()


def test_a_file_that_is_not_utf_8_is_not_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path("policy.json")
    file.write_text(WRONG, encoding="utf-16")
    before = file.read_bytes()
    assert main(["lint", "--fix", "policy.json"]) == 1
    assert "save it as UTF-8" in capsys.readouterr().out
    assert file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o664])
def test_the_file_mode_is_kept(mode: int) -> None:
    file = Path("policy.json")
    file.write_text(WRONG)
    file.chmod(mode)
    assert main(["lint", "--fix", "--quiet", "policy.json"]) == 0
    assert file.read_text() == RIGHT
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_link_is_kept_and_its_target_is_fixed() -> None:
    Path("elsewhere").mkdir()
    Path("elsewhere/real.json").write_text(WRONG)
    Path("policy.json").symlink_to("elsewhere/real.json")
    assert main(["lint", "--fix", "--quiet", "policy.json"]) == 0
    assert Path("policy.json").is_symlink()
    assert Path("elsewhere/real.json").read_text() == RIGHT
    assert os.listdir("elsewhere") == ["real.json"]


def test_a_link_out_of_the_project_is_not_followed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("project/.git").mkdir(parents=True)
    Path("real.json").write_text(WRONG)
    Path("project/policy.json").symlink_to("../real.json")
    assert main(["lint", "--fix", "project/policy.json"]) == 2
    error = "project/policy.json: cannot be written: the link leads out of the project\n"
    assert error in capsys.readouterr().err
    assert Path("real.json").read_text() == WRONG


OUT, GIT = "the link leads out of the project", "the file is in a folder of git"


@pytest.mark.parametrize(
    ("path", "link", "target", "reason"),
    [
        ("link.json", "link.json", ".git/p.json", GIT),
        ("link.json", "link.json", ".git/hooks/p.json", GIT),
        ("link/p.json", "link", ".git/hooks", GIT),
        (".git/p.json", "", "", GIT),
        (".git", "", "", GIT),
        ("bare/hooks/p.json", "", "", GIT),
        ("link.json", "link.json", "inner/p.json", OUT),
        ("link/p.json", "link", "inner", OUT),
        ("link.json", "link.json", "inner/.git/p.json", OUT),
        ("link", "link", "../away", OUT),
        ("link.json", "link.json", "tree/p.json", OUT),
    ],
)
def test_nothing_is_fixed_in_folders_of_git_and_behind_links_into_other_repositories(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    link: str,
    target: str,
    reason: str,
) -> None:
    for folder in (".git/hooks", "inner/.git", "tree", "bare/hooks", "bare/refs", "bare/objects"):
        Path("project", folder).mkdir(parents=True)
    Path("away").mkdir()
    monkeypatch.chdir("project")
    Path("bare/HEAD").write_text("")
    Path("tree/.git").write_text("gitdir: ../.git/worktrees/tree\n")
    folders = [".git", ".git/hooks", "inner", "inner/.git", "tree", "bare/hooks", "../away"]
    for folder in folders:
        Path(folder, "p.json").write_text(WRONG)
    if link:
        Path(link).symlink_to(target)
    assert main(["lint", "--fix", path]) == 2
    assert f": cannot be written: {reason}\n" in capsys.readouterr().err
    assert all(Path(folder, "p.json").read_text() == WRONG for folder in folders)
    assert main(["lint", "--fix", "inner/p.json"]) == 0
    assert Path("inner/p.json").read_text() == RIGHT


def test_a_file_without_findings_is_not_written() -> None:
    file = Path("policy.json")
    file.write_text(RIGHT)
    before = file.stat()
    assert main(["lint", "--fix", "--quiet", "policy.json"]) == 0
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_read_only_file_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.json", "b.json"):
        Path(name).write_text(WRONG)
    Path("a.json").chmod(0o444)
    assert main(["lint", "--fix", "."]) == 2
    out, err = capsys.readouterr()
    assert "a.json: cannot be written: the file is read-only" in err
    assert "fixed 1 of 2 findings in 1 file" in err
    assert out.startswith("a.json:2:")
    assert "b.json" not in out
    assert (Path("a.json").read_text(), Path("b.json").read_text()) == (WRONG, RIGHT)


def test_nothing_is_left_behind_when_a_file_cannot_be_replaced(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("policy.json").write_text(WRONG)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert main(["lint", "--fix", "policy.json"]) == 2
    out, err = capsys.readouterr()
    assert "CT104" in out
    assert "policy.json: cannot be written: no space left on device" in err
    assert Path("policy.json").read_text() == WRONG
    assert os.listdir() == ["policy.json"]


def test_replace_refuses_a_file_that_has_changed() -> None:
    Path("policy.json").write_text("somebody else's")
    with pytest.raises(OSError, match="changed since it was read"):
        replace("policy.json", WRONG.encode(), RIGHT.encode())
    assert Path("policy.json").read_text() == "somebody else's"
    assert os.listdir() == ["policy.json"]


def test_a_file_that_changes_during_the_run_is_reported_and_not_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: Any, **named: Any) -> Fixed:
        found = fix(*args, **named)
        Path("policy.json").write_text(WRONG + "\n")
        return found

    Path("policy.json").write_text(WRONG)
    monkeypatch.setattr("cloudtrail_policylint.cli.fix.fix", slow)
    assert main(["lint", "--fix", "policy.json"]) == 2
    out, err = capsys.readouterr()
    assert "policy.json: cannot be written: the file has changed since it was read" in err
    assert out.startswith("policy.json:2:")
    assert Path("policy.json").read_text() == WRONG + "\n"


def test_the_exit_code_is_that_of_the_remaining_findings() -> None:
    file = Path("policy.json")
    file.write_text(WRONG.replace("PutAuditEvents", "LookupEvent"))
    assert main(["lint", "--fix", "--quiet", "policy.json"]) == 1
    assert main(["lint", "--fix", "--quiet", "--fail-on", "never", "policy.json"]) == 0
    assert main(["lint", "--diff", "--quiet", "policy.json"]) == 0
    assert main(["lint", "--diff", "--unsafe-fixes", "--quiet", "policy.json"]) == 1
    assert main(["lint", "--fix", "--unsafe-fixes", "--quiet", "policy.json"]) == 0
    assert file.read_text() == WRONG.replace("PutAuditEvents", "LookupEvents")


def test_standard_input_keeps_its_line_ends_and_byte_order_mark(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    text = b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert main(["lint", "--fix", "--stdin-filename", "policy.json", "-"]) == 0
    assert capsysbinary.readouterr().out == text.replace(b"cloudtrail:P", b"cloudtrail-data:P")


def test_a_file_that_terraform_loads_is_fixed() -> None:
    Path("policy.json").write_text(WRONG)
    Path("main.tf").write_text(
        'resource "aws_iam_policy" "x" {\n  policy = file("${path.module}/policy.json")\n}\n'
    )
    assert main(["lint", "--fix", "--quiet", "."]) == 0
    assert Path("policy.json").read_text() == RIGHT


@pytest.mark.parametrize("text", [WRONG, "Statement:\n- Effect: Deny\n"])
def test_an_unused_suppression_in_a_loaded_template(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    Path("policy.tpl").write_text("# policylint: allow CT101 -- x\n" + text)
    Path("main.tf").write_text(
        'resource "aws_iam_policy" "x" {\n  policy = templatefile("policy.tpl", {})\n}\n'
    )
    assert main(["lint", "--fix", "main.tf", "policy.tpl"]) in (0, 1)
    assert "internal error" not in capsys.readouterr().err


def test_a_loaded_file_that_was_not_given_is_not_fixed() -> None:
    Path("policy.json").write_text(WRONG)
    Path("main.tf").write_text(
        'resource "aws_iam_policy" "x" {\n  policy = file("${path.module}/policy.json")\n}\n'
    )
    assert main(["lint", "--fix", "--quiet", "main.tf"]) == 0
    assert Path("policy.json").read_text() == WRONG


def test_a_link_and_its_target_are_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("real.json").write_text(WRONG)
    Path("link.json").symlink_to("real.json")
    assert main(["lint", "--fix", "."]) == 0
    assert "fixed 2 of 2 findings in 1 file\n" in capsys.readouterr().err
    assert Path("link.json").is_symlink()
    assert Path("real.json").read_text() == RIGHT


def test_a_file_with_other_names_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("policy.json").write_text(WRONG)
    os.link("policy.json", "elsewhere")
    assert main(["lint", "--fix", "."]) == 2
    error = "policy.json: cannot be written: the file has other names (hard links)\n"
    assert error in capsys.readouterr().err
    assert Path("policy.json").read_text() == Path("elsewhere").read_text() == WRONG


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_a_diff_can_be_applied_whatever_python_takes_for_the_end_of_a_line(
    capsys: pytest.CaptureFixture[str], character: str
) -> None:
    text = WRONG.replace('"Resource"', f'"Sid": "{character}", "Resource"')
    Path("policy.json").write_text(text)
    assert main(["lint", "--diff", "--quiet", "policy.json"]) == 1
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 6
    assert "No newline" not in out


def test_a_file_may_have_the_longest_name_there_is() -> None:
    path = Path("p" * 250 + ".json")
    path.write_text(WRONG)
    assert main(["lint", "--fix", "--quiet", "."]) == 0
    assert path.read_text() == RIGHT
    assert os.listdir() == [path.name]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has these functions")
def test_extended_attributes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    attributes = {"user.origin": b"here", "security.denied": b"x"}
    copied: dict[str, bytes] = {}

    def set_one(_path: str, name: str, value: bytes) -> None:
        if name.startswith("security."):
            raise PermissionError
        copied[name] = value

    monkeypatch.setattr(os, "listxattr", lambda _path: list(attributes))
    monkeypatch.setattr(os, "getxattr", lambda _path, name: attributes[name])
    monkeypatch.setattr(os, "setxattr", set_one)
    Path("policy.json").write_text(WRONG)
    assert main(["lint", "--fix", "--quiet", "."]) == 0
    assert copied == {"user.origin": b"here"}


@pytest.mark.skipif(os.name != "posix", reason="POSIX has owners")
def test_the_mode_is_set_after_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """chown(2): the owner's change may clear the set-user-ID bit."""
    done: list[str] = []
    monkeypatch.setattr(os, "geteuid", lambda: -1)
    monkeypatch.setattr(os, "chown", lambda *_: done.append("chown"))
    monkeypatch.setattr(os, "chmod", lambda *_: done.append("chmod"))
    Path("policy.json").write_text(WRONG)
    replace("policy.json", WRONG.encode(), RIGHT.encode())
    assert done == ["chown", "chmod"]
