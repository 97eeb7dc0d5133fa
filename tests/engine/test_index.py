"""The index of rules leaves out only those that find nothing: they are tried without it, too."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint.base.record import replaced
from cloudtrail_policylint.check_rules import path_of
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.rulebook.file import read, unmarked
from cloudtrail_policylint.rulebook.folder import rule_files
from cloudtrail_policylint.rulebook.load import rules_folder
from cloudtrail_policylint.settings.model import Settings
from support.judging import findings, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from cloudtrail_policylint.rulebook.model import Rule, RuleBook

EVERY = 25
"""Of so many rule files the examples of one are tried."""


def without_gates(one: Rule) -> Rule:
    return replaced(one, cases=tuple([replaced(case, gate=None) for case in one.cases]))


def examples() -> Iterator[tuple[str, str, str | None]]:
    for path in islice(sorted(rule_files(rules_folder())), 0, None, EVERY):
        for group in read(path).raw["examples"].values():
            for example in group:
                if example["language"] == "json":
                    yield path_of(example), unmarked(example["text"])[0], example.get("kind")


def test_gates_and_a_first_reading_change_no_finding(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = replaced(book, rules=tuple(map(without_gates, book.rules)))
    settings = Settings(pedantic=True, scope="all")
    with_gates, without, twice = (Linter(one, settings) for one in (book, plain, book))
    # The second reading of a file asks only what the first one found: nothing is found, so all is asked.
    monkeypatch.setattr(twice._checker, "clean", lambda *_: {})
    tried = 0
    for path, text, kind in examples():
        found = [
            [(one.rule.id, one.span.place(), one.message) for one in linter.lint_text(path, text, kind).findings]
            for linter in (with_gates, without, twice)
        ]  # fmt: skip
        assert found[0] == found[1] == found[2], text
        tried += 1
    assert tried > 20


def test_what_shows_in_the_form_of_a_statement() -> None:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}

    def found(match: Any, *statements: Any) -> list[bool]:
        tried = [rule(match, report="effect"), without_gates(rule(match, report="effect"))]
        return [bool(findings(one, {"Statement": list(statements)})) for one in tried]

    empty = {"empty": ["action"]}
    assert found(empty, allow, {**allow, "Action": []}) == [True, True]
    assert found(empty, allow, {**allow, "Resource": []}) == [False, False]
    either = {"empty": ["action", "resource"]}
    assert found(either, {**allow, "Resource": []}) == [True, True]
    named = {"element": {"none": {"is": ["Resource"]}}}
    without = {name: value for name, value in allow.items() if name != "Resource"}
    assert found(named, allow, allow) == [False, False]
    assert found(named, allow, without) == [True, True]
    wild = {"resource": {"some": {"service-wildcard": True}}}
    assert found(wild, {**allow, "Resource": "arn:aws:s*:::a"}) == [True, True]
    assert found(wild, {**allow, "NotResource": "arn:aws:s*:::a", "Resource": []}) == [True, True]
    nothing = {"resource": {"some": {"complement": True}}}
    assert found(nothing, allow) == [False, False]
    assert found(nothing, {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::a"}) == [True, True]  # fmt: skip


ACTIONS = (
    "s3:GetObject", "S3:getobject", "s3:Get*", "s3:GetObjects", "s3:?etObject", "s3", "*", "*:*", "s*:GetObject",
    "cloudtrail:CreateTrail", "cloudtrail:*", "cloudtrail:CreateChannel", "clodtrail:GetTrail", "nothing:Get", "",
    "cloudtrail-data:PutAuditEvents", "${aws:x}:GetObject",
)  # fmt: skip
OF_ACTIONS: tuple[dict[str, Any], ...] = (
    {"known": False},
    {"known": False, "wildcard": False},
    {"of-service": False},
    {"misspells": ["cloudtrail"]},
    {"is": ["*", "s3:GetObject"]},
    {"is": ["*"]},
    {"within": ["s3:*"], "covers": ["s3:GetObject"]},
    {"covers": ["s3:Get*"]},
    {"overlaps": ["s3:Get*", "s3:Put*"], "within": ["s3:*"]},
    {"within": ["cloudtrail:*"], "effective": ["cloudtrail:CreateTrail", "cloudtrail:CreateChannel"]},
    {"scopes-to": ["trail", "channel"]},
    {"none": {"known": True}},
)  # fmt: skip
CONDITIONS: tuple[tuple[str, str, Any], ...] = tuple(
    (operator, key, value)
    for operator, key in (
        ("IpAddress", "aws:SourceIp"), ("StringLike", "aws:TagKeys"), ("Bool", "aws:PrincipleArn"),
        ("StringEquals", "s3:prefix"), ("StringEquals", "s3:nothing"), ("StringEquals", "nothing:x"), ("Null", "prefix"),
    )
    for value in (
        [], "10.0.0.0/8", " 10.1.2.3", "8.0.0.0/6", "0.0.0.0/0", "172.32.0.1/12", "fd00::/8", "${aws:x}", ["203.0.113.1", "10.0.0.1"], "x",
    )
)  # fmt: skip
OF_CONDITIONS: tuple[dict[str, Any], ...] = (
    {"key": {"known": False}},
    {"key": {"of-service": False}},
    {"key": {"multivalued": True}},
    {"value": {"every": {"address": ["private"]}}},
    {"value": [{"some": {"address": ["private"]}}, {"some": {"address": ["public"]}}]},
    {"value": {"none": {"overlaps": ["*"]}}},
)


def differing(match: Any, statement: dict[str, Any]) -> bool:
    """Whether the gate of a rule with *match* changes what it finds in a policy of *statement*."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    tried = [rule(match, report="effect"), without_gates(rule(match, report="effect"))]
    found = [[(one.message, one.certain) for one in findings(one, policy)] for one in tried]
    return found[0] != found[1]


def test_gates_lose_no_action() -> None:
    for words in OF_ACTIONS:
        for action in ACTIONS:
            match = {"action": {"some": words}}
            for name in ("Action", "NotAction"):
                assert not differing(match, {name: [action], "Resource": "*"}), (words, action)


def test_gates_lose_no_condition() -> None:
    for words in OF_CONDITIONS:
        for operator, key, value in CONDITIONS:
            statement = {
                "Action": "s3:GetObject",
                "Resource": "*",
                "Condition": {operator: {key: value}},
            }
            assert not differing({"condition": {"some": words}}, statement), (
                words,
                operator,
                key,
                value,
            )
