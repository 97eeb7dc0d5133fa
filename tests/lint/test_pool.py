"""However many processes share a run, it says the same, byte for byte; and what happens to one of them."""

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
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.engine.engine import Engine
from cloudtrail_policylint.files.collection import Files
from cloudtrail_policylint.lint import pool as processes
from cloudtrail_policylint.lint import work as parts
from cloudtrail_policylint.report.formats import FORMATS
from support.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

BAD = {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}
POLICY = json.dumps({"Statement": BAD})
NESTED = (
    "Parameters:\n  Act: {Type: String}\nResources:\n  P:\n    Type: AWS::IAM::Policy\n    Properties:\n"
    "      PolicyDocument:\n        Statement: {Effect: Deny, Action: !Ref Act, Resource: '*'}\n"
)
STACK = (
    "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
    "      TemplateURL: nested.yaml\n      Parameters: {Act: 'cloudtrail:Neither'}\n"
)
MODULE = """\
variable "act" {}
resource "aws_iam_policy" "of_caller" {
  policy = jsonencode({ Statement = { Effect = "Deny", Action = var.act, Resource = "*" } })
}
resource "aws_iam_policy" "own" {
  policy = jsonencode({ Statement = { Effect = "Deny", Action = "cloudtrail:Own", Resource = "*" } })
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
    "other/large.json": json.dumps({"Statement": [BAD] * 9}),
    "other/small.json": json.dumps({"Statement": {**BAD, "Action": "s3:Nope"}}),
    **{f"many/{n}.json": json.dumps({"Statement": {**BAD, "Action": f"cloudtrail:No{n}"}}) for n in range(20)},
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
    """How processes are started, whatever this one is like."""
    name: str = request.param
    if name not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {name} here")
    force(monkeypatch, name)
    return name


def force(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(processes, "context_of_run", lambda: multiprocessing.get_context(method))


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs ``lint`` with arguments: the exit code and all that it and its processes write."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["lint", *arguments])
        return status, *capfd.readouterr()

    return run


def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many processes are wanted each time that several are."""
    hired: list[int] = []
    real = processes._Crew.hire

    def hire(crew: Any, jobs: int) -> None:
        hired.append(jobs)
        real(crew, jobs)

    monkeypatch.setattr(processes._Crew, "hire", hire)
    return hired


