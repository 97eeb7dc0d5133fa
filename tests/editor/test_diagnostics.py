"""Diagnostics of the language server, by the protocol itself."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint._version import DOCS_URL
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.editor.checking import Checker
from support.language_client import Client, uri_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as client:
        yield client


def policy(action: str, **more: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


BAD, GOOD = policy("cloudtrail:Lookup"), policy("cloudtrail:LookupEvents")


def codes(diagnostics: list[dict[str, object]]) -> list[object]:
    return [one.get("code") for one in diagnostics]


def test_a_document_is_checked_as_it_is_in_the_editor(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(GOOD)
    (found,) = client.open(path, BAD)
    line = BAD.splitlines()[5]
    assert found == {
        "range": {
            "start": {"line": 5, "character": line.index('"cloudtrail')},
            "end": {"line": 5, "character": line.index('",') + 1},
        },
        "severity": 1,
        "code": "CT101",
        "codeDescription": {"href": f"{DOCS_URL}rules/CT101/"},
        "source": "cloudtrail-policylint",
        "message": found["message"],
    }
    assert "cloudtrail:Lookup" in found["message"]
    assert client.change(path, GOOD) == []
    assert codes(client.change(path, BAD)) == ["CT101"]
    before = len(client.messages)
    client.close(path)
    gone = client.wait(lambda one: one.get("method") == "textDocument/publishDiagnostics", before)
    assert gone["params"]["diagnostics"] == []


def test_a_change_of_part_of_a_line_counts_in_the_units_of_the_protocol(
    client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "policy.json"
    text = policy("cloudtrail:LookupEvents", Sid="\U0001f600").replace("\n", "")
    text = json.dumps(json.loads(text), ensure_ascii=False)
    client.open(path, text)
    at = len(text[: text.index("LookupEvents")].encode("utf-16-le")) // 2
    before = len(client.messages)
    start, end = {"line": 0, "character": at}, {"line": 0, "character": at + 6}
    client._versions[uri_of(path)] = 2
    client.notify(
        "textDocument/didChange",
        {
            "textDocument": {"uri": uri_of(path), "version": 2},
            "contentChanges": [{"range": {"start": start, "end": end}, "text": "Look"}],
        },
    )
    found = [one for one in client.diagnostics(path, before) if one["code"] == "CT101"]
    assert found[0]["range"]["end"]["character"] == at + len('LookEvents"')


@pytest.mark.parametrize(
    ("uri", "language"),
    [
        ("untitled:Untitled-1", "json"),
        ("untitled:new.json", ""),
        ("file:///nowhere/at/all.json", ""),
    ],
)
def test_a_document_without_a_file_is_checked(client: Client, uri: str, language: str) -> None:
    assert codes(client.open(uri, BAD, language)) == ["CT101"]


def test_a_module_is_read_from_the_editor_and_else_from_the_disk(
    client: Client, tmp_path: Path
) -> None:
    main, names, rest = (tmp_path / name for name in ("main.tf", "names.tf", "rest.tf"))
    text = (
        'resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Version = "2012-10-17", Statement = [{\n'
        '    Effect = "Allow", Action = "cloudtrail:${local.verb}${local.noun}", Resource = "*"\n  }] })\n}\n'
    )
    main.write_text(text)
    names.write_text('locals {\n  verb = "Lookup"\n}\n')
    rest.write_text('locals {\n  noun = "Events"\n}\n')
    assert client.open(main, text) == []
    client.open(names, names.read_text())
    client._versions[uri_of(main)] = 1
    before = len(client.messages)
    client.change(names, 'locals {\n  verb = "Look"\n}\n')
    assert codes(client.diagnostics(main, before)) == ["CT101"]
    before = len(client.messages)
    client.close(names)  # without saving
    assert client.diagnostics(main, before) == []


def test_what_an_editor_sets_overrides_settings_files(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(BAD)
    with Client(options={"ignore": ["CT101"]}) as client:
        assert client.open(path, BAD) == []
        before = len(client.messages)
        settings = {"settings": {"cloudtrail-policylint": {"select": ["CT1"]}}}
        client.notify("workspace/didChangeConfiguration", settings)
        assert codes(client.diagnostics(path, before)) == ["CT101"]
        client.notify("workspace/didChangeConfiguration", {"settings": {"fail-on": "error"}})
        said = client.wait(lambda one: one.get("method") == "window/showMessage")
        assert "fail-on cannot be set in the editor" in said["params"]["message"]
    with Client(settings={"ignore": ["CT101"]}) as client:
        client.wait(lambda one: one.get("method") == "workspace/configuration")
        client.open(path, GOOD)
        assert client.change(path, BAD) == []
        client.settings = {"ignore": []}
        before = len(client.messages)
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        assert codes(client.diagnostics(path, before)) == ["CT101"]


def test_settings_that_are_as_before_cause_no_check(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    with Client(options={"ignore": ["CT101"]}) as client:
        client.open(path, BAD)
        before = len(client.messages)
        same = {"settings": {"cloudtrail-policylint": {"ignore": ["CT101"]}}}
        client.notify("workspace/didChangeConfiguration", same)
        assert client.change(path, GOOD) == []
        assert len(client.messages) == before + 1


def test_a_broken_settings_file_does_not_keep_the_server_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".cloudtrail-policylint.yaml").write_text("ignore: {")
    monkeypatch.chdir(tmp_path)
    Checker().warm_up()
    path = tmp_path / "policy.json"
    with Client() as client:
        client.open(path, BAD)
        said = client.wait(lambda one: one.get("method") == "window/showMessage")
        assert ".cloudtrail-policylint.yaml" in said["params"]["message"]


def test_settings_files_apply_by_folder_and_are_read_again(client: Client, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / ".git").mkdir(parents=True)
        (tmp_path / name / "policy.json").write_text(BAD)
    settings = tmp_path / "two" / ".cloudtrail-policylint.yaml"
    settings.write_text("ignore: [CT101]\n")
    one, two = (tmp_path / name / "policy.json" for name in ("one", "two"))
    assert codes(client.open(one, BAD)) == ["CT101"]
    assert client.open(two, BAD) == []
    settings.write_text("ignore: [CT999]\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri_of(settings)}})
    said = client.wait(lambda one: one.get("method") == "window/showMessage")
    assert "CT999" in said["params"]["message"]
    settings.write_text("ignore: []\n")
    before = len(client.messages)
    changes = {"changes": [{"uri": uri_of(settings), "type": 2}]}
    client.notify("workspace/didChangeWatchedFiles", changes)
    client.wait(
        lambda one: (
            one.get("method") == "textDocument/publishDiagnostics"
            and one["params"]["uri"] == uri_of(two)
            and codes(one["params"]["diagnostics"]) == ["CT101"]
        ),
        before,
    )


def test_findings_in_the_baseline_are_not_shown(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "policy.json"
    path.write_text(BAD)
    assert codes(client.open(path, BAD)) == ["CT101"]
    monkeypatch.chdir(tmp_path)
    main(["lint", "--write-baseline", "."])
    before = len(client.messages)
    baseline = tmp_path / ".cloudtrail-policylint-baseline.json"
    changes = {"changes": [{"uri": uri_of(baseline), "type": 1}]}
    client.notify("workspace/didChangeWatchedFiles", changes)
    assert client.diagnostics(path, before) == []
    assert codes(client.change(path, BAD.replace("Lookup", "Look"))) == ["CT101"]


def test_an_editor_is_told_why_a_document_is_not_checked(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    text = f"[{'0,' * 15_000_000}0]"
    (found,) = client.open(path, text)
    assert "not checked here: it has more than" in found["message"]
    assert codes(client.change(path, BAD)) == ["CT101"]
    (found,) = client.change(path, "\ud800")
    assert "not Unicode" in found["message"]


def test_nonsense_is_answered_and_the_session_goes_on(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    assert codes(client.open(path, BAD)) == ["CT101"]
    client.raw(b"Content-Length: 3\r\n\r\n{{{")
    client.raw(b"Rubbish\r\n\r\nContent-Length: 2\r\n\r\n[]")
    for header in (b"content-length:\t2 \n\n", b"Content-Length: 9%s\r\n\r\n" % (b"9" * 5000)):
        client.raw(header + b"{}")
        client.raw(b"{" * 99)  # what ends in the middle of a line hides one header
        assert "error" in client.ask("no/suchRequest", {})
    for params in ({"a": 1}, client.about(path, -1, 0), 5):
        assert "error" in client.ask("textDocument/hover", params)
    client.send({"jsonrpc": "2.0", "id": [], "method": "textDocument/hover", "params": {"a": 1}})
    client.send({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": None})
    client.notify("textDocument/didOpen", {"textDocument": {"uri": 5}})
    client.notify("textDocument/didClose", {"textDocument": {"uri": "file:///never/opened.json"}})
    client.notify("$/cancelRequest", {"id": "never sent"})
    client.notify("workspace/didChangeConfiguration", {"settings": [1, 2]})
    assert "error" in client.ask("no/suchRequest", {})
    assert client.change(path, GOOD) == []
    assert "Traceback" not in json.dumps(client.messages)
    assert 'File \\"' not in json.dumps(client.messages)


def test_a_file_that_vanishes_is_still_checked(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "gone" / "policy.json"
    path.parent.mkdir()
    path.write_text(BAD)
    assert codes(client.open(path, BAD)) == ["CT101"]
    path.unlink()
    path.parent.rmdir()
    assert client.change(path, GOOD) == []
    assert codes(client.change(path, BAD)) == ["CT101"]


def test_many_open_documents_do_not_delay_the_one_that_is_edited(
    client: Client, tmp_path: Path
) -> None:
    for number in range(200):
        path = tmp_path / f"policy{number}.json"
        path.write_text(GOOD)
        document = {"uri": uri_of(path), "languageId": "json", "version": 1, "text": BAD}
        client.notify("textDocument/didOpen", {"textDocument": document})
    edited = tmp_path / "edited.json"
    edited.write_text(GOOD)
    assert codes(client.open(edited, BAD)) == ["CT101"]
    before = len(client.messages)
    assert client.change(edited, GOOD) == []
    assert len(client.messages) - before < 20  # the others come after it


def test_an_internal_error_is_said_once_and_the_session_goes_on(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "policy.json"
    client.open(path, GOOD)

    def fail(*_given: object) -> None:
        raise ZeroDivisionError("mistake")

    with monkeypatch.context() as patch:
        patch.setattr(client.server.checker, "check", fail)
        for text in (BAD, GOOD):
            document = {"uri": uri_of(path), "version": 2}
            changes = {"textDocument": document, "contentChanges": [{"text": text}]}
            client.notify("textDocument/didChange", changes)
        said = client.wait(lambda one: one.get("method") == "window/showMessage")
    assert (
        said["params"]["message"] == "internal error: ZeroDivisionError: mistake; please report it"
    )
    client._versions[uri_of(path)] = 2
    assert codes(client.change(path, BAD)) == ["CT101"]


def test_without_the_extra_the_command_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("cloudtrail_policylint.editor")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    assert main(["lsp"]) == 2
    assert "pip install 'cloudtrail-policylint[lsp]'" in capsys.readouterr().err


def test_the_command_serves_standard_input(tmp_path: Path) -> None:
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ]
    bodies = [json.dumps(one).encode() for one in messages]
    done = subprocess.run(
        [sys.executable, "-m", "cloudtrail_policylint", "lsp", "--stdio"],
        input=b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(one), one) for one in bodies),
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b'"name":"cloudtrail-policylint"' in done.stdout.replace(b'": "', b'":"')
