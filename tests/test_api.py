from __future__ import annotations

import doctest
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import cloudtrail_policylint
from cloudtrail_policylint import Finding, InputError, InternalError, Related, lint_paths, lint_text
from cloudtrail_policylint import api as library
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.engine.engine import Engine

if TYPE_CHECKING:
    from pathlib import Path


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": f"cloudtrail:{action}", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository that is the current folder."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_of_the_module() -> None:
    assert doctest.testmod(library).attempted > 0
    assert doctest.testmod(library).failed == 0


def test_findings_are_those_of_the_json_report(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.json").write_text(policy("Nope"))
    (here / "b.tf").write_text('resource "aws_iam_policy" "p" {\n policy = <<E\n%s\nE\n}\n' % policy("No"))  # fmt: skip # noqa: UP031
    main(["lint", "--format", "json", "."])
    reported = json.loads(capsys.readouterr().out)["findings"]
    assert [one["related"] for one in reported] == [[], []]
    for one in reported:
        del one["edits"]  # only reports have them
    assert lint_paths(["."]) == [Finding(**{**one, "related": ()}) for one in reported]
    assert [finding.path for finding in lint_paths([here / "b.tf"])] == [str(here / "b.tf")]
    assert lint_text((here / "a.json").read_text(), "a.json") == lint_paths(["a.json"])


def test_related_places_come_with_the_finding(here: Path) -> None:
    (here / "main.tf").write_text(
        'resource "aws_iam_policy" "cloudtrail" {\n policy = file("a.json")\n}\n'
    )
    (here / "a.json").write_text(policy("Nope"))
    (found,) = lint_paths(["a.json"])
    assert found.related == (Related("main.tf", 2, 11, 2, 25, "loaded here"),)


def test_settings_apply_as_on_the_command_line(here: Path) -> None:
    (here / ".cloudtrail-policylint.yaml").write_text("ignore: [CT101]\n")
    (here / "other.yaml").write_text("severity: {CT101: info}\n")
    assert lint_text(policy("Nope"), "policies/a.json") == []
    assert [f.severity for f in lint_text(policy("Nope"), "a.json", config="other.yaml")] == [
        "info"
    ]


def test_unusable_input_raises(here: Path) -> None:
    with pytest.raises(InputError, match=r"^nowhere: no such file or folder$"):
        lint_paths(["nowhere"])
    with pytest.raises(
        InputError,
        match=r"^notes.txt: unknown file format: .* in \.json, .*, \.template, .* or terragrunt\.hcl$",
    ):
        lint_text("", "notes.txt")
    with pytest.raises(InputError, match=r"^gone.yaml: no such settings file$"):
        lint_paths(["."], config=here.joinpath("gone.yaml").relative_to(here))


def test_an_internal_error_has_the_other_findings(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.json").write_text(policy("Nope"))
    (here / "b.json").write_text(policy("Broken"))
    judge = Engine.check_document

    def failing(engine: Engine, document: Any, *rest: Any) -> object:
        if "b.json" in document.span.source.path:
            raise ZeroDivisionError
        return judge(engine, document, *rest)

    monkeypatch.setattr(Engine, "check_document", failing)
    with pytest.raises(InternalError, match=r"b\.json") as caught:
        lint_paths(["."])
    assert [finding.path for finding in caught.value.findings] == ["a.json"]


def test_threads_do_not_affect_each_other() -> None:
    texts = [policy(f"Nope{number}") for number in range(24)]
    alone = [lint_text(text, "a.json") for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: lint_text(text, "a.json"), texts)) == alone
    assert len({findings[0].message for findings in alone}) == len(texts)


def test_an_unknown_name_raises() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        cloudtrail_policylint.nothing  # noqa: B018


def test_settings_as_a_mapping() -> None:
    text = policy("Nope")
    assert [f.rule for f in lint_text(text, "a.json", config={"ignore": "CT1"})] == []
    (found,) = lint_text(text, "a.json", config={"severity": {"CT1": "info"}})
    assert found.severity == "info"
    with pytest.raises(
        InputError, match=r"^config:1:1: unknown setting selct; did you mean select\?$"
    ):
        lint_text(text, "a.json", config={"selct": []})
