"""What is wrong with a rule file is said with its place and with what would be right."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.base.errors import RuleFileError
from cloudtrail_policylint.lint.run import rule_book
from cloudtrail_policylint.rulebook import file as rulefile
from cloudtrail_policylint.rulebook.file import mistakes, read
from cloudtrail_policylint.rulebook.load import with_rules
from support.rules import RULE

if TYPE_CHECKING:
    from pathlib import Path

    from cloudtrail_policylint.rulebook.model import RuleBook


def wrong(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "rule.yaml"
    path.write_text(text, encoding="utf-8")
    return [
        message.removeprefix(str(tmp_path) + "/")
        for message in mistakes(
            read(str(path)), {"known": ()}, {"ACME1", "ACME2", "CT101"}, ["trail-log-file"]
        )
    ]


def test_a_right_rule(tmp_path: Path) -> None:
    assert wrong(tmp_path, RULE) == []


def test_of_many_unknown_keys_the_first_are_reported(tmp_path: Path) -> None:
    found = wrong(tmp_path, RULE + "".join(f"k{i}: 1\n" for i in range(1025)))
    assert len(found) == 21
    assert '"k19" is not part of a rule; use one of' in found[-2]
    assert found[-1].endswith("1,005 more unknown keys follow")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("severity: warning", "severity: bad", "rule.yaml:4:11: bad is not a valid value of severity;"),
        ("severity:", "severty:", 'rule.yaml:4:1: "severty" is not part of a rule; did you mean severity? use one of'),
        ("fix: Leave it out.\n", "", "rule.yaml:1:1: a rule requires fix"),
        ("some:", "any:", 'rule.yaml:11:5: "any" is not a test for action; use one of every, none, some'),
        ("  action:", "  actions:", 'rule.yaml:10:3: "actions" is not a field of match; did you mean action? use one of action,'),
        ('["cloudtrail:LookupEvents"]', '["$knwon"]', "rule.yaml:11:21: unknown set $knwon; did you mean known?"),
        ("{action} is", "{arn} is", "rule.yaml:13:10: {arn} cannot be used here; use one of action,"),
        ("{action} is", "{nearest} is", "rule.yaml:13:10: {nearest} cannot be used here;"),
        ("{action} is", "{reason} is", "rule.yaml:13:10: {reason} cannot be used here;"),
        ("{action} is", "{action is", "rule.yaml:13:10: the message has a brace that is not part of a placeholder"),
        ("seen: 2026-11-21", "seen: today", "rule.yaml:17:50: today is not a valid value of seen: "),
        ("since: 0.1.0", "since: '1'", "rule.yaml:7:8: 1 is not a valid value of since: The version of"),
        ("fix:", "tags: [A b]\nfix:", "rule.yaml:15:8: A b is not a valid value of tags: A tag: words in lower case"),
        ("report: action", "report: act", "rule.yaml:12:9: act is not a valid value of report; did you mean action? use one"),
        ("fix:", "supersedes: [ACME2, CT111]\nfix:", "rule.yaml:15:21: no rule has the id CT111; did you mean CT101?"),
        ("fix:", "supersedes: [ACME1]\nfix:", "rule.yaml:15:14: ACME1 cannot supersede itself"),
        ("subject: statement", "subject: document", 'rule.yaml:10:3: "action" is not a field of match; use one of'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in RULE
    found = wrong(tmp_path, RULE.replace(before, after))
    assert any(line.startswith(message) for line in found), found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1:1: the file is empty; a rule is a YAML mapping"),
        ("- id: A1\n", ":1:1: not a YAML mapping"),
        ("id: A1\nid: A2\n", ":2:1: duplicate key id"),
        ("id: [A1\n", ":2:1: not valid YAML: did not find expected"),
    ],
)
def test_a_file_that_is_no_rule(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleFileError) as error:
        read(str(path))
    assert str(error.value).startswith(f"{path}{message}"), error.value


def test_an_id_is_taken_once(tmp_path: Path, book: RuleBook) -> None:
    (tmp_path / "a.yaml").write_text(RULE, encoding="utf-8")
    assert with_rules(book, str(tmp_path)).named("ACME1") is not None
    (tmp_path / "b.yaml").write_text(RULE, encoding="utf-8")
    with pytest.raises(RuleFileError, match=r"b\.yaml:1:5: ACME1 is taken by .*a\.yaml:1:5$"):
        with_rules(book, str(tmp_path))
    (tmp_path / "b.yaml").write_text(RULE.replace("ACME1", "CT101"), encoding="utf-8")
    with pytest.raises(
        RuleFileError, match=r":1:5: CT101 is taken by .*CT101-unknown-action\.yaml$"
    ):
        with_rules(book, str(tmp_path))
    (tmp_path / "b.yaml").write_text(RULE.replace("ACME1", "CT001"), encoding="utf-8")
    with pytest.raises(RuleFileError, match=r":1:5: CT001 is taken by .*problems\.yaml$"):
        with_rules(book, str(tmp_path))
    (tmp_path / "b.yaml").unlink()
    other = tmp_path / "other" / "rule.yaml"
    other.parent.mkdir()
    other.write_text(RULE, encoding="utf-8")
    own = str(tmp_path / "a.yaml")
    with pytest.raises(RuleFileError, match=r"rule\.yaml:1:5: ACME1 is taken by .*a\.yaml$"):
        rule_book([own, str(other)])
    assert rule_book([own, f"{tmp_path}/./a.yaml"]).named("ACME1") is not None


def test_every_pattern_of_the_schema_is_described_in_words() -> None:
    left: list[object] = [rulefile._schema()]
    patterns = 0
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
            if isinstance(value.get("pattern"), str):
                patterns += 1
                assert value["description"]
        elif isinstance(value, list):
            left += value
    assert patterns > 10


def test_rules_of_one_folder_may_supersede_each_other_and_those_of_the_project(
    tmp_path: Path, book: RuleBook
) -> None:
    other = RULE.replace("ACME1", "ACME2").replace("wide-lookup", "other")
    superseding = RULE.replace("fix:", "supersedes: [ACME2, CT101]\nfix:")
    (tmp_path / "a.yaml").write_text(superseding, encoding="utf-8")
    with pytest.raises(RuleFileError, match=r"a\.yaml:15:14: no rule has the id ACME2"):
        with_rules(book, str(tmp_path))
    (tmp_path / "b.yaml").write_text(other, encoding="utf-8")
    rule = with_rules(book, str(tmp_path)).named("ACME1")
    assert rule is not None
    assert rule.supersedes == ("ACME2", "CT101")


def test_rules_of_ones_own_are_validated_once(
    tmp_path: Path, book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yaml").write_text(RULE, encoding="utf-8")
    first = with_rules(book, str(folder))
    validated: list[object] = []

    def noted(file: object, *_: object) -> list[str]:
        validated.append(file)
        return []

    monkeypatch.setattr(rulefile, "mistakes", noted)
    assert with_rules(book, str(folder)) == first
    assert validated == []
    os.utime(folder / "a.yaml", ns=(1, 1))  # what is in it counts, not when it was written
    assert with_rules(book, str(folder)) == first
    assert validated == []
    (folder / "a.yaml").write_text(RULE.replace("ACME1", "ACME2"), encoding="utf-8")
    assert with_rules(book, str(folder)).named("ACME2") is not None
    assert len(validated) == 1
    (cached,) = [p for p in (tmp_path / "cache").rglob("*.json") if "ACME2" in p.read_text()]
    cached.write_text('{"stamp": [')
    assert with_rules(book, str(folder)).named("ACME2") is not None
    assert len(validated) == 2


def test_a_request_that_nobody_knows(tmp_path: Path) -> None:
    text = RULE.replace(
        'some: {covers: ["cloudtrail:LookupEvents"]}',
        'some: {covers: ["cloudtrail:LookupEvents"]}\n'
        "  document:\n    request:\n      none: {is: [trail-log-file, trail-log-fil], decision: denied}",
    )
    assert wrong(tmp_path, text) == [
        "rule.yaml:14:35: unknown request trail-log-fil; did you mean trail-log-file?"
    ]
    text = RULE.replace(
        'some: {covers: ["cloudtrail:LookupEvents"]}',
        'some: {covers: ["cloudtrail:LookupEvents"]}\n'
        "  resource:\n    some: {keeps-from: [trail-log-fil]}",
    )
    assert wrong(tmp_path, text) == [
        "rule.yaml:13:25: unknown request trail-log-fil; did you mean trail-log-file?"
    ]
