from __future__ import annotations

from typing import Any

import pytest

from cloudtrail_policylint.base.record import replaced
from cloudtrail_policylint.engine.engine import Engine, Failure
from cloudtrail_policylint.engine.reporting import UNSURE
from cloudtrail_policylint.findings.finding import Finding, problem_finding, settled
from cloudtrail_policylint.iam.normalise import normalise_attachment
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.iam.policy import Document
from cloudtrail_policylint.iam.written import FoundAttachment, Owner, Problem
from cloudtrail_policylint.rulebook.model import Rule, RuleBook, rule_from
from cloudtrail_policylint.tree.source import SourceFile, Span
from support.judging import BOOK, findings, only_findings, rule, shown, verdict
from support.policies import document
from support.texts import text_at

STOP = {"action": {"some": {"is": ["cloudtrail:StopLogging"]}}}
ALLOW = {"Effect": "Allow", "Action": ["cloudtrail:StopLogging", "s3:Get"], "Resource": "*"}


def policy(*statements: Any) -> Any:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def places(found: list[Finding]) -> list[str]:
    return [shown(finding) for finding in found]


# -- places


@pytest.mark.parametrize(
    ("match", "report", "statement", "expected"),
    [
        # a finding for each witness, at its own place
        ({"action": {"some": {"service": ["s3"]}}}, "action", {"Action": ["s3:A", "a:b", "s3:B"]}, ['"s3:A"', '"s3:B"']),
        ({"action": {"every": {"service": ["s3"]}}}, "action", {"Action": ["s3:A", "s3:B"]}, ['"s3:A"', '"s3:B"']),
        ({"resource": {"some": {"is": ["*"]}}}, "resource", {"Resource": ["x", "*"]}, ['"*"']),
        ({"principal": {"some": {"id": {"is": ["x"]}}}}, "principal", {"Principal": {"AWS": ["x", "y"]}}, ['"x"']),
        ({"effect": {"is": ["Allow"]}}, "effect", {"Effect": "Allow"}, ['"Allow"']),
        ({"sid": {"is": ["x"]}}, "sid", {"Sid": "x"}, ['"x"']),
        # of a complement the element itself, or the texts that a word is about
        ({"action": {"some": {"overlaps": ["a:b"]}}}, "action", {"NotAction": ["c:d"]}, ['"NotAction"']),
        ({"action": {"some": {"known": False}}}, "action", {"NotAction": ["s3:GetObject", "s3:Gett"]}, ['"s3:Gett"']),
        ({"resource": {"some": {"covers": ["x"]}}}, "resource", {"NotResource": "y"}, ['"NotResource"']),
        # of a condition its key, its operator or the values that passed
        ({"condition": {"some": {"key": {"is": ["k"]}}}}, "key", {"Condition": {"Bool": {"k": "1", "l": "2"}}}, ['"k"']),
        ({"condition": {"some": {"key": {"is": ["k"]}}}}, "condition", {"Condition": {"Bool": {"k": "1"}}}, ['"k"']),
        ({"condition": {"some": {"key": {"is": ["k"]}}}}, "operator", {"Condition": {"Bool": {"k": "1"}}}, ['"Bool"']),
        ({"condition": {"some": {"value": {"some": {"is": ["1"]}}}}}, "value", {"Condition": {"Bool": {"k": ["1", "2"]}}}, ['"1"']),
        # without a witness the field, and without the field the statement
        ({"action": {"none": {"is": ["x"]}}}, "action", {"Action": "a:b"}, ['"Action"']),
        ({"action": {"none": {"is": ["x"]}}}, "resource", {"NotResource": "a"}, ['"NotResource"']),
        ({"condition": {"none": {}}}, "condition", {"Condition": {}}, ['"Condition"']),
        ({"condition": {"none": {}}}, "condition", {"Sid": "x"}, ['{"Sid": "x"}']),
        ({"condition": {"none": {}}}, "key", {"Condition": {}}, ['"Condition"']),
    ],
)  # fmt: skip
def test_a_finding_stands_at_its_witness(
    match: Any, report: str, statement: Any, expected: list[str]
) -> None:
    found = findings(rule(match, report=report), policy(statement))
    assert places(found) == expected
    assert all(finding.certain for finding in found)


