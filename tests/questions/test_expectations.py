"""Expectations: what fails, where it is reported, and bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import cloudtrail_policylint.settings as settings_package
from cloudtrail_policylint import lint_paths
from cloudtrail_policylint.questions.expectations import broken, unmatched
from cloudtrail_policylint.settings.expectations import expectations_of, read_expectations
from cloudtrail_policylint.settings.model import SettingsError
from cloudtrail_policylint.settings.table import Table
from cloudtrail_policylint.tree.source import SourceFile, Span
from support.questions import ACCOUNT, TRAIL, view_of

STOP = "cloudtrail:StopLogging"


def role(name: str, *statements: dict[str, Any]) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [*statements]})
    return f"""
resource "aws_iam_role" "{name}" {{
  name               = "{name}"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [] }})
}}
resource "aws_iam_role_policy" "{name}" {{
  role   = aws_iam_role.{name}.id
  policy = jsonencode({policy})
}}
"""


def allow(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


FILES = {
    "main.tf": role("ops", allow(STOP))
    + role("glass", allow("cloudtrail:*"))
    + role("audit", allow("cloudtrail:LookupEvents"))
    + role("mfa", allow(STOP, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    + role("never", allow("s3:GetObject"), {**allow("cloudtrail:LookupEvents"), "Effect": "Deny"})
}


def failed(folder: Path, *expectations: dict[str, Any]) -> list[tuple[str, bool, bool]]:
    """Each failure: its message, whether it is certain, and whether it is at a statement."""
    table = Table("x.yaml", {}, lambda _path: Span(SourceFile("x.yaml", "expect"), 0, 6))
    found = broken(view_of(folder, FILES), expectations_of(table, [*expectations]))
    return [(one.message, one.certain, one.statement is not None) for one in found]


def test_nobody_can_but(tmp_path: Path) -> None:
    found = failed(
        tmp_path, {"nobody-can": [STOP], "on": TRAIL, "but": ["role/glass"], "reason": "why"}
    )
    assert [(message.split()[0], certain, placed) for message, certain, placed in found] == [
        ("role/ops", True, True),
        ("role/mfa", False, True),
    ]
    assert "(why)" in found[0][0]


@pytest.mark.parametrize("but", ["role/*", "aws_iam_role.*", f"arn:aws:iam::{ACCOUNT}:role/*"])
def test_who_is_excepted_may_be_a_pattern(tmp_path: Path, but: str) -> None:
    assert failed(tmp_path, {"nobody-can": STOP, "on": TRAIL, "but": but}) == []


def test_can_and_cannot(tmp_path: Path) -> None:
    look = "cloudtrail:LookupEvents"
    assert failed(tmp_path, {"can": {"who": "role/audit", "do": look}}) == []
    assert failed(tmp_path, {"cannot": {"who": "role/audit", "do": STOP}}) == []
    (nothing,) = failed(tmp_path, {"can": {"who": "role/ops", "do": look}})
    assert nothing == (f"role/ops cannot do {look}: nothing allows it", True, False)
    (by_deny,) = failed(tmp_path, {"can": {"who": "role/never", "do": look}})
    assert by_deny == (f"role/never cannot do {look}: a statement denies it", True, True)
    (missing,) = failed(tmp_path, {"can": {"who": "role/nobody", "do": look}})
    assert missing == ("role/nobody is not in these files", True, False)
    found = failed(tmp_path, {"cannot": {"who": "role/*", "do": STOP, "on": TRAIL}})
    assert [one[0].split(" may")[0] for one in found] == [
        "role/ops",
        "role/glass",
        "cannot tell whether role/mfa",
    ]


BAD: list[tuple[Any, str]] = [
    ({}, "has one of"),
    ([{}], "has one of"),
    ([{"can": {"who": "x", "do": "a:b"}, "cannot": {}}], "has one of"),
    ([{"nobody-can": []}], "nobody-can is required"),
    ([{"nobody-can": [1]}], "must be a text or a list of texts"),
    ([{"nobody-can": STOP, "butt": "x"}], "did you mean but"),
    ([{"can": STOP}], "can must have"),
    ([{"can": {"who": "x"}}], "do is required"),
    ([{"can": {"who": "x", "do": STOP, "on": 1}}], "on must be a text"),
    ([{"can": {"who": "x", "do": STOP}, "but": "x"}], "unknown key but"),
]


@pytest.mark.parametrize(("value", "message"), BAD)
def test_bad_expectations_are_refused_and_the_schema_agrees(value: Any, message: str) -> None:
    table = Table("x.yaml", {}, lambda _path: Span(SourceFile("x.yaml", ""), 0, 0))
    with pytest.raises(SettingsError) as caught:
        expectations_of(table, value)
    assert message in str(caught.value) or "must be a list" in str(caught.value)
    assert not validator().is_valid({"expect": value})


def validator() -> Draft202012Validator:
    path = Path(settings_package.__file__).parent / "expectations.schema.json"
    return Draft202012Validator(json.loads(path.read_text()))


def test_both_schemas_say_the_same() -> None:
    folder = Path(settings_package.__file__).parent
    one, other = (
        json.loads((folder / name).read_text())
        for name in ("expectations.schema.json", "settings.schema.json")
    )
    for name in ("texts", "expectations"):
        assert one["$defs"][name] == other["$defs"][name]
    assert validator().is_valid({"expect": [{"nobody-can": STOP, "but": [], "reason": "x"}]})
    assert validator().is_valid({"expect": [{"can": {"who": "x", "do": [STOP], "on": "y"}}]})


def test_an_expectation_that_cannot_be_asked_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "e.yaml"
    path.write_text("expect:\n  - nobody-can: cloudtrail:Nope\n")
    with pytest.raises(SettingsError, match=r"e\.yaml:2:5: cloudtrail:Nope: no such action"):
        broken(view_of(tmp_path / "f", FILES), read_expectations(str(path)))


def project(folder: Path, expect: str) -> None:
    view_of(folder, FILES)
    (folder / ".cloudtrail-policylint.yaml").write_text(f"ignore: [CT8, CT4]\n{expect}\n")


IN_FILE = f"expect:\n  - nobody-can: {STOP}\n    on: {TRAIL}\n    but: role/glass\n"


def test_lint_reports_them_and_comments_suppress_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, IN_FILE)
    monkeypatch.chdir(tmp_path)
    (one,) = [found for found in lint_paths(["."]) if found.rule == "CT010"]
    assert (one.path, one.severity) == ("main.tf", "error")
    assert [place.path for place in one.related] == [".cloudtrail-policylint.yaml"]
    text = FILES["main.tf"].split("\n")
    text.insert(one.line - 1, "# policylint: allow CT010 -- reviewed")
    (tmp_path / "main.tf").write_text("\n".join(text))
    assert [found for found in lint_paths(["."]) if found.rule in ("CT010", "CT004")] == []


def test_a_hook_that_names_some_files_sees_all_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, "expect: tests/access.yaml")
    (tmp_path / "tests").mkdir()
    look = "  - can: {who: role/audit, do: cloudtrail:LookupEvents}\n"
    (tmp_path / "tests" / "access.yaml").write_text(IN_FILE + look)
    (tmp_path / "other.json").write_text("{}")
    deny = {"Statement": [{"Effect": "Deny", "Action": STOP, "Resource": "*"}]}
    monkeypatch.chdir(tmp_path)
    assert [one.rule for one in lint_paths(["other.json"])] == []
    assert [one.path for one in lint_paths(["main.tf"]) if one.rule == "CT010"] == ["main.tf"]
    (tmp_path / "scp").mkdir()
    (tmp_path / "scp" / "p.json").write_text(json.dumps(deny))
    assert [one.path for one in lint_paths(["main.tf"]) if one.rule == "CT010"] == []


def test_a_file_of_expectations_stays_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path / "p", "expect: ../access.yaml")
    (tmp_path / "access.yaml").write_text(IN_FILE)
    monkeypatch.chdir(tmp_path / "p")
    with pytest.raises(SettingsError, match="outside the project"):
        lint_paths(["."])


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        (
            f"cannot: {{who: [role/ops, aws_iam_role.opss], do: {STOP}}}",
            "e.yaml:2:30: aws_iam_role.opss: no such principal in these files; did you mean aws_iam_role.ops?",
        ),
        (
            f"can: {{who: nope.example.com, do: {STOP}}}",
            "e.yaml:2:11: nope.example.com: no such principal in these files",
        ),
        (
            f"nobody-can: {STOP}\n    but: [role/glass, aws_iam_role.glas]",
            "e.yaml:3:23: aws_iam_role.glas: no such principal in these files; did you mean aws_iam_role.glass?",
        ),
        (
            f'nobody-can: {STOP}\n    on: "arn:aws:cloudtrail:*:{ACCOUNT}:audit"',
            f"e.yaml:3:5: arn:aws:cloudtrail:*:{ACCOUNT}:audit: {STOP} is never on it, but on",
        ),
        (
            f"cannot: {{who: role/ops, do: {STOP}, on: aws_cloudtrail.nope}}",
            "e.yaml:2:57: aws_cloudtrail.nope: no such resource in these files",
        ),
    ],
)
def test_a_misspelt_name_is_an_error_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expectation: str, message: str
) -> None:
    (tmp_path / "e.yaml").write_text(f"expect:\n  - {expectation}\n")
    view = view_of(tmp_path / "f", FILES)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as caught:
        broken(view, read_expectations("e.yaml"))
    assert str(caught.value).startswith(message)


def test_who_is_nobody_in_the_files_is_said(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(f"""
expect:
  - nobody-can: {STOP}
    but: [role/glas, "user/*", role/glass, "arn:aws:iam::*:role/o*", cloudtrail.amazonaws.com]
  - cannot: {{who: ["role/ci-*", role/nope, role/audit], do: {STOP}}}
  - can: {{who: role/none, do: {STOP}}}
""")
    view = view_of(tmp_path / "f", FILES)
    expectations = read_expectations(str(tmp_path / "e.yaml"))
    said = [
        line.partition("e.yaml:")[2].split(": no such")[0] for line in unmatched(view, expectations)
    ]
    assert said == [
        "4:11: note: role/glas excepts nobody",
        "4:22: note: user/* excepts nobody",
        "5:20: note: role/ci-* is nobody",
        "5:33: note: role/nope is nobody",
    ]
    found = {one.message.split(" is not")[0]: one.certain for one in broken(view, expectations)}
    assert (found["role/ci-*"], found["role/none"]) == (False, True)


@pytest.mark.parametrize(
    ("text", "says"), [(None, "cannot be read: no such file"), ("x: 1\n", "no expectations")]
)
def test_a_file_without_expectations_is_an_error_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, says: str
) -> None:
    project(tmp_path, "expect: nope.yaml")
    if text is not None:
        (tmp_path / "nope.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as caught:
        lint_paths(["."])
    message = str(caught.value)
    assert message.startswith(".cloudtrail-policylint.yaml:2:1: expect: ")
    assert f"nope.yaml: {says}" in message
