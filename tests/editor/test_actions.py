"""What the language server offers to do about a finding, by the protocol itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.api import lint_text
from support.language_client import Client, uri_of

if TYPE_CHECKING:
    from collections.abc import Iterator

YAML = """\
Version: "2012-10-17"
Statement:
  - Effect: Allow
    Action: cloudtrail:LookupEvent
    Resource: "*"
"""
TERRAFORM = """\
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["cloudtrail:LookupEvent"]
    resources = ["*"]
  }
}
"""


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as client:
        yield client


def actions(client: Client, path: Path, line: int, only: list[str] | None = None) -> Any:
    place = {"line": line, "character": 20}
    context: dict[str, Any] = {"diagnostics": []} | ({"only": only} if only else {})
    document = {"uri": uri_of(path)}
    asked = {"textDocument": document, "range": {"start": place, "end": place}, "context": context}
    return client.request("textDocument/codeAction", asked)


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """*text* after *edits* of ASCII lines."""
    lines = text.splitlines(keepends=True)

    def offset(place: dict[str, int]) -> int:
        return sum(map(len, lines[: place["line"]])) + place["character"]

    for edit in sorted(edits, key=lambda one: -offset(one["range"]["start"])):
        start, end = (offset(edit["range"][one]) for one in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


@pytest.mark.parametrize(("name", "text", "line"), [("p.yaml", YAML, 3), ("main.tf", TERRAFORM, 2)])
def test_a_finding_can_be_fixed_suppressed_and_explained(
    client: Client, tmp_path: Path, name: str, text: str, line: int
) -> None:
    path = tmp_path / name
    path.write_text("# something else, because the text is not saved\n")
    (finding,) = client.open(path, text)
    fix, suppress, explain = actions(client, path, line)
    assert fix["isPreferred"] == ("unsafe" not in fix["title"])
    assert fix["diagnostics"] == [finding]
    (edits,) = fix["edit"]["changes"].values()
    assert edited(text, edits) == text.replace("LookupEvent", "LookupEvents")
    ((uri, edits),) = suppress["edit"]["changes"].items()
    assert uri == uri_of(path)
    commented = edited(text, edits)
    assert "# policylint: allow CT101 -- <reason>\n" in commented
    assert lint_text(commented, name) == []
    assert client.change(path, commented) == []
    assert actions(client, path, line) == []
    command = explain["command"]
    before = len(client.messages)
    page = client.request("workspace/executeCommand", command | {"title": ""})
    assert page.startswith("# CT101 unknown-action")
    shown = client.wait(lambda one: one.get("method") == "window/showMessage", before)
    assert shown["params"]["message"].startswith("CT101 unknown-action: ")


def test_plain_json_has_no_comment(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    statement = {"Effect": "Allow", "Action": "cloudtrail:LookupEvent", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement}, indent=1)
    assert len(client.open(path, text)) == 1  # there is no such file
    fix, explain = actions(client, path, 4)
    (edits,) = fix["edit"]["changes"].values()
    assert edited(text, edits) == text.replace("LookupEvent", "LookupEvents")
    assert "command" in explain


def test_all_safe_fixes_are_made_where_a_client_asks_for_that(
    client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "p.yaml"
    text = YAML.replace("LookupEvent", "PutAuditEvents")
    path.write_text(text)
    client.open(path, text)
    assert actions(client, path, 0) == []  # nobody asked
    (action,) = actions(client, path, 0, ["source.fixAll"])
    (edits,) = action["edit"]["changes"].values()
    assert "Action: cloudtrail-data:PutAuditEvents\n" in edited(text, edits)
    assert actions(client, path, 3, ["refactor"]) == []


def test_what_cannot_be_checked_has_no_actions(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    client.open(path, YAML)
    document = {"uri": uri_of(path), "version": 2}
    changes = {"textDocument": document, "contentChanges": [{"text": "\ud800"}]}
    client.notify("textDocument/didChange", changes)
    assert actions(client, path, 0, ["quickfix", "source.fixAll"]) == []


def test_a_client_may_name_the_findings_of_the_line(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(YAML)
    (finding,) = client.open(path, YAML)
    start = {"line": 3, "character": 0}
    asked = {"textDocument": {"uri": uri_of(path)}, "range": {"start": start, "end": start}}
    for named, count in (([], 0), ([finding | {"source": "another"}], 0), ([finding], 3)):
        answer = client.request(
            "textDocument/codeAction", asked | {"context": {"diagnostics": named}}
        )
        assert len(answer) == count


def test_a_client_that_shows_documents_gets_the_page_of_a_rule_there(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    settings = tmp_path / ".cloudtrail-policylint.yaml"
    settings.write_text("docs-url: https://docs.example.com/lint\n")
    with Client(window={"showDocument": {"support": True}}) as client:
        (found,) = client.open(tmp_path / "p.yaml", YAML)
        page = "https://docs.example.com/lint/rules/CT203/"
        assert found["codeDescription"]["href"] == page.replace("CT203", "CT101")
        command = {"command": "cloudtrail-policylint.explain", "arguments": ["CT203"]}
        client.request("workspace/executeCommand", command)
        shown = client.wait(lambda one: one.get("method") == "window/showDocument")
        assert shown["params"]["external"] is True
        assert shown["params"]["uri"] == page
        for arguments in ([], ["CT999"], [{"a": 1}]):
            answer = client.ask("workspace/executeCommand", command | {"arguments": arguments})
            assert answer["result"] is None
        assert "traceback" not in json.dumps(
            client.ask("workspace/executeCommand", {"command": "no"})
        )