def test_a_finding_says_whose_rule_and_whose_policy_it_is() -> None:
    one = rule(STOP, severity="warning", message="no {action}")
    judged = document(policy(ALLOW))
    (found,) = only_findings(Engine([one], BOOK, pedantic=False).check_document(judged))
    assert (found.rule, found.owner) == (one, judged.owner)
    assert (found.severity, found.message, found.certain) == (
        "warning",
        "no cloudtrail:StopLogging",
        True,
    )


def test_every_statement_is_judged() -> None:
    found = findings(rule(STOP, report="sid"), policy(ALLOW, {"Sid": "x"}, {**ALLOW, "Sid": "y"}))
    assert len(found) == 2


def test_a_rule_may_report_only_the_first_witness_of_a_statement() -> None:
    services = {"action": {"some": {"service": ["s3"]}}}
    two = {"Effect": "Allow", "Action": ["a:b", "s3:A", "s3:B"], "Resource": "*"}
    found = findings(rule(services, once=True), policy(two, {**two, "Action": "s3:C"}))
    assert places(found) == ['"s3:A"', '"s3:C"']


def test_several_cases_are_alternatives() -> None:
    cases = [
        {"match": STOP, "report": "action", "message": "one"},
        {"match": {"resource": {"some": {"is": ["*"]}}}, "report": "resource", "message": "two"},
    ]
    raw = rule({}, cases=cases)
    assert [(f.message, shown(f)) for f in findings(raw, policy(ALLOW))] == [
        ("one", '"cloudtrail:StopLogging"'),
        ("two", '"*"'),
    ]


# -- messages


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{action}", "cloudtrail:StopLogging"),
        ("{action} {effect} {sid}", "cloudtrail:StopLogging Allow here"),
        ("on {resource}", "on a, b, c and 1 more"),
        ("{key} {operator} {value}", "aws:k, aws:l Bool, Null 1, 2, 3"),
        ("{principal}", "*"),
        ("{kind}", "vpc-endpoint"),
        ("plain", "plain"),
        ("100%", "100%"),
    ],
)
def test_placeholders_are_witnesses_or_the_statement_s_own(template: str, message: str) -> None:
    statement = {
        "Sid": "here",
        "Effect": "Allow",
        "Action": ["s3:Get", "cloudtrail:StopLogging"],
        "Resource": ["a", "b", "c", "d"],
        "Principal": "*",
        "Condition": {"Bool": {"aws:k": "1"}, "Null": {"aws:l": ["2", "3"]}},
    }
    (found,) = findings(rule(STOP, message=template), policy(statement), kind="vpc-endpoint")
    assert found.message == message


def test_placeholders_are_about_the_condition_that_is_pointed_at() -> None:
    """Of two conditions that match, each message shows its own operator and values."""
    match = {"condition": {"some": {"key": {"within": ["aws:*"]}, "value": {"some": {"wildcard": False}}}}}  # fmt: skip
    statement = {"Condition": {"Bool": {"aws:k": "1"}, "Null": {"aws:l": ["2", "3"]}}}
    found = findings(rule(match, report="key", message="{key} {operator} {value}"), policy(statement))  # fmt: skip
    assert [f.message for f in found] == ["aws:k Bool 1", "aws:l Null 2, 3"]


def test_placeholders_of_what_is_not_there_are_empty() -> None:
    (found,) = findings(rule(STOP, message="<{sid}|{resource}|{key}>"), policy({"Action": "cloudtrail:StopLogging"}))  # fmt: skip
    assert found.message == "<||>"


def test_a_complement_is_shown_as_one() -> None:
    match = {"action": {"some": {"overlaps": ["a:b"]}}}
    (found,) = findings(
        rule(match, message="{action} on {resource}"),
        policy({"NotAction": ["c:d", "e:f"], "NotResource": "x"}),
    )
    assert found.message == "NotAction c:d, e:f on NotResource x"


def test_the_nearest_name() -> None:
    match = {"action": {"some": {"known": False}}}
    one = rule(match, message="{action} is unknown{nearest}")
    actions = ["cloudtrail:StopLoging", "cloudtrail:DisableLogging", "cloudtrail:Xyz"]
    assert [f.message for f in findings(one, policy({"Action": actions}))] == [
        "cloudtrail:StopLoging is unknown; did you mean cloudtrail:StopLogging?",
        "cloudtrail:DisableLogging is unknown; did you mean cloudtrail:StopLogging?",
        "cloudtrail:Xyz is unknown",
    ]


