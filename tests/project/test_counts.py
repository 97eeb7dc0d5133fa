"""What a run costs, counted and not timed: bounds that notice a doubling on any machine."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.engine.matches import StatementMatch
from cloudtrail_policylint.extract.terraform.evaluate import Evaluator
from cloudtrail_policylint.extract.terraform.instances import MAX_INSTANCES
from cloudtrail_policylint.extract.terraform.project import MAX_CALLS
from cloudtrail_policylint.iam import patterns
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.lint.run import Run
from cloudtrail_policylint.readers.hcl import reader as hcl_reader
from cloudtrail_policylint.settings.lookup import NearestSettings
from cloudtrail_policylint.settings.model import Settings
from support.paths import PROJECT

if TYPE_CHECKING:
    from cloudtrail_policylint.rulebook.model import RuleBook

POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "cloudtrail:StopLogging", '
    '"Resource": "*"}]}'
)
HEAVY = {"dataclasses", "typing", "pathlib", "subprocess", "inspect", "jsonschema", "socket", "unittest"}  # fmt: skip
INPUTS = {
    "policy.json": POLICY,
    "template.yaml": "Resources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties:\n"
    f"      PolicyDocument: {POLICY}\n",
    "main.tf": f'resource "aws_iam_policy" "p" {{\n  policy = jsonencode({POLICY})\n}}\n',
    "notes.json": "{}",
}
MODULES = {"policy.json": 98, "template.yaml": 110, "main.tf": 117, "notes.json": 41}
"""The most modules of ours that a run over each may load; each costs as much as a small policy's statement.

A module is beside notes.json, and may load it.
"""
OF_FORMATS = {"policy.json": set(), "template.yaml": {"_ruamel_yaml"}, "main.tf": {"tree_sitter"}}
"""What each format is read with, which no other run loads."""


def modules(folder: Path, *arguments: str, sockets: bool = True) -> set[str]:
    """The modules that a command loads; without *sockets* one that opens any fails."""
    code = (
        "import sys\n"
        + ("" if sockets else "sys.addaudithook(lambda e, a: e.startswith('socket.') and sys.exit(9))\n")
        + "from cloudtrail_policylint.cli import main\n"
        "try:\n    status = main(sys.argv[1:])\n"
        "finally:\n    loaded = sorted(sys.modules)\n"
        "import json\nprint(json.dumps([status, loaded]), file=sys.stderr)\n"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", f"import sys\nsys.path.insert(0, {str(PROJECT)!r})\n{code}", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    status, loaded = json.loads(done.stderr.splitlines()[-1])
    assert status in (0, 1, 4)
    return set(loaded)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one input of each format."""
    made = tmp_path_factory.mktemp("inputs")
    for name, text in INPUTS.items():
        (made / name).write_text(text)
    modules(made, "lint", "policy.json")  # which compiles the rules, if nobody has yet
    return made


@pytest.mark.parametrize("name", [*OF_FORMATS, "notes.json"])
def test_a_run_loads_what_its_files_need(folder: Path, name: str) -> None:
    loaded = modules(folder, "lint", "--quiet", name)
    ours = {module for module in loaded if module.startswith("cloudtrail_policylint")}
    if name.endswith(".json"):  # the libraries for the others load some of these themselves
        assert not loaded & HEAVY
    assert "jsonschema" not in loaded
    for other, needed in OF_FORMATS.items():
        assert bool(loaded & needed) == (other == name and bool(needed)), other
    assert len(ours) <= MODULES[name]
    if name == "notes.json":  # nothing in it is about CloudTrail
        assert not {f"cloudtrail_policylint.{part}" for part in ("lint.linter", "engine", "rulebook", "readers")} & ours  # fmt: skip


def test_the_start_loads_what_every_run_needs_and_no_more(folder: Path) -> None:
    loaded = modules(folder, "--version")
    assert not loaded & HEAVY
    assert len([module for module in loaded if module.startswith("cloudtrail_policylint")]) <= 23


