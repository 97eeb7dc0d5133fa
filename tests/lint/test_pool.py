"""The report is the same, byte for byte, whatever the number of workers and whatever fails."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint import lint_paths
from cloudtrail_policylint.base.choices import DRAWN_FORMATS
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.cli.session import WITH_EDITS
from cloudtrail_policylint.engine.engine import Engine
from cloudtrail_policylint.files import Files
from cloudtrail_policylint.lint import pool, work
from cloudtrail_policylint.report.formats import FORMATS
from support.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

BAD = {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": BAD})
NESTED = (
    "Parameters:\n  Act: {Type: String}\nResources:\n  P:\n    Type: AWS::IAM::Policy\n    Properties:\n"
    "      PolicyDocument:\n        Version: 2012-10-17\n        Statement: {Effect: Deny, Action: !Ref Act, Resource: '*'}\n"
)
STACK = (
    "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
    "      TemplateURL: nested.yaml\n      Parameters: {Act: 'cloudtrail:Neither'}\n"
)
MODULE = """\
variable "act" {}
resource "aws_iam_policy" "of_caller" {
  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Deny", Action = var.act, Resource = "*" } })
}
resource "aws_iam_policy" "own" {
  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Deny", Action = "cloudtrail:Own", Resource = "*" } })
}
"""
CALLER = 'module "m" {{\n  source = "../../modules/m"\n  act    = "cloudtrail:{}"\n}}\n'
LOADER = (
    'resource "aws_iam_policy" "p" {\n  policy = file("${path.module}/../../shared.json")\n}\n'
    'resource "aws_iam_policy" "q" {\n  policy = templatefile("${path.module}/own.json.tmpl", {})\n}\n'
)
FILES: dict[str, str | bytes] = {
    ".cloudtrail-policylint.yaml": "suppress:\n"
    "  - {rule: CT101, path: allowed.json, reason: known}\n"
    "  - {rule: CT102, path: allowed.json, reason: of no use}\n",
    "allowed.json": POLICY,
    "broken.json": '{"Statement": [{"Effect": "Deny", "Action": "cloudtrail:StopLogging", }',
    "broken.tf": 'resource "aws_iam_policy" "p" {\n  policy = "cloudtrail:*" "statement"\n',
    "latin.json": b'{"Statement": "cloudtrail:\xe4"}',
    "shared.json": POLICY,
    "stacks/nested.yaml": NESTED,
    "stacks/top.yaml": STACK,
    "modules/m/main.tf": MODULE,
    "live/a/main.tf": CALLER.format("CallerA"),
    "live/b/main.tf": CALLER.format("CallerB") + "# policylint: allow CT101 -- of no use\n",
    "live/c/main.tf": LOADER,
    "live/c/own.json.tmpl": POLICY,
    "live/d/main.tf": LOADER,
    "live/d/own.json.tmpl": "# policylint: allow CT102\n" + POLICY,
    "live/e/main.tf": MODULE + "# policylint: allow CT999 -- no such rule\n",
    "other/.cloudtrail-policylint.yaml": "scope: all\nlimits: {policy: 10}\n",
    "other/large.json": json.dumps({"Version": "2012-10-17", "Statement": [BAD] * 9}),
    "other/small.json": json.dumps({"Version": "2012-10-17", "Statement": {**BAD, "Action": "s3:Nope"}}),
    **{f"many/{n}.json": json.dumps({"Version": "2012-10-17", "Statement": {**BAD, "Action": f"cloudtrail:No{n}"}}) for n in range(20)},
    **{f"many/{n}.yaml": f"# policylint: allow CT101 -- {n}\n" * (n % 2) + POLICY for n in range(20)},
}  # fmt: skip

needs_fork = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="processes cannot be forked"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed/a.json").write_text(POLICY)
    (tmp_path / "closed").chmod(0)
    return tmp_path


@pytest.fixture(params=["fork", "spawn"])
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The method by which workers are started, whatever the platform's own is."""
    name: str = request.param
    if name not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {name} here")
    force(monkeypatch, name)
    return name