def test_the_reason_is_of_the_witness_that_is_pointed_at() -> None:
    one = rule({"resource": {"some": {"fits": "none"}}}, report="resource", message="{reason}")
    resources = ["main", "arn:aws:cloudtrail:::trail/x", "arn:aws:cloudtrail:r:a:Trail/x"]
    assert [f.message for f in findings(one, policy({"Resource": resources}))] == [
        "it is not an ARN",
        "the region is missing",
        "the resource type is case-sensitive",
    ]


def test_long_and_broken_texts_are_shown_on_one_line() -> None:
    (found,) = findings(rule({"sid": {"within": ["a*"]}}, report="sid", message="{sid}"), policy({"Sid": "a\n\t b" + "c" * 300}))  # fmt: skip
    assert found.message.startswith("a bccc")
    assert len(found.message) == 100
    assert found.message.endswith("c…" + "c" * 49)


def test_braces_of_a_policy_are_not_placeholders() -> None:
    (found,) = findings(rule({"sid": {"within": ["*"]}}, report="sid", message="{sid}"), policy({"Sid": "{effect}"}))  # fmt: skip
    assert found.message == "{effect}"


# -- what is not known


@pytest.mark.parametrize("pedantic", [False, True])
def test_only_a_pedantic_run_says_what_it_cannot_tell(*, pedantic: bool) -> None:
    one = rule(STOP, message="{action}", severity="error")
    found = findings(one, policy({"Action": ["cloudtrail:${X}", "s3:Get"]}), pedantic=pedantic)
    if pedantic:
        (only,) = found
        assert (only.message, only.severity, only.certain) == (
            UNSURE + "cloudtrail:${X}",
            "info",
            False,
        )
        assert shown(only) == '"cloudtrail:${X}"'
    else:
        assert found == []


def test_what_is_certain_is_not_called_uncertain() -> None:
    match = {"action": {"some": {"overlaps": ["cloudtrail:*"]}}}
    found = findings(rule(match), policy({"Action": ["${X}:Get", "cloudtrail:Get"]}))
    assert [(shown(f), f.certain) for f in found] == [('"cloudtrail:Get"', True)]


def test_of_a_text_of_which_nothing_is_known_there_is_nothing_to_say() -> None:
    assert findings(rule(STOP), policy({"Action": "${X}"})) == []


@pytest.mark.parametrize(("confidence", "pedantic", "runs"), [("low", False, False), ("low", True, True), ("medium", False, True)])  # fmt: skip
def test_rules_of_low_confidence_run_only_in_a_pedantic_run(
    confidence: str, *, pedantic: bool, runs: bool
) -> None:
    found = findings(rule(STOP, confidence=confidence), policy(ALLOW), pedantic=pedantic)
    assert bool(found) is runs


# -- kinds


@pytest.mark.parametrize(
    ("kinds", "of", "expected"),
    [
        (["identity"], "identity", YES),
        (["scp"], "identity", NO),
        (["identity", "boundary", "scp"], None, YES),
        (["identity"], None, MAYBE),
        (["trust"], None, NO),
    ],
)
def test_a_kind_of_several_possible_ones(kinds: list[str], of: str | None, expected: int) -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}  # may be of any without principal
    assert verdict({"kind": {"is": kinds}}, deny, kind=of) == expected
    assert verdict({"document": {"kind": {"is": kinds}}}, deny, kind=of) == expected


def test_what_is_so_for_every_possible_kind_is_certain() -> None:
    """Two cases, for different kinds, are together as certain as one for all of them."""

    def by_kind(*kinds: list[str]) -> Rule:
        match = {"effect": {"is": ["Deny"]}}
        cases = [{"match": {"kind": {"is": of}, **match}, "message": f"{of}"} for of in kinds]
        return rule({}, cases=[{"report": "effect", **case} for case in cases])

    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    every = by_kind(["scp"], ["identity", "boundary"])
    assert [f.certain for f in findings(every, policy(deny))] == [True]
    assert [f.certain for f in findings(every, policy(deny), pedantic=False)] == [True]
    some = by_kind(["scp"], ["identity"])
    assert [f.certain for f in findings(some, policy(deny))] == [False]
    assert findings(some, policy(deny), pedantic=False) == []


# -- documents


def document_rule(match: Any, **given: Any) -> Rule:
    return rule(match, subject="document", **given)


