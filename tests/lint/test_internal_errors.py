"""An internal error is reported with its rule and place, and does not stop the rest of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.engine.matches import DocumentMatch, StatementMatch
from cloudtrail_policylint.extract import documents, json_files
from cloudtrail_policylint.files.modules import Modules
from cloudtrail_policylint.iam.normalise import normalise as normalised
from cloudtrail_policylint.lint import checker

if TYPE_CHECKING:
    from pathlib import Path

TWO = """\
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"},
  {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"}]}
"""
TERRAFORM = f'resource "aws_iam_policy" "p" {{\n  policy = jsonencode({TWO})\n}}\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fail_on(monkeypatch: pytest.MonkeyPatch, kind: type, sid: int | None) -> None:
    """Make the first rule that is applied fail, on the statement number *sid* only if not None."""
    real: Any = kind.verdict  # type: ignore[attr-defined]
    first: list[Any] = []

    def verdict(self: Any, checked: Any, *rest: Any) -> Any:
        if sid is None or checked is rest[0].document.statements[sid]:
            first.append(self)
            if self is first[0]:
                raise KeyError("a bug\nof ours")
        return real(self, checked, *rest)

    monkeypatch.setattr(kind, "verdict", verdict)


def test_a_rule_that_fails_on_a_statement_is_reported_and_the_others_run(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_on(monkeypatch, StatementMatch, 1)
    for name, text in (("a.json", TWO), ("b.yaml", TWO), ("main.tf", TERRAFORM)):
        (here / name).write_text(text)
    assert main(["lint", "."]) == 3
    out, err = capsys.readouterr()
    for place in ("a.json:3:3", "b.yaml:3:3", "main.tf:4:3"):
        crash = f"{place}: internal error in rule CT"
        assert [crash in line for line in err.splitlines()].count(True) == 1
    assert "internal error" in err
    assert "please report it" in err
    for place in ("a.json:2:32", "b.yaml:2:32"):
        assert f"{place}: error CT" in out
    assert "main.tf:3:" in out


def test_a_rule_that_fails_on_a_document_is_reported_with_its_place(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_on(monkeypatch, DocumentMatch, None)
    # A document rule only runs where a statement is of the kind that it is about.
    (here / "a.json").write_text("\n" + TWO.replace("LookupEvents", "CreateChannel"))
    assert main(["lint", "."]) == 3
    out, err = capsys.readouterr()
    assert "a.json:2:1: internal error in rule CT" in err
    assert "a.json:3:32: error CT101" in out


def test_a_policy_that_cannot_be_normalised_does_not_stop_the_others(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = normalised

    def normalise(found: Any, kind: Any, number: int) -> Any:
        if found.node.span.start < 3:
            raise RecursionError("too deep")
        return real(found, kind, number)

    monkeypatch.setattr(checker, "normalise", normalise)
    (here / "a.json").write_text(f"[{TWO}, {TWO}]")
    assert main(["lint", "."]) == 3
    out, err = capsys.readouterr()
    assert err.startswith("a.json:1:2: internal error: RecursionError: too deep; please report it")
    assert out.count("CT101") == 1


def test_a_file_that_cannot_be_extracted_does_not_stop_the_others(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def extract(_root: Any, source: Any) -> Any:
        if source.path == "a.json":
            raise ValueError("a bug")
        return real(_root, source)

    real = documents.extract_document
    monkeypatch.setattr(json_files, "extract_document", extract)
    (here / "a.json").write_text(TWO)
    (here / "b.json").write_text(TWO)
    assert main(["lint", "."]) == 3
    out, err = capsys.readouterr()
    assert "a.json: internal error: ValueError: a bug; please report it" in err
    assert "b.json:2:32: error CT101" in out


@pytest.mark.parametrize("name", ["called", "_modules_near"])
def test_an_error_in_the_search_for_modules_stops_nothing_else(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    def fail(*_given: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr(Modules, name, fail)
    (here / "a.json").write_text(TWO)
    (here / "b").mkdir()
    (here / "b" / "main.tf").write_text(TERRAFORM + 'module "m" {\n  source = "../c"\n}\n')
    assert main(["lint", "."]) == 3
    out, err = capsys.readouterr()
    assert "a.json:2:" in out
    assert "b/main.tf:" in out
    assert err.count("internal error: KeyError") == 1