@pytest.mark.parametrize("form", FORMATS)
@needs_fork
def test_every_report_is_the_same(
    here: Path, said: Callable[..., Any], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    arguments = ("--format", form, "--statistics", "--show-suppressed", "--pedantic", "--color", "always", ".")  # fmt: skip
    alone = said("--jobs", "1", *arguments)
    hired = started(monkeypatch)
    assert said("--jobs", "2", *arguments) == alone
    assert said("--jobs", "5", *arguments) == alone
    assert hired == [2, 2, 5, 2]  # the folder "other" has settings of its own, and two files
    assert alone[0] == 1
    assert alone[1].count("CallerA") >= 1
    assert all(word in alone[1] for word in ("Own", "Neither", "latin.json", "unused-suppression", "CT005"))  # fmt: skip


def test_however_processes_are_started(here: Path, said: Callable[..., Any], method: str) -> None:
    arguments = ("--format", "json", "--statistics", "--show-suppressed", ".")
    assert said("--jobs", "3", *arguments) == said("--jobs", "1", *arguments)
    assert lint_paths(["."], jobs=2) == lint_paths(["."])


@needs_fork
def test_a_baseline_and_fixes_are_the_same(
    here: Path, said: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    written = []
    for jobs in ("1", "2"):
        baseline = here / f"baseline{jobs}.txt"
        said("--jobs", jobs, "--write-baseline", "--baseline", baseline.name, "many", "live")
        written.append(baseline.read_text())
    assert written[0] == written[1]
    outcomes = [said("--jobs", jobs, "--baseline", "baseline1.txt", ".") for jobs in ("1", "2")]
    assert outcomes[0] == outcomes[1]
    assert said("--jobs", "2", "--diff", ".") == said("--jobs", "1", "--diff", ".")


@needs_fork
def test_a_mistake_of_ours_is_told_in_the_same_place(
    here: Path, said: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    real = Engine.check_document

    def judge(engine: Engine, document: Any) -> Any:
        if document.span.source.path.endswith(("7.json", "7.yaml", "live/e/main.tf")):
            raise ValueError("a mistake")
        return real(engine, document)

    monkeypatch.setattr(Engine, "check_document", judge)
    alone = said("--jobs", "1", ".")
    assert said("--jobs", "2", ".") == alone
    assert alone[0] == 3
    assert alone[2].count("internal error") == 5


@needs_fork
def test_what_cannot_travel_is_judged_where_it_was_to_go(
    here: Path, said: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    alone = said("--jobs", "1", ".")

    def dump(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(processes._Pickler, "dump", dump)
    assert said("--jobs", "2", ".") == alone


@needs_fork
@pytest.mark.parametrize("all_of_them", [False, True])
def test_where_no_process_can_be_started_this_one_judges(
    here: Path, said: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, *, all_of_them: bool
) -> None:
    force(monkeypatch, "fork")
    alone = said("--jobs", "1", ".")
    real, calls = os.fork, [0]

    def fork() -> int:
        calls[0] += 1
        if all_of_them or calls[0] > 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return real()

    monkeypatch.setattr(os, "fork", fork)
    assert said("--jobs", "4", ".") == alone


@needs_fork
def test_a_process_that_is_killed_costs_what_it_was_at(
    here: Path, said: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch, "fork")
    _, out, _ = said("--jobs", "1", "many")
    real, parent = Engine.check_document, os.getpid()

    def judge(engine: Engine, document: Any) -> Any:
        if os.getpid() != parent and document.span.source.path in ("many/3.json", "many/12.yaml"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(engine, document)

    monkeypatch.setattr(Engine, "check_document", judge)
    status, less, err = said("--jobs", "2", "--quiet", "many")
    assert status == 3
    expected = [line for line in out.splitlines() if not line.startswith("many/3.json")]
    assert [line for line in expected if "many/12.yaml" not in line] == less.splitlines()
    assert [line.split(";")[0] for line in err.splitlines()] == [
        f"{path}: not judged: the process that did it was ended by signal SIGKILL"
        for path in ("many/12.yaml", "many/3.json")
    ]
    assert "internal error" not in err


SLOW = """\
import multiprocessing, os, sys, time
from cloudtrail_policylint.lint import pool as processes
from cloudtrail_policylint.engine.engine import Engine
from cloudtrail_policylint.cli import run
real = Engine.check_document
def judge(engine, document):
    if document.span.source.path in ('many/5.json', 'many/6.yaml'):
        open(f'reached{os.getpid()}', 'w').close()
        time.sleep(float(os.environ['SLEEP']))
    return real(engine, document)
Engine.check_document = judge
processes.context_of_run = lambda: multiprocessing.get_context('fork')
run()
"""
"""A command of which two processes sleep for a while."""


def slow(here: Path, seconds: float) -> subprocess.Popen[str]:
    """The command, once both of its processes sleep."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SLEEP": str(seconds)}
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", SLOW, "lint", "--jobs", "2", "many"],
        env=environment, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    waited = time.monotonic() + 60
    while len(list(here.glob("reached*"))) < 2 and time.monotonic() < waited:
        time.sleep(0.05)
    return process


@needs_fork
def test_an_interrupted_run_ends_with_all_its_processes(here: Path) -> None:
    with slow(here, 600) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to all of them
        out, err = process.communicate(timeout=60)  # which waits for whoever may write there
    assert process.returncode == 130
    assert [line.split(":")[0] for line in out.splitlines()][:3] == ["many/0.json", "many/0.yaml", "many/1.json"]  # fmt: skip
    assert err.endswith("interrupted: what is shown was found until then\n")
    assert "Traceback" not in err


@needs_fork
@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_nobody_is_left_when_the_run_is_killed(here: Path, how: str) -> None:
    with slow(here, 2) as process:
        process.send_signal(getattr(signal, how))
        out, err = process.communicate(timeout=60)  # as above
    assert (out, err) == ("", "")


def test_one_process_unless_more_pay(
    here: Path, said: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    hired = started(monkeypatch)
    monkeypatch.setattr(parts, "_cores", lambda: 3)
    said("many")
    said("--jobs", "1", "many")
    assert not hired
    large = json.dumps({"Statement": BAD, "Id": "x" * parts.CHARACTERS_A_PROCESS})
    for name in "abcd":
        (here / f"many/{name}.json").write_text(large)
    alone = said("--jobs", "1", "many")
    assert said("many") == alone
    assert said("--jobs", "auto", "many/a.json", "many/b.json") != alone
    assert said("many/a.json")[0] == 1
    assert hired == [3, 2]


def test_one_process_does_not_load_what_several_need(here: Path) -> None:
    code = (
        "import sys\nfrom cloudtrail_policylint.cli import main\nmain(['lint', '--quiet', 'many'])\n"
        "assert not {'multiprocessing', 'threading', 'pickle', 'signal', 'subprocess'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-I", "-B", "-c", f"import sys\nsys.path.insert(0, {str(PROJECT)!r})\n{code}"],
                   stdout=subprocess.DEVNULL, check=True)  # fmt: skip


@pytest.mark.parametrize("jobs", ["0", "-1", "65", "many", "1.5", "", "²"])
def test_no_number_of_processes(capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["lint", f"--jobs={jobs}", "."])
    assert end.value.code == 2
    assert "is neither auto nor a number from 1 to 64" in capsys.readouterr().err


def test_modules_that_call_one_another_stay_together(here: Path) -> None:
    from cloudtrail_policylint.files.discover import discover
    from cloudtrail_policylint.settings.lookup import NearestSettings

    files = Files(list(discover(["."], NearestSettings(None))), everything=False, walked=["."])
    assert [sorted(folders) for folders in files.modules.projects()] == [
        [""], ["live/a", "live/b", "modules/m"], ["live/c"], ["live/d"], ["live/e"],
    ]  # fmt: skip