CREATES = {"action": {"some": {"covers": ["cloudtrail:CreateTrail"]}}}
WRITES = {"effect": {"is": ["Allow"]}, "action": {"some": {"overlaps": ["s3:PutBucketPolicy"]}}}
LACKS = document_rule({"statement": {"some": CREATES, "none": WRITES}})
CREATE = {"Effect": "Allow", "Action": ["s3:Get", "cloudtrail:Create*"], "Resource": "*"}
WRITE = {"Effect": "Allow", "Action": "s3:Put*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "complete", "expected"),
    [
        ([CREATE], True, [('"cloudtrail:Create*"', True)]),
        ([CREATE, CREATE], True, [('"cloudtrail:Create*"', True)] * 2),
        ([CREATE, WRITE], True, []),
        ([CREATE, {**WRITE, "Effect": "Deny"}], True, [('"cloudtrail:Create*"', True)]),
        ([WRITE], True, []),
        ([], True, []),
        ([CREATE, {**WRITE, "Action": "s3:${X}"}], True, [('"cloudtrail:Create*"', False)]),
        ([CREATE], False, [('"cloudtrail:Create*"', False)]),
        ([CREATE, WRITE], False, []),
    ],
)
def test_a_document_rule(
    statements: list[Any], *, complete: bool, expected: list[tuple[str, bool]]
) -> None:
    found = findings(LACKS, policy(*statements), complete=complete)
    assert [(shown(f), f.certain) for f in found] == expected


def accompanied(judged: Document, *companions: Document) -> Document:
    values = {name: getattr(judged, name) for name in judged.__slots__}  # type: ignore[attr-defined]
    return Document(**{**values, "companions": companions})


@pytest.mark.parametrize(
    ("companions", "expected"),
    [
        ([(policy(WRITE), True)], []),
        ([(policy(CREATE), True)], [True]),
        ([(policy(CREATE), True), (policy(WRITE), False)], []),
        ([(policy(CREATE), False)], [False]),
        ([(policy({**WRITE, "Action": "s3:${X}"}), True)], [False]),
    ],
)
def test_what_is_granted_besides_may_stand_in_a_companion(
    companions: list[tuple[Any, bool]], expected: list[bool]
) -> None:
    others = [document(given, complete=complete) for given, complete in companions]
    judged = accompanied(document(policy(CREATE)), *others)
    found = only_findings(Engine([LACKS], BOOK, pedantic=True).check_document(judged))
    assert [f.certain for f in found] == expected


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (True, [CREATE], YES),
        (True, [WRITE], NO),
        (True, [{**WRITE, "Action": "s3:${X}"}], MAYBE),
        (False, [CREATE], YES),
        (False, [WRITE], NO),
    ],
)
def test_policies_that_are_not_in_view_do_not_count_with_in_view(
    other: list[Any], *, own: bool, expected: int
) -> None:
    """Neither around a statement nor in a document rule, nor statements of the policy itself."""
    match = {"in-view": True, "statement": {"none": WRITES}}
    around = rule({**CREATES, "document": match})
    whole = document_rule({**match, "statement": {"some": CREATES, "none": WRITES}})
    judged = accompanied(
        document(policy(CREATE), complete=own), document(policy(*other), complete=False)
    )
    for one in (around, whole):
        found = only_findings(Engine([one], BOOK, pedantic=True).check_document(judged))
        assert [f.certain for f in found] == ([] if expected == NO else [expected == YES])


def test_what_a_document_itself_says_is_not_looked_for_in_companions() -> None:
    judged = accompanied(document(policy(WRITE)), document(policy(CREATE)))
    assert not list(Engine([LACKS], BOOK, pedantic=True).check_document(judged))


@pytest.mark.parametrize(
    ("match", "statements", "complete", "expected"),
    [
        ({"statement": {"some": STOP}}, [ALLOW], True, YES),
        ({"statement": {"some": STOP}}, [ALLOW, WRITE], False, YES),
        ({"statement": {"some": STOP}}, [WRITE], False, MAYBE),
        ({"statement": {"some": STOP}}, [WRITE], True, NO),
        ({"statement": {"every": STOP}}, [ALLOW, ALLOW], True, YES),
        ({"statement": {"every": STOP}}, [ALLOW, WRITE], True, NO),
        ({"statement": {"every": STOP}}, [ALLOW], False, MAYBE),
        ({"statement": {"every": STOP}}, [ALLOW, WRITE], False, NO),
        ({"statement": {"none": STOP}}, [WRITE], True, YES),
        ({"statement": {"none": STOP}}, [WRITE], False, MAYBE),
        ({"statement": {"none": STOP}}, [ALLOW], False, NO),
        ({"version": {"is": ["2012-10-17"]}}, [WRITE], True, YES),
        ({"version": {"is": ["2008-10-17"]}}, [WRITE], True, NO),
        ({"version": {"is": ["2012-10-17"]}, "statement": {"some": STOP}}, [WRITE], True, NO),
        ({}, [WRITE], True, YES),
    ],
)
def test_the_document_around_a_statement(
    match: Any, statements: list[Any], *, complete: bool, expected: int
) -> None:
    one = rule({"document": match}, report="effect")
    found = findings(one, policy(*statements), complete=complete)
    assert len(found) == (0 if expected == NO else len(statements))
    assert all(f.certain is (expected == YES) for f in found)


