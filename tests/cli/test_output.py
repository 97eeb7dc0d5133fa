"""``--output`` to existing files, pipes and links; output that cannot be written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from itertools import combinations, product
from pathlib import Path
from typing import IO

import pytest

from cloudtrail_policylint.base.choices import DRAWN_FORMATS
from cloudtrail_policylint.cli import main
from support.paths import PROJECT

POLICY = '{"Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_output_to_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.json").write_text(POLICY)
    os.mkfifo("pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    assert main(["lint", "policy.json", "--output", "pipe"]) == 1
    reader.join(timeout=60)
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)
    assert "CT101" in read[0]


@pytest.mark.parametrize("columns", ["", "x", "-5", "0", "1", "2", "12", "30", "1000"])
def test_terminals_of_any_width(
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


def test_output_to_a_link_replaces_its_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.json").write_text(POLICY)
    (tmp_path / "report.txt").write_text("old")
    (tmp_path / "link").symlink_to("report.txt")
    assert main(["lint", "policy.json", "--output", "link"]) == 1
    assert os.path.islink("link")
    assert "CT101" in (tmp_path / "report.txt").read_text()
    assert sorted(os.listdir()) == ["link", "policy.json", "report.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("command", [["lint", "."], ["rules"], ["--version"]])
def test_a_full_standard_output_is_reported_once(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "p.json").write_text(POLICY)
    with open("/dev/full", "w") as full:
        done = run_on(tmp_path, command, stdout=full)
    assert done.returncode == 2
    assert done.stderr.endswith("standard output: cannot be written: no space left on device\n")
    assert done.stderr.count("cannot be written") == 1


@pytest.mark.parametrize("closed", [1, 2])
def test_the_exit_code_without_standard_output_or_error(tmp_path: Path, closed: int) -> None:
    (tmp_path / "p.json").write_text(POLICY)
    code = f"import os, sys; os.close({closed}); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    done = run_on(tmp_path, ["lint", "."], before=("-c", code))
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "internal error" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no broken pipes")
def test_the_exit_code_if_nobody_reads_the_output(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(POLICY)
    reading, writing = os.pipe()
    os.close(reading)
    done = run_on(tmp_path, ["lint", "."], stdout=writing)
    os.close(writing)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def run_on(
    folder: Path,
    command: list[str],
    *,
    before: tuple[str, ...] = (),
    stdout: int | IO[str] = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """*command* in *folder*, by an interpreter that *before* may start."""
    module = ["-B", "-m", "cloudtrail_policylint", *command]
    return subprocess.run(
        [sys.executable, *before, *module],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("sariff=r2", "--output sariff=r2: unknown format sariff; did you mean sarif? (./sariff=r2 is"),
        ("SARIF=r3", "--output SARIF=r3: unknown format SARIF; did you mean sarif?"),
        ("xml=x.xml", "--output xml=x.xml: unknown format xml; use one of text, "),
        ("a.b=x.xml", "--output a.b=x.xml: unknown format a.b; use one of text, "),
        ("json=", "--output json=: the name of a file is missing"),
        ("-", "--output -: standard output needs no --output; choose its format with --format"),
        ("json=-", "--output json=-: standard output needs no --output"),
    ],
)  # fmt: skip
def test_an_output_that_names_no_file_is_a_usage_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    output: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lint", "-o", output, "."]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_each_report_has_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lint", "-o", "json=r", "-o", "sarif=./r", "."]) == 2
    assert "./r: not written: it is also the file of another report" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    outputs = ["-o", "json=./a=b", "-o", f"sarif={os.devnull}", "-o", f"html={os.devnull}"]
    assert main(["lint", *outputs, "."]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a=b"]


@pytest.mark.skipif(os.name == "nt", reason="no /dev")
def test_a_report_to_a_pipe(tmp_path: Path) -> None:
    done = run_on(tmp_path, ["lint", "-o", "json=/dev/stdout", "."])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("/dev/stdout: not written: standard output needs no --output")
    done = run_on(tmp_path, ["lint", "-o", "json=/dev/stderr", "."])
    assert (done.returncode, done.stderr.startswith("{")) == (0, True)


TRAIL = 'resource "aws_cloudtrail" "t" {\n  name           = "t"\n  s3_bucket_name = "b"\n}\n'
IN_PLACE = ("--show-files", "--show-settings", "--show-setups")
CHANGING = ("--fix", "--unsafe-fixes", "--diff", "--write-baseline", "--add-suppressions=why")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *combinations(IN_PLACE, 2),
        *product(IN_PLACE, (*CHANGING, "--statistics")),
        *product(IN_PLACE[:2], ("--output=o.json",)),
        ("--show-files", "--format=json"),  # --show-settings shows it
        *product(("--diff",), ("--output=o.json", "--write-baseline", "--statistics")),
        *product(("--add-suppressions=why",), CHANGING[:4]),
    ],
)
def test_options_of_which_one_would_do_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    one: str,
    other: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(TRAIL)
    assert main(["lint", one, other, "."]) == main(["lint", other, one, "."]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    names = (one.partition("=")[0], other.partition("=")[0])
    expected = {f"{a} cannot be combined with {b}" for a, b in (names, names[::-1])}
    assert set(err.splitlines()) <= expected
    assert [path.name for path in tmp_path.iterdir()] == ["main.tf"]


def test_set_ups_in_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(TRAIL)
    shown = {}
    for form in ("text", "json", *DRAWN_FORMATS):
        assert main(["lint", "--show-setups", "-f", form, "."]) == 0
        shown[form] = capsys.readouterr().out
    outputs = [f"--output={form}=a.{form}" for form in shown]  # a.json would be checked
    for _ in range(2):  # each replaces its own
        assert main(["lint", "--show-setups", *outputs, "."]) == 0
        assert capsys.readouterr().out == shown["text"]
        assert {form: (tmp_path / f"a.{form}").read_text() for form in shown} == shown
    assert main(["lint", "--show-setups", "-f", "svg", "-o", "o", "-o", "json=p", "main.tf"]) == 0
    assert capsys.readouterr().out == shown["text"]
    assert ((tmp_path / "o").read_text(), (tmp_path / "p").read_text()) == (
        shown["svg"],
        shown["json"],
    )
    for arguments in (["-f", "html"], ["-o", "sarif=s"], ["-f", "text", "-o", "html=s"]):
        assert main(["lint", "--show-setups", *arguments, "."]) == 2
        assert "--show-setups: no such output in the format " in capsys.readouterr().err
        assert not (tmp_path / "s").exists()


def test_set_ups_if_the_settings_have_a_format_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(TRAIL)
    assert main(["lint", "--show-setups"]) == 0
    expected = capsys.readouterr().out
    (tmp_path / ".cloudtrail-policylint.yaml").write_text("format: sarif\n")
    assert main(["lint", "--show-setups", "-o", "o"]) == 0
    assert capsys.readouterr().out == (tmp_path / "o").read_text() == expected


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("r.html", "html"),
        ("a.b/r.HTM", "html"),
        ("r.svg", "svg"),
        ("r.json", "json"),
        ("r.sarif", "sarif"),
        ("r.sarif.json", "sarif"),
        ("r.xml", "junit"),
        ("r.md", "markdown"),
        ("r.mmd", "mermaid"),
        ("r.dot", "dot"),
        ("r.gv", "dot"),
        ("r.txt", "concise"),
        ("svg", "concise"),
        (".svg", "concise"),
    ],
)
def test_the_suffix_of_a_report_chooses_a_format_that_nothing_else_chooses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, form: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.b").mkdir()
    (tmp_path / "main.tf").write_text(TRAIL.replace('"b"', '"B"'))
    (tmp_path / "p.json").write_text(
        '{"Statement": {"Effect": "Allow", "Action": "cloudtrail:No"}}'
    )

    def written(*arguments: str) -> str:
        assert main(["lint", *arguments, "-o", name, "main.tf", "p.json"]) == 1
        return (tmp_path / name).read_text()

    def plain(form: str) -> str:
        main(["lint", "-o", f"{form}=plain", "main.tf", "p.json"])
        return (tmp_path / "plain").read_text()

    assert written() == plain(form)
    assert written("-f", "gitlab") == plain("gitlab")
    assert written("-f", "text") == plain("concise")
    (tmp_path / ".cloudtrail-policylint.yaml").write_text("format: rdjson\n")
    assert written() == plain("rdjson")
