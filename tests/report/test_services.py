"""Reports for GitHub Actions, GitLab and build servers, parsed as these parse them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.findings.result import Result, Suppressed
from cloudtrail_policylint.report.formats import FORMATS, report
from support.findings import finding
from support.fuzzing import check_form

STEERING = "\x1b[31m \u202e \x00 \ufffe \ud800 \r\n::error::x <&\"'>]]> 100% a,b:c"
"""Text that a hostile file may put into a message; none of it may control the program that shows it."""


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def result(*findings: Any, **given: Any) -> Result:
    return Result(findings, 1, 1, given.pop("suppressed", ()), **given)


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Level, properties and message of each workflow command, parsed as the runner does."""
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
        assert match, line
        level, properties, message = match.groups()
        read = dict(part.split("=", 1) for part in properties.split(","))
        found.append((level, {k: plain(v) for k, v in read.items()}, plain(message)))
    return found


def plain(text: str) -> str:
    for escape, char in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, char)
    return text


def cases(text: str) -> list[Any]:
    """The test cases of the only suite of a JUnit report, after checking its counts."""
    (suite,) = JUnitXml.fromstring(text.encode())
    assert isinstance(suite, TestSuite)
    found = list(suite)
    assert all(isinstance(case, TestCase) for case in found)
    counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()  # type: ignore[no-untyped-call]
    assert counted == (suite.tests, suite.failures, suite.errors, suite.skipped)
    return found


def test_github_annotations() -> None:
    one = finding("m: 100%", path="a,b.json", severity="error")
    assert commands(report(result(one), "github")) == [
        (
            "error",
            {
                "title": "X1 own-rule",
                "file": "a,b.json",
                "line": "1",
                "endLine": "1",
                "col": "1",
                "endColumn": "3",
            },
            "a,b.json:1:1: X1 m: 100%",
        )
    ]


def test_github_annotations_over_several_lines_have_no_columns() -> None:
    one = finding(text="{\n}")
    ((_, properties, _),) = commands(report(result(one), "github"))
    assert properties["endLine"] == "2"
    assert not {"col", "endColumn"} & set(properties)


def test_github_levels() -> None:
    every = [finding(severity=severity) for severity in ("error", "warning", "info")]
    levels = [level for level, _, _ in commands(report(result(*every), "github"))]
    assert levels == ["error", "warning", "notice"]


def test_github_files_are_from_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "infra").mkdir()
    monkeypatch.chdir(tmp_path / "infra")
    ((_, properties, message),) = commands(report(result(finding()), "github"))
    assert properties["file"] == "infra/a.json"
    assert message.startswith("a.json:1:1: ")


def test_gitlab_code_quality() -> None:
    every = [
        finding("m", severity="error", text="{\n}", id="X1"),
        finding("m", severity="warning", path="b.json"),
        finding("m", severity="info", path="c.json"),
    ]
    value = json.loads(report(result(*every), "gitlab"))
    assert [issue["severity"] for issue in value] == ["critical", "major", "minor"]
    issue = value[0]
    assert issue["description"] == "own-rule: m"
    assert issue["check_name"] == "X1"
    assert issue["location"] == {"path": "a.json", "lines": {"begin": 1, "end": 2}}
    assert len({issue["fingerprint"] for issue in value}) == 3


def test_gitlab_without_findings_is_an_empty_list() -> None:
    assert json.loads(report(result(), "gitlab")) == []


def test_junit() -> None:
    every = [finding("m", severity=severity) for severity in ("error", "warning", "info")]
    failing, also, passing = cases(report(result(*every), "junit"))
    assert failing.name == "X1 own-rule 1:1"
    assert failing.classname == "a.json"
    (failure,) = failing.result
    assert isinstance(failure, Failure)
    assert (failure.message, failure.type) == ("m", "error")
    assert failure.text == "a.json:1:1: error X1 m\nHow to fix: fix"
    assert not also.is_passed
    assert passing.is_passed
    assert passing.system_out == "a.json:1:1: info X1 m\nHow to fix: fix"


def test_junit_without_findings_has_one_passing_test() -> None:
    (case,) = cases(report(result(), "junit"))
    assert case.is_passed


def test_junit_has_internal_errors() -> None:
    (case,) = cases(report(result(internal_errors=("a.json: internal error",)), "junit"))
    assert isinstance(case.result[0], Error)


def test_suppressed_findings_are_marked() -> None:
    found = result(suppressed=(Suppressed(finding("m"), "next year", "file"),))
    ((level, properties, message),) = commands(report(found, "github", show_suppressed=True))
    assert (level, properties["title"]) == ("notice", "X1 own-rule (suppressed)")
    assert message == "a.json:1:1: X1 m; suppressed in the file: next year"
    (issue,) = json.loads(report(found, "gitlab", show_suppressed=True))
    assert issue["severity"] == "info"
    assert issue["description"] == "own-rule: m (suppressed in the file: next year)"
    (case,) = cases(report(found, "junit", show_suppressed=True))
    assert isinstance(case.result[0], Skipped)
    assert case.result[0].message == "suppressed in the file: next year"
    line = report(found, "text", show_suppressed=True)
    assert line == "a.json:1:1: suppressed X1 m (own-rule); suppressed in the file: next year\n"
    value = json.loads(report(found, "json", show_suppressed=True))
    assert [(one["reason"], one["where"]) for one in value["suppressed"]] == [("next year", "file")]
    for form in FORMATS:
        assert "next year" not in report(found, form)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_escapes_control_characters(form: str) -> None:
    one = finding(
        STEERING, owner=STEERING, path="a\x1b\u202e\r\n::error::\udcff.json", why=STEERING
    )
    found = result(
        one, suppressed=(Suppressed(one, STEERING, "file"),), internal_errors=(STEERING,)
    )
    text = report(found, form, show_suppressed=True)
    assert all(char.isprintable() or char == "\n" for char in text)
    text.encode()  # nothing that UTF-8 does not have
    if form == "github":
        assert len(commands(text)) == 2
    elif form == "junit":
        assert len(cases(text)) == 3
    elif form in ("text", "concise"):
        assert len(text.splitlines()) == 2
    elif form in ("full", "markdown"):
        assert "\n::" not in text
        assert "<&" not in text or form == "full"
    elif form == "html":
        assert "<&" not in text.partition("<h1>")[2].partition("<script>")[0]
    else:
        check_form(form, text, fully=True)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_to_a_file_with_text_on_standard_output(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    Path("p.json").write_text(
        '{"Version": "2012-10-17", "Statement": '
        '{"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'
    )
    assert main(["lint", "p.json", "--format", form]) == 1
    alone = capsys.readouterr().out
    assert main(["lint", "p.json", "--format", form, "--output", "report"]) == 1
    assert capsys.readouterr().out.startswith("p.json:1:69: error CT101 ")
    assert Path("report").read_text() == alone
    assert sorted(os.listdir()) == [".git", "p.json", "report"]


@pytest.mark.parametrize("form", FORMATS)
def test_quiet_does_not_change_the_report(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text("{}")
    assert main(["lint", "p.json", "--format", form]) == 0
    loud = capsys.readouterr()
    assert main(["lint", "p.json", "--format", form, "--quiet"]) == 0
    quiet = capsys.readouterr()
    assert quiet.out == loud.out
    assert (loud.err, quiet.err) == ("no policies that mention CloudTrail in 1 file\n", "")
