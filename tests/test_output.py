"""What ``--output`` does to what is already there."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

POLICY = '{"Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'


def test_a_pipe_is_written_to_and_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.json").write_text(POLICY)
    os.mkfifo("pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    assert main(["lint", "policy.json", "--output", "pipe"]) == 1
    reader.join(timeout=10)
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)
    assert "CT101" in read[0]


@pytest.mark.parametrize("columns", ["", "x", "-5", "0", "1", "2", "12", "30", "1000"])
def test_however_narrow_the_terminal_is_something_is_written(
    columns: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", columns)
    (tmp_path / "policy.json").write_text(POLICY)
    assert main(["lint", "policy.json", "--color", "always"]) == 1
    assert "CT101" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["lint", "--help"])


def test_a_link_stays_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.json").write_text(POLICY)
    (tmp_path / "report.txt").write_text("old")
    (tmp_path / "link").symlink_to("report.txt")
    assert main(["lint", "policy.json", "--output", "link"]) == 1
    assert os.path.islink("link")
    assert "CT101" in (tmp_path / "report.txt").read_text()
    assert sorted(os.listdir()) == ["link", "policy.json", "report.txt"]
