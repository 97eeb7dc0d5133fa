"""What the benchmarks are made of: policies that never repeat, and a page that says what was measured."""

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import growth, inputs
from benchmarks.document import document
from benchmarks.policies import Generator, as_json
from cloudtrail_policylint.cli import main

ROOT = Path(__file__).parent.parent


def test_the_same_seed_makes_the_same_policies() -> None:
    assert list(Generator(7).policies(20)) == list(Generator(7).policies(20))


def test_no_statement_is_made_twice_and_no_resource() -> None:
    statements = [s for p in Generator(7).policies(300) for s in p["Statement"]]
    bare = Counter(json.dumps({**s, "Sid": ""}, sort_keys=True) for s in statements)
    assert max(bare.values()) == 1


@pytest.mark.parametrize("form", inputs.FORMATS)
def test_every_format_holds_the_same_policies(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lint", "--format", "json", str(inputs.many(tmp_path, form, 12))])
    report = json.loads(capsys.readouterr().out)
    assert report["summary"]["documents"] == 12
    assert [f["rule"] for f in report["findings"]].count("CT101") == 1, report["findings"]


def test_a_commit_without_a_policy_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lint", "--format", "json", *map(str, inputs.without_policy(tmp_path))])
    assert json.loads(capsys.readouterr().out)["summary"]["documents"] == 0


def test_a_file_is_as_large_as_asked(tmp_path: Path) -> None:
    path = inputs.large(tmp_path, "CloudFormation YAML", 100_000)
    assert 90_000 < path.stat().st_size < 110_000


def test_a_policy_has_the_shape_that_is_asked_for() -> None:
    policy = Generator(7).policy(statements=4, actions=50)
    assert [len(s["Action"]) for s in policy["Statement"]] == [50] * 4
    assert as_json(policy).count('"Effect"') == 4


def test_the_exponent_of_a_power_is_found() -> None:
    sizes = [10, 100, 1000]
    assert growth.exponent(sizes, [3.0 * n**1.5 for n in sizes]) == pytest.approx(1.5)


def test_the_page_says_what_was_measured() -> None:
    results = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == document(results)
