from __future__ import annotations

import re
from itertools import product

import pytest

from cloudtrail_policylint import lint_text
from cloudtrail_policylint.findings.comments import near_misses_in, suppressions_in
from cloudtrail_policylint.findings.finding import Finding
from cloudtrail_policylint.findings.suppress import (
    suppress,
    suppress_by_settings,
    suppression_problems,
)
from cloudtrail_policylint.iam.catalogue import Facts
from cloudtrail_policylint.iam.written import Owner
from cloudtrail_policylint.rulebook.model import Rule, RuleBook, rule_from
from cloudtrail_policylint.settings.model import Settings, SuppressEntry
from cloudtrail_policylint.tree.source import SourceFile, Span


def rule(rule_id: str, name: str) -> Rule:
    raw = {"id": rule_id, "name": name, "summary": "x", "severity": "error", "confidence": "high", "why": "x", "fix": "x"}  # fmt: skip
    return rule_from(raw, {})


UNKNOWN_ACTION, TAGS, OTHER = rule("CT101", "unknown-action"), rule("CT302", "tag-condition"), rule("IAM1", "other-rule")  # fmt: skip
UNUSED, NO_REASON = rule("CT004", "unused-suppression"), rule("CT007", "suppression-without-reason")
BOOK = RuleBook(
    rules=(UNKNOWN_ACTION, TAGS, OTHER),
    problems={UNUSED.name: UNUSED, NO_REASON.name: NO_REASON},
    stored_sets=b"{}",
    facts=Facts(),
)

HERE = "@"
"""Marks the place of the finding in the text of a test."""


def finding(source: SourceFile, of: Rule = UNKNOWN_ACTION, owner: Owner | None = None) -> Finding:
    at = source.text.index(HERE)
    span = Span(source, at, at + 1)
    return Finding(of, "x", span, owner or Owner("", Span(source, 0, 1)), "error")


def is_suppressed(text: str, of: Rule = UNKNOWN_ACTION) -> bool:
    """Whether a comment of *text* suppresses a finding of the rule *of* at the mark."""
    source = SourceFile("x.tf", text)
    kept, suppressed = suppress([finding(source, of)], suppressions_in(source))
    assert len(kept) + len(suppressed) == 1
    return bool(suppressed)


@pytest.mark.parametrize(
    "text",
    [
        "@ # policylint: allow CT101 -- known",
        "@ // policylint: allow CT101 -- known",
        "@ /* policylint: allow CT101 -- known */",
        "/* policylint: allow CT101 -- known */ @",
        "# policylint: allow CT101 -- known\n@",
        "  // policylint: allow CT101 -- known\n@",
        "\t/* policylint: allow CT101 -- known */\n@",
        "@ # policylint: allow unknown-action -- known",
        "@ # policylint: allow ct101 -- known",
        "@ # policylint: allow CT302, CT101 -- known",
        "@ # policylint: allow CT302,unknown-action -- known",
        "@ # policylint: allow CT101",
        "@ # policylint: allow CT101 --",
        "@ #policylint:allow CT101 --known",
        "@ # policylint: allow CT101 -- it's known, -- really */",
        "x\r\n@ # policylint: allow CT101 -- known\r\ny",
        "# policylint: allow CT101 -- known\r\n@\r\n",
        "# policylint: allow CT101\r\n@\r\n",
        "x\r# policylint: allow CT101 -- known\r@\r",
        "@ # cloudtrail-policylint: allow CT101 -- known",
        "# policylint: allow CT101 -- known\n# policylint: allow CT302 -- known\n@",
        "# policylint: allow CT101 -- known,\n  // as the ticket says\n@",
    ],
)
def test_a_comment_suppresses_findings_on_its_line_and_the_next(text: str) -> None:
    assert is_suppressed(text)
    assert not is_suppressed(text, OTHER)


@pytest.mark.parametrize(
    "text",
    [
        "@\n# policylint: allow CT101 -- known",
        "# policylint: allow CT101 -- known\n\n@",
        "x # policylint: allow CT101 -- known\n@",  # not alone on its line: applies to that line only
        "x\r# policylint: allow CT101 -- known\ry\r@",
        "@ # policylint: allow CT1 -- known",
        "@ # policylint: allow CT101x -- known",
        "@ # policylint: allow Unknown-Action -- known",
        "@ # policylint: allow",
        "@ # policylint: deny CT101 -- known",
        "@ # allow CT101 -- known",
        "@ policylint: allow CT101 -- known",
        "@ # Policylint: allow CT101 -- known",
        "@ # policylint: allow CT101 because it is known",
    ],
)
def test_comments_that_suppress_nothing(text: str) -> None:
    assert not is_suppressed(text)


RESOURCE = '{before}resource "a" "b" {{{beside}\n  x = 1\n  policy = @\n}}\n'
ALLOW = "# policylint: allow CT101 -- known"