@pytest.mark.parametrize(
    ("words", "name", "found"),
    [
        ({"within": ["*audit*"]}, "aws_iam_policy.AuditTrail", True),
        ({"within": ["*audit*"]}, "aws_iam_policy.trail", False),
        ({"within": ["*audit*"]}, "", False),
        ({"within": ["*audit*"], "none": {"within": ["*no_audit*"]}}, "aws_iam_policy.audit", True),
        ({"within": ["*audit*"], "none": {"within": ["*no_audit*"]}}, "a.no_audit", False),
    ],
)
def test_the_name_of_the_owner(words: Any, name: str, *, found: bool) -> None:
    judged = document(policy(WRITE))
    owned = replaced(judged, owner=replaced(judged.owner, name=name))
    one = document_rule({"owner": words})
    assert len(only_findings(Engine([one], BOOK, pedantic=False).check_document(owned))) == found


@pytest.mark.parametrize(("sid", "found"), [("Audit", 1), ("NoAudit", 0), (None, 0)])
def test_a_sid_that_must_not_pass(sid: str | None, found: int) -> None:
    one = rule({"sid": {"within": ["*Audit"], "none": {"is": ["NoAudit"]}}}, report="effect")
    assert len(findings(one, policy({**WRITE, **({"Sid": sid} if sid else {})}))) == found


def test_a_document_rule_reports_a_message_once_with_once() -> None:
    match = {"statement": {"some": STOP}}
    once = document_rule(match, once=True)
    assert len(findings(once, policy(ALLOW, ALLOW))) == 1
    assert len(findings(document_rule(match), policy(ALLOW, ALLOW))) == 2
    other = document_rule(match, once=True, message="{resource}")
    assert len(findings(other, policy(ALLOW, {**ALLOW, "Resource": "x"}))) == 2


def test_a_document_rule_without_a_witness_stands_at_the_document() -> None:
    one = document_rule({"statement": {"none": STOP}}, message="{kind}")
    (found,) = findings(one, policy(WRITE), kind="scp")
    assert found.message == "scp"
    assert shown(found) == found.span.source.text
    (found,) = findings(one, policy(), kind="scp")
    assert shown(found) == found.span.source.text


# -- attachments


@pytest.mark.parametrize(
    ("arn", "certain"),
    [
        ("arn:aws:iam::aws:policy/AWSCloudTrailFullAccess", True),
        ("arn:aws-us-gov:iam::aws:policy/AWSCloudTrailFullAccess", True),
        ("arn:aws:iam::111122223333:policy/AWSCloudTrailFullAccess", None),
        ("arn:<partition>:iam::aws:policy/AWSCloudTrailFullAccess", True),
        ("arn:aws:iam::<account>:policy/AWSCloudTrailFullAccess", False),
    ],
)
def test_an_attachment(arn: str, *, certain: bool | None) -> None:
    match = {"arn": {"within": ["arn:*:iam::aws:policy/AWSCloudTrailFullAccess"]}}
    one = rule(match, subject="attachment", report="arn", message="{arn}")
    source = SourceFile("x", f'"{arn}"')
    owner = Owner("role", Span(source, 0, 1))
    text = text_at(arn, source, 0, len(arn) + 2, 1)
    engine = Engine([one, rule(STOP)], BOOK, pedantic=True)
    attachment = normalise_attachment(FoundAttachment(text, owner))
    found = only_findings(engine.check_attachment(attachment))
    assert [(f.certain, shown(f), f.owner) for f in found] == (
        [] if certain is None else [(certain, f'"{arn}"', owner)]
    )
    assert all(f.message == (arn if certain else UNSURE + arn) for f in found)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::aws:policy/Some_Access", False),
        ("arn:aws:iam::aws:policy/some_access", True),
        ("arn:aws:iam::aws:policy/path/SomeAccess", True),
        ("arn:${AWS::Partition}:iam::aws:policy/Some_Acess", True),
        ("arn:aws:iam::aws:policy/${Name}", False),
        ("arn:aws:iam::aws:policy/Other_Access", False),
        ("some_access", False),
    ],
)
def test_misspelt_name_of_a_managed_policy(arn: str, *, expected: bool) -> None:
    match = {"arn": {"misspells": ["Some_Access"]}}
    one = rule(match, subject="attachment", report="arn", message="{arn}")
    source = SourceFile("x", f'"{arn}"')
    text = text_at(arn, source, 0, len(arn) + 2, 1)
    found = FoundAttachment(text, Owner("role", Span(source, 0, 1)))
    engine = Engine([one], BOOK, pedantic=False)
    assert bool(engine.check_attachment(normalise_attachment(found))) == expected


