"""The cache of compiled rules: a run is the same with it, without it, and with whatever is in its place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from cloudtrail_policylint import __version__
from cloudtrail_policylint.base.disk import replace_file
from cloudtrail_policylint.iam.catalogue import Facts
from cloudtrail_policylint.rulebook.model import RuleBook, extended
from support.paths import PROJECT
from support.rules import RULE

resource = pytest.importorskip("resource", reason="Windows has no limits for a process")


class Checkout:
    """A folder with a rule, and commands that list the rules with a cache of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        (folder / "rules").mkdir()
        (folder / "rules" / "a.yaml").write_text(RULE)

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-B", "-m", "cloudtrail_policylint", "rules", "--rules", "rules"]
        known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "HOME": str(self.home)}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.folder, stdout=pipe, stderr=pipe, env={**known, **environment}
        )

    def right(self, started: subprocess.Popen[bytes]) -> bool:
        out, err = started.communicate(timeout=300)
        assert (started.returncode, err) == (0, b"")
        return b"ACME1" in out and b"CT101" in out

    def run(self, **environment: str) -> bool:
        """Whether it lists all rules."""
        return self.right(self.start(**environment))

    def cached(self) -> Path:
        """The file with the rule in the cache."""
        (found,) = [
            path
            for path in self.folder.rglob("rules-*.json")
            if "ACME1" in path.read_text(encoding="utf-8")
        ]
        return found


def kept_by(checkout: Checkout) -> RuleBook:
    """The rules in the cache of *checkout*."""
    empty = RuleBook((), {}, b"{}", Facts())
    return extended(empty, checkout.cached().read_bytes().partition(b"\n")[2])


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_many_runs_at_once_some_of_them_killed(checkout: Checkout) -> None:
    runs = [checkout.start() for _ in range(6)]
    for number, one in enumerate(runs[:3]):
        time.sleep(0.1 * number)
        one.kill()
        one.communicate()
    assert all(checkout.right(one) for one in runs[3:])
    assert kept_by(checkout).rules[0].id == "ACME1"
    assert checkout.run()


DAMAGED = (
    "", "[", "[]", "7", "{}", "[1, 1]", "[" * 100_000, "\x00", "STAMP", "STAMP\n7", "WHOLE7", "HALF",
    "SUM7", "SUM[]", 'SUM{"rules": [{"id": 1}], "sets": 0}', 'SUM{"rules": {}, "sets": []}', 'SUM{"rules": [], "sets": 7}',
)  # fmt: skip


def test_a_damaged_cache_is_none(checkout: Checkout) -> None:
    assert checkout.run()
    whole = checkout.cached().read_text()
    for damage in DAMAGED:
        first = whole.partition("\n")[0]
        text = damage
        if damage.startswith("SUM"):
            text = damage[3:]
            first = json.dumps([json.loads(first)[0], zlib.crc32(text.encode())])
            text = f"STAMP\n{text}"
        for name, part in (("STAMP", first), ("WHOLE", whole), ("HALF", whole[: len(whole) // 2])):
            text = text.replace(name, part)
        checkout.cached().write_text(text)
        assert checkout.run(), damage[:50]
        assert kept_by(checkout).rules[0].id == "ACME1", damage[:50]


def test_a_cache_of_another_version_is_none(checkout: Checkout) -> None:
    assert checkout.run()
    text = checkout.cached().read_text().partition("\n")[2].replace("wide-lookup", "old")
    stamp = json.loads(checkout.cached().read_text().partition("\n")[0])[0]
    stamp[stamp.index(__version__)] = "0.0.9"
    head = json.dumps([stamp, zlib.crc32(text.encode())])
    checkout.cached().write_text(f"{head}\n{text}")
    assert checkout.run()
    assert '"wide-lookup"' in checkout.cached().read_text()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_cache_that_others_can_write_is_not_read(checkout: Checkout, what: str) -> None:
    assert checkout.run()
    path = checkout.cached()
    head, _, text = path.read_text().partition("\n")
    text = text.replace("wide-lookup", "forged")
    path.write_text(f"{json.dumps([json.loads(head)[0], zlib.crc32(text.encode())])}\n{text}")
    assert b"forged" in checkout.start().communicate()[0]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    opened = path if what == "file" else path.parent
    opened.chmod(0o777)
    for _ in range(2):
        assert b"forged" not in checkout.start().communicate()[0]
    assert (opened.stat().st_mode & 0o777 == 0o777) == (what == "folder")  # not for us to close


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator gives files away")
def test_a_cache_of_somebody_else_is_not_read(checkout: Checkout) -> None:
    assert checkout.run()
    path = checkout.cached()
    head, _, text = path.read_text().partition("\n")
    text = text.replace("wide-lookup", "forged")
    path.write_text(f"{json.dumps([json.loads(head)[0], zlib.crc32(text.encode())])}\n{text}")
    os.chown(path, 12345, 12345)
    assert b"forged" not in checkout.start().communicate()[0]


def test_a_cache_that_cannot_be_written_is_none(checkout: Checkout) -> None:
    (checkout.home / ".cache").write_text("no folder")
    assert checkout.run()
    (checkout.home / ".cache").unlink()
    (checkout.home / ".cache").symlink_to("/proc/nowhere")
    assert checkout.run()


def test_a_cache_is_never_in_the_project(checkout: Checkout) -> None:
    assert checkout.run(XDG_CACHE_HOME="cache")
    assert not (checkout.folder / "cache").exists()
    assert checkout.cached().is_relative_to(checkout.home)


def test_the_cache_holds_what_is_no_file(checkout: Checkout) -> None:
    assert checkout.run()
    path = checkout.cached()
    path.unlink()
    os.mkfifo(path)
    assert checkout.run()
    assert path.is_file()


# -- replacing files


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(
        '{"Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'
    )
    (tmp_path / "report.txt").write_text("old")
    before = sorted(os.listdir(tmp_path))

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "cloudtrail_policylint", "lint", "policy.json", "--output", "report.txt"],
        cwd=tmp_path, capture_output=True, text=True, preexec_fn=full,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "XDG_CACHE_HOME": str(tmp_path / "none")},
    )  # fmt: skip
    assert done.returncode == 2
    assert "report.txt: cannot be written: file too large\n" in done.stderr
    assert "CT101" in done.stdout
    assert (tmp_path / "report.txt").read_text() == "old"
    left = {*os.listdir(tmp_path)} - {"none"}
    assert sorted(left) == before
    assert [path for path in (tmp_path / "none").rglob("*") if path.is_file()] == []


def test_what_stops_the_preparation_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(str(path), b"new", stop)
    assert os.listdir(tmp_path) == ["a.json"]
    assert path.read_bytes() == b"old"