@pytest.mark.parametrize(
    ("before", "beside", "expected"),
    [
        ("", f" {ALLOW}", True),
        (f"{ALLOW}\n", "", True),
        ("", f"\n  {ALLOW}", True),
        ("", f"\n  # a reason\n  {ALLOW}\n  # policylint: allow CT302 -- known", True),
        ("", f"\n\n  {ALLOW}", False),
        ("", f"\n  y = 1\n  {ALLOW}", False),
        (f"x = 1 {ALLOW}\n", "", False),
        (f"{ALLOW}\n\n", "", False),
        ("", "", False),
    ],
)
def test_a_comment_on_the_first_line_of_a_resource(
    before: str, beside: str, *, expected: bool
) -> None:
    text = RESOURCE.format(before=before, beside=beside)
    source = SourceFile("x.tf", text)
    span = Span(source, text.index("resource"), len(text))
    # A bare file has no owner name: a comment at its top applies to its first line only.
    for name in ("a.b", ""):
        one = finding(source, owner=Owner(name, span))
        kept, _ = suppress([one], suppressions_in(source))
        assert (kept == []) is (expected and name != "")


def test_a_comment_applies_only_to_its_own_file() -> None:
    commented, other = SourceFile("a", f"@ {ALLOW}"), SourceFile("b", "@")
    kept, suppressed = suppress([finding(commented), finding(other)], suppressions_in(commented))
    assert [f.span.source.path for f in kept] == ["b"]
    assert [(s.finding.span.source.path, s.reason, s.where) for s in suppressed] == [
        ("a", "known", "file")
    ]


def test_the_owner_may_be_in_another_file_than_the_finding() -> None:
    main, loaded = SourceFile("main.tf", f"resource {ALLOW}\n"), SourceFile("p.json", "@")
    one = finding(loaded, owner=Owner("a.b", Span(main, 0, 8)))
    kept, suppressed = suppress([one], suppressions_in(main))
    assert kept == []
    assert [s.finding for s in suppressed] == [one]


def test_without_comments_nothing_is_suppressed() -> None:
    source = SourceFile("x", "@")
    assert suppressions_in(source) == []
    one = finding(source)
    assert suppress([one], []) == ([one], [])


def test_a_comment_below_the_name_of_a_resource_in_yaml() -> None:
    source = SourceFile("x.yaml", f"Resources:\n  One:\n    {ALLOW}\n    Type: x\n    Policy: @\n")
    for name, allowed in (("One", True), ("Resources", False)):  # not all resources of a template
        at = source.text.index(name)
        one = finding(source, owner=Owner(name, Span(source, at, at + 1)))
        assert (suppress([one], suppressions_in(source))[0] == []) is allowed


@pytest.mark.parametrize(
    "comment",
    [
        "# policylint: ignore CT101 -- known",
        "# policylint: disable",
        "// policylint: allow -- known",
        "/* policylint allow CT101 -- known */",
        "#policylint:allow=CT101 -- known",
        "# Policylint: Allow CT101 -- known",
        "# policylint: allow CT101 because it is known",
        "# cloudtrail-policylint: skip CT101",
        "# policylint = allow CT101",
    ],
)
def test_a_misspelt_comment(comment: str) -> None:
    source = SourceFile("x.tf", f"x = 1 {comment}\n@\n# end")
    assert suppressions_in(source) == []
    assert [span.text for span in near_misses_in(source)] == [comment]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("/*\n * x\n * policylint: allow CT101 -- x\n */", 4),
        ("/* a\n   policylint ignore unknown-action\n */", 4),
        ("a = 1 /* b */ /**\n  ** cloudtrail-policylint: allow ACME1 -- x */", 6),
        ("# checkov:skip=CKV_1: x  policylint: allow CT101 -- x", 26),
        ("a: 1 #tfsec:ignore:aws-x; policylint: ignore CT101", 27),
        ("# tflint-ignore: a, policylint: allow CT101 -- x", 21),
        ("a = 1 # ctpl: allow CT101 -- x", 7),
        ("# ct-lint = allow CT101, IAM102", 1),
    ],
)
def test_a_suppression_in_another_form(text: str, column: int) -> None:
    source = SourceFile("x.tf", text)
    assert suppressions_in(source) == []
    places = [source.position(span.start) for span in near_misses_in(source)]
    assert places == [(max(1, text.rstrip("*/ \n").count("\n") + 1), column)]


@pytest.mark.parametrize(
    "text",
    [
        "/*\n * policylint: see the README\n * policylint allows CT101\n */",
        "/* x */\n * policylint: allow CT101 -- x",
        "# to suppress it, write policylint: allow CT101 -- x",
        "# checkov:skip=CKV_1: policylint reports CT101 here",
        "# note: allow CT101 only here",
        "# policylint: allow CT101 -- not # ctpl: allow CT102",
        'x = "policylint: allow CT101 -- x"',
        "# see: policylint: allow lists",
        "@ # policylint: allow CT101 -- instead of # policylint: ignore",
        "# policylint runs in CI",
        "# run cloudtrail-policylint, and allow it",
        "policylint: ignore",
        "# the cloudtrail-policylint: see the README",
        'url = "https://example.com/policylint: x"',
    ],
)
def test_other_comments_are_not_misspelt(text: str) -> None:
    assert near_misses_in(SourceFile("x.tf", text)) == []


