"""Local modules: each is evaluated for each call of it.

Paths: developer.hashicorp.com/terraform/language/expressions/references
("Filesystem and Workspace Info"): ``path.module`` and the paths of ``file()``
are seen from the root module.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

from cloudtrail_policylint.extract.terraform.project import MAX_CALLS, Project
from cloudtrail_policylint.iam.written import Extraction
from cloudtrail_policylint.tree.python_values import plain
from cloudtrail_policylint.tree.source import SourceFile


class Tree:
    """Files in memory, and which of their folders call which."""

    def __init__(self, files: dict[str, str], callers: dict[str, list[str]]) -> None:
        self.files = {path: SourceFile(path, dedent(text)) for path, text in files.items()}
        self._callers = callers

    def module_sources(self, folder: str) -> list[SourceFile]:
        return [s for path, s in self.files.items() if posixpath.dirname(path) == folder]

    def tests(self, _folder: str) -> set[tuple[str, str]]:
        return set()

    def callers(self, folder: str) -> list[str]:
        return self._callers.get(folder, [])

    def installed(self, folder: str, name: str, source: str) -> str | None:
        return None

    def all_callers(self, folder: str) -> list[str]:
        return self.callers(folder)

    def called(self, folder: str, source: str) -> str | None:
        path = posixpath.normpath(posixpath.join(folder, source))
        return path if any(posixpath.dirname(known) == path for known in self.files) else None

    def is_whole(self, folder: str) -> bool:
        return True

    def loader(self, folder: str) -> Callable[[str], SourceFile | None]:
        return lambda path: self.files.get(posixpath.normpath(posixpath.join(folder, path)))

    def lister(self, folder: str) -> Callable[[str], list[str]]:
        def names(relative: str) -> list[str]:
            top = posixpath.normpath(posixpath.join(folder, relative)) + "/"
            return [path.removeprefix(top) for path in self.files if path.startswith(top)]

        return names


def extractions(
    files: dict[str, str], folder: str = "m", callers: dict[str, list[str]] | None = None
) -> list[Extraction]:
    return list(Project(Tree(files, callers or {"m": ["r"]})).extractions(folder))


def actions(extraction: Extraction) -> list[Any]:
    return [
        statement["Action"]
        for found in extraction.documents
        for statement in plain(found.node)["Statement"]
    ]


MODULE = """
variable "actions" {
  default = "a:Default"
}
resource "aws_iam_policy" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = var.actions, Resource = "*" }] })
}
output "actions" {
  value = var.actions
}
"""


def call(name: str = "x", arguments: str = "", source: str = "../m") -> str:
    return f'module "{name}" {{\n source = "{source}"\n {arguments}\n}}\n'


def policy(action: str) -> str:
    return (
        'resource "aws_iam_policy" "y" {\n policy = jsonencode({ Statement = '
        f'[{{ Effect = "Allow", Action = {action}, Resource = "*" }}] }})\n}}\n'
    )


def test_what_a_caller_gives_stands_where_it_is_written() -> None:
    (found,) = extractions({"r/a.tf": call(arguments='actions = "a:B"'), "m/a.tf": MODULE})
    assert actions(found) == ["a:B"]


def test_each_call_is_judged_by_itself() -> None:
    text = call("x", 'actions = "a:B"') + call("y", 'actions = "a:C"') + call("z")
    found = extractions({"r/a.tf": text, "m/a.tf": MODULE})
    assert [actions(one) for one in found] == [["a:B"], ["a:C"], ["a:Default"]]


def test_each_instance_of_a_call_is_a_call() -> None:
    text = call(arguments='for_each = toset(["a:B", "a:C"])\n actions = each.value')
    found = extractions({"r/a.tf": text, "m/a.tf": MODULE})
    assert [actions(one) for one in found] == [["a:B"], ["a:C"]]


def test_a_module_that_nobody_calls_has_its_defaults() -> None:
    (found,) = extractions({"m/a.tf": MODULE}, callers={})
    assert actions(found) == ["a:Default"]


def test_with_too_many_calls_nothing_is_known_of_what_is_given() -> None:
    text = "".join(call(f"x{n}", f'actions = "a:B{n}"') for n in range(MAX_CALLS + 1))
    (found,) = extractions({"r/a.tf": text, "m/a.tf": MODULE})
    assert actions(found) == ["${var.actions}"]


def test_values_of_the_root_module_s_files_are_not_the_called_module_s() -> None:
    files = {
        "r/a.tf": call(),
        "m/a.tf": MODULE,
        "m/terraform.tfvars": 'actions = "a:NotLoaded"\n',
    }
    (found,) = extractions(files)
    assert actions(found) == ["a:Default"]


def test_a_value_that_the_caller_does_not_know_is_unknown() -> None:
    text = 'variable "v" {}\n' + call(arguments="actions = var.v")
    (found,) = extractions({"r/a.tf": text, "m/a.tf": MODULE})
    assert actions(found) == ["${var.v}"]


@pytest.mark.parametrize(
    ("reference", "action"),
    [
        ("module.x.actions", "a:B"),
        ("module.x.missing", "${module.x.missing}"),
        ("module.missing.actions", "${module.missing.actions}"),
        ("module.y[0].actions", "a:C"),
        ("module.z.actions", "${module.z.actions}"),
    ],
)
def test_what_a_module_gives_back(reference: str, action: str) -> None:
    text = call("x", 'actions = "a:B"') + call("y", 'count = 1\n actions = "a:C"')
    text += call("z", source="acme/z/aws") + policy(reference)
    (found,) = extractions({"r/a.tf": text, "m/a.tf": MODULE}, "r")
    assert actions(found)[-1] == action


@pytest.mark.parametrize("first", ["m", "r"])
def test_what_a_module_gives_back_does_not_hang_on_which_module_is_extracted_first(
    first: str,
) -> None:
    files = {
        "m/a.tf": """
            variable "names" {}
            resource "aws_iam_role" "r" {
              for_each = toset(var.names)
            }
            output "count" {
              value = length(aws_iam_role.r[*].arn)
            }
        """,
        "r/a.tf": 'variable "names" {\n default = ["a"]\n}\n'
        + call(arguments="names = var.names")
        + policy('module.x.count == 1 ? "a:One" : "a:Other"'),
    }
    project = Project(Tree(files, {"m": ["r"]}))
    list(project.extractions(first))
    (extraction,) = project.extractions("r")
    assert actions(extraction) == ["a:One"]


def test_modules_in_modules() -> None:
    middle = 'variable "v" {}\n' + call(arguments="actions = var.v")
    middle += 'output "v" {\n value = module.x.actions\n}\n'
    top = call("n", 'v = "a:Deep"', source="../n") + policy("module.n.v")
    files = {"r/a.tf": top, "n/a.tf": middle, "m/a.tf": MODULE}
    callers = {"m": ["n"], "n": ["r"]}
    assert [actions(one) for one in extractions(files, "m", callers)] == [["a:Deep"]]
    assert [actions(one) for one in extractions(files, "r", callers)] == [["a:Deep"]]


def test_a_module_s_files_are_found_from_the_root_module() -> None:
    module = 'variable "f" {}\n' + "".join(
        f'resource "aws_iam_policy" "p{n}" {{\n policy = file({path})\n}}\n'
        for n, path in enumerate(('"${path.module}/p.json"', '"p.json"', "var.f"))
    )
    files = {
        "r/a.tf": call(arguments='f = "${path.module}/q.json"'),
        "r/p.json": '{"Statement": [{"Effect": "Allow", "Action": "a:Root"}]}',
        "r/q.json": '{"Statement": [{"Effect": "Allow", "Action": "a:Given"}]}',
        "m/a.tf": module,
        "m/p.json": '{"Statement": [{"Effect": "Allow", "Action": "a:Module"}]}',
    }
    (found,) = extractions(files)
    assert sorted(actions(found)) == ["a:Given", "a:Module", "a:Root"]


@pytest.mark.parametrize(
    "text",
    [
        call(source="./") + MODULE,
        call("x", "actions = module.x.actions", source="./") + MODULE,
        call("x", "actions = module.y.actions", source="./")
        + call("y", "actions = module.x.actions", source="./")
        + MODULE,
    ],
)
def test_a_module_that_calls_itself_is_no_hang(text: str) -> None:
    for found in extractions({"m/a.tf": text}, callers={"m": ["m"]}):
        assert len(found.documents) <= 2


def test_modules_that_double_at_each_level_are_bounded() -> None:
    files: dict[str, str] = {}
    for level in range(30):
        files[f"l{level}/a.tf"] = (
            call("a", source=f"../l{level + 1}")
            + call("b", source=f"../l{level + 1}")
            + 'output "o" {\n value = "${module.a.o}${module.b.o}"\n}\n'
        )
    files["l30/a.tf"] = 'output "o" {\n value = "a:B"\n}\n'
    files["r/a.tf"] = call("t", source="../l0") + policy("module.t.o")
    (found,) = extractions(files, "r")
    assert len(found.documents) == 1


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.json", {"A", "B"}),
        ("**/*.json", {"A", "B", "C"}),
        ("**/**/d*p/*.json", {"C"}),
        ("*", {"A", "B"}),
        ("?.json", {"A", "B"}),
        ("**", {"A", "B", "C"}),
        ("[ab].json", set()),
        ("*.yaml", set()),
    ],
)
def test_fileset_names_the_files_below_a_folder(pattern: str, found: set[str]) -> None:
    """developer.hashicorp.com/terraform/language/functions/fileset."""
    policy = '{"Statement": [{"Effect": "Deny", "Action": "x:%s", "Resource": "*"}]}'
    files = {
        "m/main.tf": f"""
            resource "aws_organizations_policy" "p" {{
              for_each = fileset("${{path.module}}/scp", "{pattern}")
              content  = file("${{path.module}}/scp/${{each.value}}")
            }}
        """,
        "m/scp/a.json": policy % "A",
        "m/scp/b.json": policy % "B",
        "m/scp/deep/c.json": policy % "C",
        "m/other.json": policy % "Other",
    }
    (extraction,) = extractions(files, callers={})
    assert set(actions(extraction)) == {f"x:{name}" for name in found}
    assert {one.kind for one in extraction.documents} <= {"scp"}
