"""Templates that other templates of the project deploy. Whole runs are in ``cases/nested-stacks.case``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.files import Files
from cloudtrail_policylint.files.discover import discover
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.settings.lookup import NearestSettings
from cloudtrail_policylint.settings.model import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from cloudtrail_policylint.rulebook.model import RuleBook


def stack(url: str, **parameters: object) -> dict[str, Any]:
    properties = {"TemplateURL": url, "Parameters": parameters}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


def policy(action: object) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": statement}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}


def template(type_name: str = "String", /, **resources: object) -> str:
    return json.dumps({"Parameters": {"A": {"Type": type_name}}, "Resources": resources})


REF = {"Ref": "A"}
CHILD = template(P=policy(REF))


def found(folder: Path, book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files with findings, each with the text that is found."""
    monkeypatch.chdir(folder)
    run = Settings(select=("CT101",))
    files = Files(list(discover(["."], NearestSettings())), everything=False)
    linter = Linter(book, run)
    result = linter.lint_files(files)
    assert result.internal_errors == ()
    return [f"{f.span.source.path} {f.span.text}" for f in result.findings]


@pytest.mark.parametrize(
    ("type_name", "given", "expected"),
    [
        ("String", "cloudtrail:Nope", ["m.json"]),
        ("String", "cloudtrail:GetTrail", []),
        ("String", {"Ref": "Unknown"}, []),
        ("String", {"Fn::If": ["C", "cloudtrail:Nope", {"Ref": "AWS::NoValue"}]}, ["m.json"]),
        ("CommaDelimitedList", "cloudtrail:GetTrail, cloudtrail:Nope", ["m.json"]),
        ("CommaDelimitedList", {"Fn::If": ["C", "cloudtrail:Nope", {"Ref": "X"}]}, ["m.json"]),
        ("List<String>", ["cloudtrail:GetTrail", "cloudtrail:Nope"], ["m.json"]),
        ("AWS::SSM::Parameter::Value<String>", "cloudtrail:Nope", []),
    ],
)
def test_what_a_stack_gives(
    type_name: str,
    given: object,
    expected: list[str],
    tmp_path: Path,
    book: RuleBook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "m.json").write_text(template(S=stack("c.json", A=given)))
    (tmp_path / "c.json").write_text(template(type_name, P=policy(REF)))
    files = [line.split()[0] for line in found(tmp_path, book, monkeypatch)]
    assert files == expected


@pytest.mark.parametrize(
    "url", ["../out.json", "link.json", "linked/out.json", "/{0}/out.json", "file:///{0}/out.json"]
)
def test_nothing_outside_of_the_project_is_read(
    url: str, tmp_path: Path, book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (tmp_path / "out.json").write_text(CHILD)
    (project / "link.json").symlink_to(tmp_path / "out.json")
    (project / "linked").symlink_to(tmp_path, target_is_directory=True)
    path = url.format(tmp_path)
    (project / "main.template").write_text(template(S=stack(path, A="cloudtrail:Nope")))
    assert found(project, book, monkeypatch) == []


def test_templates_that_nest_each_other(
    tmp_path: Path, book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text(template(S=stack("b.json", A=REF), P=policy(REF)))
    (tmp_path / "b.json").write_text(
        template(S=stack("a.json", A="cloudtrail:Nope"), T=stack("b.json", A=REF), P=policy(REF))
    )
    assert set(found(tmp_path, book, monkeypatch)) == {'b.json "cloudtrail:Nope"'}


def test_a_long_chain_of_templates_ends(
    tmp_path: Path, book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(600):
        nested = stack(f"{index + 1}.json", A="cloudtrail:Nope" if index == 590 else REF)
        (tmp_path / f"{index}.json").write_text(template(S=nested, P=policy(REF)))
    assert found(tmp_path, book, monkeypatch) == ['590.json "cloudtrail:Nope"']


def test_a_template_of_many_stacks_is_judged_without_their_values(
    tmp_path: Path, book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = {f"S{index}": stack("c.json", A="cloudtrail:Nope") for index in range(9)}
    (tmp_path / "m.json").write_text(template(**stacks))
    (tmp_path / "c.json").write_text(template(P=policy(REF), Q=policy("cloudtrail:Always")))
    assert found(tmp_path, book, monkeypatch) == ['c.json "cloudtrail:Always"']


@pytest.mark.parametrize("child", ["[]", "{", "", "a: b", '{"Resources": []}'])
def test_what_is_no_template_is_judged_by_itself(
    child: str, tmp_path: Path, book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "m.json").write_text(
        template(S=stack("c.json", A="cloudtrail:Nope"), P=policy("cloudtrail:No"))
    )
    (tmp_path / "c.json").write_text(child)
    assert found(tmp_path, book, monkeypatch) == ['m.json "cloudtrail:No"']