def test_a_suppression_under_another_name_is_reported() -> None:
    text = "# ctpl: allow CT101 -- x\nStatement: {Effect: Deny, Action: 'cloudtrail:Nope'}\n"
    assert ("CT004", 1, 1) in [
        (one.rule, one.line, one.column) for one in lint_text(text, "x.yaml")
    ]


# -- the settings


def allowed_by_owner(name: str, pattern: str) -> bool:
    """Whether an entry of the settings with the owner *pattern* allows a finding of *name*."""
    source = SourceFile("x.json", HERE)
    span = Span(source, 0, 1)
    entry = SuppressEntry("CT101", "known", None, pattern, None, None, span)
    one = finding(source, owner=Owner(name, span))
    return suppress_by_settings([one], Settings(suppress=(entry,)), "2026-11-21")[0] == []


def test_a_star_in_an_owner_stands_for_any_text() -> None:
    """As regular expressions have it, for every pattern of at most five characters and short names."""
    names = ["".join(name) for length in range(5) for name in product("ab", repeat=length)]
    patterns = ("".join(one) for length in range(6) for one in product("ab*", repeat=length))
    for pattern in patterns:
        expression = re.compile(".*".join(map(re.escape, pattern.split("*"))))
        for name in names:
            expected = expression.fullmatch(name) is not None
            assert allowed_by_owner(name, pattern) is expected, (name, pattern)


# -- problems of comments


def problems(
    text: str, *findings: Rule, ran: tuple[Rule, ...] = BOOK.rules, judged: bool = True
) -> list[tuple[str, str, str]]:
    """Rule, message and text of each problem of the comments in *text*, with *findings* at the mark."""
    source = SourceFile("x.tf", text)
    suppressions = suppressions_in(source)
    suppress([finding(source, of) for of in findings], suppressions)
    return [
        (f.rule.id, f.message, source.text[f.span.start : f.span.end])
        for f in suppression_problems(suppressions, BOOK, ran, lambda _path: judged)
    ]


def test_a_used_comment_has_no_problem() -> None:
    assert problems(f"@ {ALLOW}", UNKNOWN_ACTION) == []
    two = "@ # policylint: allow CT101, tag-condition -- known"
    assert problems(two, UNKNOWN_ACTION, TAGS) == []


@pytest.mark.parametrize("comment", ["# policylint: allow CT101", "# policylint: allow CT101 --", "/* policylint: allow CT101 -- */"])  # fmt: skip
def test_a_comment_without_a_reason(comment: str) -> None:
    message = "suppression without a reason; write one after --"
    assert problems(f"@ {comment}\n", UNKNOWN_ACTION) == [("CT007", message, comment)]


def test_the_reason_follows_the_dashes() -> None:
    texts = {
        "# policylint: allow CT101 -- a -- b  ": "a -- b",
        "/* policylint: allow CT101 -- a */ x": "a",
        "# policylint: allow CT101 --a\r\n": "a",
        "# policylint: allow CT101": "",
    }
    for text, reason in texts.items():
        (found,) = suppressions_in(SourceFile("x", text))
        assert found.reason == reason


def test_an_unused_comment() -> None:
    message = "unused suppression: CT101 (unknown-action) reports nothing here"
    for word in ("CT101", "unknown-action", "ct101"):
        text = f"@ # policylint: allow {word} -- known"
        assert problems(text) == [("CT004", message, word)]


def test_each_rule_of_a_comment_must_be_used() -> None:
    text = "@ # policylint: allow CT101, CT302 -- known"
    ((rule_id, message, place),) = problems(text, UNKNOWN_ACTION)
    assert (rule_id, place) == ("CT004", "CT302")
    assert "CT302 (tag-condition)" in message


def test_a_comment_for_a_rule_that_did_not_run_is_not_unused() -> None:
    assert problems(f"@ {ALLOW}", ran=(TAGS,)) == []
    assert len(problems(f"@ {ALLOW}", ran=(TAGS, UNKNOWN_ACTION))) == 1


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("CT110", "unknown rule CT110; did you mean CT101?"),
        ("unknown-actoin", "unknown rule unknown-actoin; did you mean unknown-action?"),
        ("zzzzzzzzz", "unknown rule zzzzzzzzz"),
    ],
)
def test_an_unknown_rule(word: str, message: str) -> None:
    text = f"@ # policylint: allow {word} -- known"
    for ran in (BOOK.rules, ()):
        assert problems(text, UNKNOWN_ACTION, ran=ran) == [("CT004", message, word)]


def test_long_lines_are_read_in_one_pass() -> None:
    for filler in (" ", "- ", ", a", "\t-- "):
        text = "# policylint: allow CT101 -- a" + filler * 50_000 + "x\n# policylint: allow CT302"
        assert suppressions_in(SourceFile("x", text))[-1].words[0][0] == "CT302"
        suppressions_in(SourceFile("x", "# policylint: allow CT101" + filler * 50_000 + "!"))