def force(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(pool, "context_of_run", lambda: multiprocessing.get_context(method))


@pytest.fixture
def lint(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs ``lint`` with arguments: the exit code and all output, that of workers included."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["lint", *arguments])
        return status, *capfd.readouterr()

    return run


def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of workers of each pool that is started."""
    numbers: list[int] = []
    real = pool._Pool.start

    def start(self: Any, jobs: int) -> None:
        numbers.append(jobs)
        real(self, jobs)

    monkeypatch.setattr(pool._Pool, "start", start)
    return numbers


@pytest.mark.parametrize("form", FORMATS)
@needs_fork
def test_the_number_of_workers_changes_no_report(
    here: Path, lint: Callable[..., Any], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    arguments = ("--format", form, "--statistics", "--show-suppressed", "--pedantic", "--color", "always", ".")  # fmt: skip
    alone = lint("--jobs", "1", *arguments)
    pools = started(monkeypatch)
    assert lint("--jobs", "2", *arguments) == alone
    assert lint("--jobs", "5", *arguments) == alone
    # The folder "other" has settings of its own, and two files. A report with edits checks them.
    assert pools == [2, 2, 5, 2] if form not in WITH_EDITS else set(pools) == {2, 5}
    assert alone[0] == 1
    if form in DRAWN_FORMATS:
        return  # they have only what concerns a trail, and here is none
    assert alone[1].count("CallerA") >= 1
    assert all(word in alone[1] for word in ("Own", "Neither", "latin.json", "unused-suppression", "CT005"))  # fmt: skip


def test_the_start_method_changes_no_report(
    here: Path, lint: Callable[..., Any], method: str
) -> None:
    arguments = ("--format", "json", "--statistics", "--show-suppressed", ".")
    assert lint("--jobs", "3", *arguments) == lint("--jobs", "1", *arguments)
    assert lint_paths(["."], jobs=2) == lint_paths(["."])


@needs_fork
def test_the_number_of_workers_changes_no_baseline_and_no_fix(
    here: Path, lint: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    written = []
    for jobs in ("1", "2"):
        baseline = here / f"baseline{jobs}.txt"
        lint("--jobs", jobs, "--write-baseline", "--baseline", baseline.name, "many", "live")
        written.append(baseline.read_text())
    assert written[0] == written[1]
    outcomes = [lint("--jobs", jobs, "--baseline", "baseline1.txt", ".") for jobs in ("1", "2")]
    assert outcomes[0] == outcomes[1]
    assert lint("--jobs", "2", "--diff", ".") == lint("--jobs", "1", "--diff", ".")


@needs_fork
def test_internal_errors_in_workers_are_reported_in_the_same_order(
    here: Path, lint: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    real = Engine.check_document

    def judge(engine: Engine, document: Any, *rest: Any) -> Any:
        if document.span.source.path.endswith(("7.json", "7.yaml", "live/e/main.tf")):
            raise ValueError("a bug")
        return real(engine, document, *rest)

    monkeypatch.setattr(Engine, "check_document", judge)
    alone = lint("--jobs", "1", ".")
    assert lint("--jobs", "2", ".") == alone
    assert alone[0] == 3
    assert alone[2].count("internal error") == 5


@needs_fork
def test_the_parent_checks_units_whose_outcome_cannot_be_pickled(
    here: Path, lint: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    alone = lint("--jobs", "1", ".")

    def dump(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(pool._Pickler, "dump", dump)
    assert lint("--jobs", "2", ".") == alone


@needs_fork
@pytest.mark.parametrize("all_of_them", [False, True])
def test_the_parent_checks_everything_if_no_worker_can_be_started(
    here: Path, lint: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, *, all_of_them: bool
) -> None:
    force(monkeypatch, "fork")
    alone = lint("--jobs", "1", ".")
    real, calls = os.fork, [0]

    def fork() -> int:
        calls[0] += 1
        if all_of_them or calls[0] > 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return real()

    monkeypatch.setattr(os, "fork", fork)
    assert lint("--jobs", "4", ".") == alone


@needs_fork
def test_a_killed_worker_costs_only_the_unit_it_was_checking(
    here: Path, lint: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    _, out, _ = lint("--jobs", "1", "many")
    real, parent = Engine.check_document, os.getpid()

    def judge(engine: Engine, document: Any, *rest: Any) -> Any:
        if os.getpid() != parent and document.span.source.path in ("many/3.json", "many/12.yaml"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(engine, document, *rest)

    monkeypatch.setattr(Engine, "check_document", judge)
    status, less, err = lint("--jobs", "2", "--quiet", "many")
    assert status == 3
    expected = [line for line in out.splitlines() if not line.startswith("many/3.json")]
    assert [line for line in expected if "many/12.yaml" not in line] == less.splitlines()
    assert [line.split(";")[0] for line in err.splitlines()] == [
        f"{path}: not checked: its worker process was killed by SIGKILL"
        for path in ("many/12.yaml", "many/3.json")
    ]
    assert "internal error" not in err


SLOW = """\
import multiprocessing, os, sys, time
from cloudtrail_policylint.lint import pool
from cloudtrail_policylint.engine.engine import Engine
from cloudtrail_policylint.cli import run
real = Engine.check_document
def judge(engine, document, *rest):
    if document.span.source.path in ('many/5.json', 'many/6.yaml'):
        open(f'reached{os.getpid()}', 'w').close()
        time.sleep(float(os.environ['SLEEP']))
    return real(engine, document, *rest)
Engine.check_document = judge
pool.context_of_run = lambda: multiprocessing.get_context('fork')
run()
"""
"""A command whose two workers sleep for a while."""


def slow(here: Path, seconds: float) -> subprocess.Popen[str]:
    """The command, once both of its workers sleep."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SLEEP": str(seconds)}
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", SLOW, "lint", "--jobs", "2", "many"],
        env=environment, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell lets what it runs in the background ignore Ctrl-C, and so would this command.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    waited = time.monotonic() + 60
    while len(list(here.glob("reached*"))) < 2 and time.monotonic() < waited:
        time.sleep(0.05)
    return process


@needs_fork
def test_ctrl_c_ends_the_run_and_its_workers(here: Path) -> None:
    with slow(here, 600) as process:
        os.killpg(process.pid, signal.SIGINT)  # to the whole group, as a terminal does
        out, err = process.communicate(timeout=60)  # waits until no process has the pipes open
    assert process.returncode == 130
    assert [line.split(":")[0] for line in out.splitlines()][:3] == ["many/0.json", "many/0.yaml", "many/1.json"]  # fmt: skip
    assert err.endswith("interrupted: only the findings so far are shown\n")
    assert "Traceback" not in err


@needs_fork
@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_workers_end_when_the_run_is_killed(here: Path, how: str) -> None:
    with slow(here, 2) as process:
        process.send_signal(getattr(signal, how))
        out, err = process.communicate(timeout=60)  # as above
    assert (out, err) == ("", "")


def test_small_input_is_checked_in_one_process(
    here: Path, lint: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = started(monkeypatch)
    monkeypatch.setattr(work, "_cores", lambda: 3)
    lint("many")
    lint("--jobs", "1", "many")
    assert not pools
    large = json.dumps(
        {"Version": "2012-10-17", "Statement": BAD, "Id": "x" * work.CHARACTERS_A_PROCESS}
    )
    for name in "abcd":
        (here / f"many/{name}.json").write_text(large)
    alone = lint("--jobs", "1", "many")
    assert lint("many") == alone
    assert lint("--jobs", "auto", "many/a.json", "many/b.json") != alone
    assert lint("many/a.json")[0] == 1
    assert pools == [3, 2]


def test_one_process_does_not_load_multiprocessing(here: Path) -> None:
    code = (
        "import sys\nfrom cloudtrail_policylint.cli import main\nmain(['lint', '--quiet', 'many'])\n"
        "assert not {'multiprocessing', 'threading', 'pickle', 'signal', 'subprocess'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-I", "-B", "-c", f"import sys\nsys.path.insert(0, {str(PROJECT)!r})\n{code}"],
                   stdout=subprocess.DEVNULL, check=True)  # fmt: skip


@pytest.mark.parametrize("jobs", ["0", "-1", "65", "many", "1.5", "", "²"])
def test_invalid_numbers_of_jobs(capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    assert main(["lint", f"--jobs={jobs}", "."]) == 2
    assert "is neither auto nor a number from 1 to 64" in capsys.readouterr().err


def test_modules_that_call_one_another_are_one_unit(here: Path) -> None:
    from cloudtrail_policylint.files.discover import discover
    from cloudtrail_policylint.settings.lookup import NearestSettings

    files = Files(list(discover(["."], NearestSettings(None))), everything=False, walked=["."])
    assert [sorted(folders) for folders in files.modules.projects()] == [
        [""], ["live/a", "live/b", "modules/m"], ["live/c"], ["live/d"], ["live/e"],
    ]  # fmt: skip


# -- starting workers

RUNNER = """\
import multiprocessing, sys
from cloudtrail_policylint.lint import pool
pool.context_of_run = lambda: multiprocessing.get_context('spawn')
if __name__ == '__main__':
    from cloudtrail_policylint.cli import run
    if 'broken' in sys.argv[0]:
        multiprocessing.set_executable(sys.argv[0].replace('runner.py', 'python'))
    run()
"""
"""A command whose workers are spawned, as on macOS and Windows."""


def make_hostile(checked: Path) -> None:
    """Modules in *checked*, which write a file beside it where they are imported."""
    for name in ("multiprocessing", "random", "socket", "tempfile", "encodings", "sitecustomize"):
        (checked / name).mkdir(parents=True)
        (checked / name / "__init__.py").write_text(hostile(checked.parent, name))
    for name in ("struct", "pickle", "textwrap", "cloudtrail_policylint", "yaml"):
        (checked / f"{name}.py").write_text(hostile(checked.parent, name))


def hostile(folder: Path, name: str) -> str:
    return f"open({str(folder)!r} + '/RAN-{name}', 'w')\nraise SystemExit('hostile')\n"


def test_the_command_imports_nothing_from_the_checked_folder(tmp_path: Path) -> None:
    checked = tmp_path / "checked"
    make_hostile(checked)
    (checked / "p.json").write_text(POLICY)
    (tmp_path / "command.py").write_text("from cloudtrail_policylint.cli import run\nrun()\n")
    for command in ([str(tmp_path / "command.py")], ["-I", "-m", "cloudtrail_policylint"]):
        for arguments in (["--jobs", "2", "."], ["--format", "sarif", "."], ["--fix", "."]):
            done = subprocess.run(
                [sys.executable, "-B", *command, "lint", *arguments],
                cwd=checked,
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 1, done.stderr
            assert "CT101" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checked", "command.py"]


def spawning(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """``lint --jobs 2`` on the current folder, by ``runner.py`` in *folder*."""
    (folder / "runner.py").write_text(RUNNER)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    return subprocess.run(
        [sys.executable, "-B", *options, str(folder / "runner.py"), "lint", "--jobs", "2", "."],
        env={**environment, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.mark.parametrize("options", [(), ("-P",), ("-E",)], ids=["", "-P", "-E"])
def test_workers_import_nothing_from_the_checked_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """With ``-E`` workers cannot be kept from it, so there are none."""
    checked = tmp_path / "checked"
    make_hostile(checked)
    for number in range(4):
        (checked / f"{number}.json").write_text(POLICY)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(checked)
    done = spawning(tmp_path / "elsewhere", *options)
    assert (done.returncode, done.stdout.count("CT101")) == (1, 4), done.stderr
    assert done.stderr == "4 errors (4 policies in 4 files)\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checked", "elsewhere"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script as Python")
def test_a_worker_that_dies_while_starting_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although there is more to send to it than fits into a pipe."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "python").write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / "broken" / "python").chmod(0o755)
    checked = tmp_path / "checked"
    checked.mkdir()
    for number in range(2):
        (checked / f"{number}.json").write_text(POLICY + " " * 500_000)
    monkeypatch.chdir(checked)
    done = spawning(tmp_path / "broken")
    assert (done.returncode, done.stdout.count("CT101")) == (3, 2)
    assert done.stderr.endswith(  # multiprocessing warns of its own process first
        "a worker process exited with code 7 while starting\n2 errors (2 policies in 2 files)\n"
    )


def test_the_environment_is_as_before(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch, "spawn")
    for value in (None, "0"):
        if value is None:
            monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
        else:
            monkeypatch.setenv("PYTHONSAFEPATH", value)
        before = dict(os.environ)
        lint_paths(["many"], jobs=2)
        assert dict(os.environ) == before