def test_no_module_compiles_a_regular_expression_before_it_is_used() -> None:
    for path in (PROJECT / "cloudtrail_policylint").rglob("*.py"):
        nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
        while nodes:
            node = nodes.pop()
            assert not isinstance(node, ast.Call) or ast.unparse(node.func) != "re.compile", path
            if not isinstance(node, ast.FunctionDef | ast.Lambda):
                nodes.extend(ast.iter_child_nodes(node))


def test_questions_are_loaded_where_one_is_asked_and_nowhere_else(folder: Path) -> None:
    questions = "cloudtrail_policylint.questions"
    assert not any(name.startswith(questions) for name in modules(folder, "lint", "."))
    asked = modules(folder, "can", "arn:aws:iam::111122223333:user/x", "cloudtrail:LookupEvents")
    assert questions in asked


def test_no_run_opens_a_socket(folder: Path) -> None:
    modules(folder, "lint", ".", sockets=False)
    modules(folder, "who-can", "cloudtrail:StopLogging", sockets=False)
    modules(folder, "rules", sockets=False)
    modules(folder, "explain", "CT203", sockets=False)
    modules(folder, "check-rules", str(next((PROJECT / "rules").rglob("CT203*"))), sockets=False)


# -- work


class Counter:
    """Counts calls of a function that it stands in for."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.calls = 0

    def counting(self) -> Any:
        """A function that counts and calls the real one."""

        def call(*given: Any, **named: Any) -> Any:
            self.calls += 1
            return self.real(*given, **named)

        return call


def statements(count: int, *, alike: bool) -> str:
    """A policy of *count* statements, each with actions and a resource of its own, or all of the same."""
    return json.dumps({"Statement": [
        {
            "Effect": "Allow",
            "Action": ["cloudtrail:GetTrailStatus", "cloudtrail:Describe*", f"s3:Get{0 if alike else i}"],
            "Resource": f"arn:aws:cloudtrail:us-east-1:123456789012:trail/t{0 if alike else i}",
        }
        for i in range(count)
    ]})  # fmt: skip


def counted(book: RuleBook, monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[int, int]:
    """How often rules are asked of statements of *text*, and patterns are compared."""
    rules, compared = Counter(StatementMatch.verdict), Counter(patterns.within)
    monkeypatch.setattr(StatementMatch, "verdict", rules.counting())
    monkeypatch.setattr(patterns, "within", compared.counting())
    result = Linter(book, Settings()).lint_text("policy.json", text)
    monkeypatch.undo()
    assert result.internal_errors == ()
    assert result.documents == 1
    return rules.calls, compared.calls


def test_the_work_grows_with_the_statements_and_no_faster(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (counted(book, monkeypatch, statements(n, alike=False)) for n in (20, 200))
    assert many[0] <= 10 * few[0]
    assert many[1] <= 11 * few[1]
    assert few[0] < 20 * 10
    assert few[1] < 20 * 15


def test_a_statement_about_another_service_is_not_asked_about(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(others: int) -> tuple[int, int]:
        about = [("cloudtrail:GetTrail", "*")]
        about += [("kinesis:GetRecords", f"arn:aws:kinesis:*:*:stream/{i}") for i in range(others)]
        policy = [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in about]
        return counted(book, monkeypatch, json.dumps({"Statement": policy}))

    one, many = work(1), work(50)
    assert many[0] <= one[0] + 49 * 2
    assert many[1] == one[1]


def test_statements_that_may_be_there_or_not_are_no_reason_to_look_at_all_the_others_for_each(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(count: int) -> int:
        statements = [
            {"Fn::If": ["C", {"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*", "Sid": f"S{i}"},
                        {"Ref": "AWS::NoValue"}]}
            for i in range(count)
        ]  # fmt: skip
        policy = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": {"Statement": statements}},
        }
        asked = Counter(StatementMatch.verdict)
        monkeypatch.setattr(StatementMatch, "verdict", asked.counting())
        text = json.dumps({"Conditions": {"C": {}}, "Resources": {"P": policy}})
        Linter(book, Settings(pedantic=True)).lint_text("t.json", text)
        monkeypatch.undo()
        return asked.calls

    assert 0 < work(200) <= 11 * work(20)


def test_what_is_said_again_is_not_decided_again(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, often = (counted(book, monkeypatch, statements(n, alike=True)) for n in (1, 200))
    assert often[1] <= once[1] + 10


# -- Terraform


def evaluated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """How many files are parsed, modules evaluated and expressions worked out for the module *folder*."""
    parsed, modules, worked = (
        Counter(hcl_reader.read),
        Counter(Evaluator.__init__),
        Counter(Evaluator.evaluate),
    )
    monkeypatch.setattr(hcl_reader, "read", parsed.counting())
    monkeypatch.setattr(Evaluator, "__init__", modules.counting())
    monkeypatch.setattr(Evaluator, "evaluate", worked.counting())
    result = Run(NearestSettings(None)).lint_paths([str(folder)])
    monkeypatch.undo()
    assert result.internal_errors == ()
    assert result.documents
    return parsed.calls, modules.calls, worked.calls


def policy_of(name: str, resource: str) -> str:
    return (
        f'resource "aws_iam_policy" "{name}" {{\n  policy = jsonencode({{ Statement = [{{ Effect = "Allow", '
        f'Action = "cloudtrail:GetTrail", Resource = {resource} }}] }})\n}}\n'
    )


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_files_that_refer_to_each_other_are_read_and_worked_out_once_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(count: int) -> tuple[int, int, int]:
        files = {
            f"part{i}.tf": f'locals {{\n  name_{i} = "trail-{i}"\n'
            f'  arn_{i} = "arn:aws:cloudtrail:*:*:trail/${{local.name_{(i + 1) % count}}}"\n}}\n'
            f"{policy_of(f'p{i}', f'local.arn_{i}')}"
            for i in range(count)
        }
        return evaluated(written(tmp_path / str(count), files), monkeypatch)

    few, many = work(10), work(200)
    assert few[:2] == (10, 1)
    assert many == (200, 1, 20 * few[2])


def test_a_data_source_of_many_works_out_each_of_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(count: int) -> int:
        documents = "".join(
            f'data "aws_iam_policy_document" "d{i}" {{\n  statement {{\n    sid = "S{i}"\n'
            f'    actions = ["cloudtrail:GetTrail"]\n    resources = ["*"]\n  }}\n}}\n'
            for i in range(count)
        )
        names = ", ".join(f"data.aws_iam_policy_document.d{i}.json" for i in range(count))
        whole = (
            f'data "aws_iam_policy_document" "all" {{\n  source_policy_documents = [{names}]\n}}\n'
            'resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.all.json\n}\n'
        )
        folder = written(tmp_path / str(count), {"main.tf": documents + whole})
        return evaluated(folder, monkeypatch)[2]

    assert work(200) <= 20 * work(10)


def test_a_module_is_evaluated_for_a_few_of_its_calls_and_for_no_more_than_its_callers_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(count: int) -> tuple[int, int, int]:
        files = {"called/main.tf": 'variable "arn" {}\n' + policy_of("p", "var.arn")}
        files |= {
            f"caller{i}/main.tf": f'module "m" {{\n  source = "../called"\n  arn = "arn:aws:cloudtrail:*:*:trail/{i}"\n}}\n'
            for i in range(count)
        }
        return evaluated(written(tmp_path / str(count), {**files, ".git/HEAD": ""}), monkeypatch)

    few, many = work(MAX_CALLS), work(25 * MAX_CALLS)
    assert few[:2] == (MAX_CALLS + 1, 2 * MAX_CALLS)  # each caller, and the module for each of them
    assert many[0] == 25 * MAX_CALLS + 1
    assert many[1] <= 25 * few[1]
    assert many[2] <= 25 * few[2]


def test_what_many_keys_make_is_worked_out_for_a_few_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(count: int) -> int:
        keys = ", ".join(f'"k{i}"' for i in range(count))
        text = policy_of("p", '"arn:aws:cloudtrail:*:*:trail/${each.key}"')
        text = text.replace("{\n", f"{{\n  for_each = toset([{keys}])\n", 1)
        return evaluated(written(tmp_path / str(count), {"main.tf": text}), monkeypatch)[2]

    keys = 984
    assert work(MAX_INSTANCES + keys) <= work(MAX_INSTANCES) + 2 * keys  # the keys themselves