# -- all findings together


def test_the_same_finding_is_there_once() -> None:
    cases = [{"match": STOP, "report": "action", "message": m} for m in ("first", "second")]
    assert [f.message for f in findings(rule({}, cases=cases), policy(ALLOW))] == ["first"]
    twice = [finding for _ in "ab" for finding in findings(rule(STOP), policy(ALLOW))]
    assert len(settled(twice)) == 2  # of two files: not the same place


def test_a_doubt_gives_way_to_what_is_certain_whatever_comes_first() -> None:
    unsure = {"action": {"some": {"is": ["cloudtrail:StopLogging"]}}, "sid": {"is": ["x"]}}
    for first, second in ((unsure, STOP), (STOP, unsure)):
        cases = [{"match": m, "report": "action", "message": "m"} for m in (first, second)]
        found = findings(rule({}, cases=cases), policy({**ALLOW, "Sid": "${X}"}))
        assert [f.certain for f in found] == [True]


def pair(**narrow: Any) -> list[Rule]:
    broad = rule({"action": {"some": {"service": ["cloudtrail"]}}}, id="T2", name="broad")
    return [broad, rule(STOP, supersedes=["T2"], **narrow)]


def test_a_rule_supersedes_another_at_the_same_place() -> None:
    statement = {"Action": ["cloudtrail:StopLogging", "cloudtrail:StartLogging"]}
    for rules in (pair(), pair()[::-1]):
        found = findings(rules, policy(statement))
        assert sorted((f.rule.id, shown(f)) for f in found) == [
            ("T1", '"cloudtrail:StopLogging"'),
            ("T2", '"cloudtrail:StartLogging"'),
        ]


def test_elsewhere_and_when_in_doubt_it_does_not() -> None:
    found = findings(pair(report="resource"), policy(ALLOW))
    assert sorted(f.rule.id for f in found) == ["T1", "T2"]
    found = findings(pair(), policy({"Action": "cloudtrail:Stop${X}"}))
    assert sorted((f.rule.id, f.certain) for f in found) == [("T1", False), ("T2", True)]


def test_a_problem_is_reported_by_the_rule_of_its_name() -> None:
    raw = {"id": "CT003", "name": "duplicate-key", "summary": "x", "severity": "warning", "confidence": "high", "why": "x", "fix": "x"}  # fmt: skip
    of = rule_from(raw, {})
    book = RuleBook((), {"duplicate-key": of}, b"{}", BOOK.facts)
    span = Span(SourceFile("x", "abc"), 1, 2)
    found = problem_finding(Problem("duplicate-key", "k twice", span), book, Owner("o", span))
    assert (found.rule, found.message, found.span, found.owner.name) == (of, "k twice", span, "o")
    assert (found.severity, found.certain) == ("warning", True)


def test_a_rule_that_fails_is_noted_and_the_others_are_asked() -> None:
    broken = rule({"sid": {"nosuchword": ["x"]}}, id="T9")
    engine = Engine([broken, rule(STOP)], BOOK, pedantic=False)
    judged = document(policy({**ALLOW, "Sid": "x"}))
    found = list(engine.check_document(judged))
    assert [one.rule.id for one in found if isinstance(one, Finding)] == ["T1"]
    (failure,) = [one for one in found if isinstance(one, Failure)]
    assert (failure.rule, failure.span) == ("T9", judged.statements[0].span)
    assert "nosuchword" in str(failure.error)
