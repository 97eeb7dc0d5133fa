from __future__ import annotations

import json
from typing import Any

import pytest

from cloudtrail_policylint.base.limits import Limits, under
from cloudtrail_policylint.iam.kinds import WITH_PRINCIPAL, WITHOUT_PRINCIPAL
from cloudtrail_policylint.iam.normalise import normalise, normalise_attachment
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES, overlaps_verdict, parse
from cloudtrail_policylint.iam.policy import Document, Statement
from cloudtrail_policylint.iam.written import Found, FoundAttachment, Owner, Problem
from cloudtrail_policylint.readers.json.reader import read_placed
from cloudtrail_policylint.tree.nodes import (
    Choice,
    Encoded,
    Entry,
    Hole,
    Map,
    Node,
    Seq,
    Text,
)
from cloudtrail_policylint.tree.source import SourceFile, Span
from support.policies import document
from support.texts import text_at

SOURCE = SourceFile("policy.json", "x" * 100)
SPAN = Span(SOURCE, 1, 2)
OWNER = Owner("", SPAN)


def statement_of(statement: Any, **found: Any) -> Statement:
    """The only statement of a policy that consists of *statement*."""
    (only,) = document({"Version": "2012-10-17", "Statement": statement}, **found).statements
    return only


def written(texts: tuple[Text, ...]) -> list[str]:
    return [text.written for text in texts]


def spelt(span: Span) -> str:
    return span.text


def mistakes(policy: Any) -> list[tuple[str, str, str]]:
    """Each mistake in the grammar with its message and its place."""
    return [(p.name, p.message, spelt(p.span)) for p in document(policy).mistakes]


# -- one or many


@pytest.mark.parametrize("many", [False, True])
def test_one_and_a_list_of_one_are_the_same(*, many: bool) -> None:
    def given(value: Any) -> Any:
        return [value] if many else value

    policy = {
        "Statement": given(
            {
                "Effect": "Allow",
                "Action": given("s3:Get"),
                "Resource": given("*"),
                "Principal": {"AWS": given("111122223333")},
                "Condition": {"StringEquals": {"aws:x": given("y")}},
            }
        )
    }
    (only,) = document(policy).statements
    assert [written(action.texts) for action in only.actions] == [["s3:Get"]]
    assert [written(resource.texts) for resource in only.resources] == [["*"]]
    assert [(p.type.written, p.id.written) for p in only.principals] == [("AWS", "111122223333")]
    (condition,) = only.conditions
    assert (condition.operator.written, condition.key.written, written(condition.values)) == (
        "StringEquals",
        "aws:x",
        ["y"],
    )
    assert condition.certain


def test_every_element_of_a_list_has_its_own_place() -> None:
    only = statement_of({"Action": ["s3:Get", "s3:Put"], "Resource": ["a", "b"]})
    assert [spelt(action.span) for action in only.actions] == ['"s3:Get"', '"s3:Put"']
    assert [spelt(resource.span) for resource in only.resources] == ['"a"', '"b"']


def test_the_statements_of_a_list_and_of_a_policy_that_is_a_list() -> None:
    two = [{"Sid": "a"}, {"Sid": "b"}]
    for policy in (two, {"Statement": two}):
        sids = [s.sid.written for s in document(policy).statements if s.sid]
        assert sids == ["a", "b"]


def test_a_missing_field_has_no_elements() -> None:
    only = statement_of({})
    assert (only.effect, only.sid) == (None, None)
    assert (only.actions, only.resources, only.principals, only.conditions) == ((), (), (), ())
    assert only.fields == {}
    assert document({"Statement": []}).version is None


def test_effect_sid_and_version() -> None:
    found = document({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Sid": "x"}})
    assert found.version is not None
    assert found.version.written == "2012-10-17"
    (only,) = found.statements
    assert only.effect is not None
    assert only.sid is not None
    assert (only.effect.written, only.sid.written) == ("Deny", "x")


# -- complements


def test_not_action_and_not_resource_are_one_complement_each() -> None:
    only = statement_of({"NotAction": ["s3:*", "SNS:Publish"], "NotResource": "arn:aws:s3:::a"})
    (action,) = only.actions
    assert action.complement
    assert written(action.texts) == ["s3:*", "SNS:Publish"]
    assert [overlaps_verdict(form, parse("sns:publish")) for form in action.forms] == [NO, YES]
    assert spelt(action.span) == '"NotAction"'
    (resource,) = only.resources
    assert resource.complement
    assert len(resource.forms) == 1
    assert spelt(resource.span) == '"NotResource"'
    assert {name: spelt(span) for name, span in only.fields.items()} == {
        "action": '"NotAction"',
        "resource": '"NotResource"',
    }


def test_not_principal_marks_every_principal() -> None:
    only = statement_of({"NotPrincipal": {"AWS": ["a", "b"], "Service": "c"}})
    assert [(p.type.written, p.id.written, p.complement) for p in only.principals] == [
        ("AWS", "a", True),
        ("AWS", "b", True),
        ("Service", "c", True),
    ]


def test_an_element_and_its_complement_are_both_there() -> None:
    only = statement_of({"Action": "a:b", "NotAction": "c:d"})
    assert [action.complement for action in only.actions] == [False, True]


def test_a_complement_that_cannot_be_read_is_not_the_complement_of_nothing() -> None:
    assert statement_of({"NotAction": 5, "NotResource": [None]}).actions == ()
    assert statement_of({"NotAction": 5, "NotResource": [None]}).resources == ()
    assert [a.complement for a in statement_of({"NotAction": []}).actions] == [True]


# -- principals


@pytest.mark.parametrize(
    ("principal", "found"),
    [
        ("*", [("AWS", "*")]),
        ({"AWS": "*"}, [("AWS", "*")]),
        ({"AWS": ["a", "b"]}, [("AWS", "a"), ("AWS", "b")]),
        ({"Service": "x", "Federated": ["y"]}, [("Service", "x"), ("Federated", "y")]),
        ({"CanonicalUser": "z"}, [("CanonicalUser", "z")]),
        ({}, []),
        ({"AWS": []}, []),
    ],
)
def test_principals(principal: Any, found: list[tuple[str, str]]) -> None:
    only = statement_of({"Principal": principal})
    assert [(p.type.written, p.id.written) for p in only.principals] == found
    assert "principal" in only.fields
    assert not any(p.complement for p in only.principals)


def test_a_blank_for_all_principals_is_unknown() -> None:
    (principal,) = statement_of({"Principal": "{{ principal }}"}).principals
    assert principal.id.literal is None


# -- conditions


def test_conditions_are_one_for_each_operator_and_key() -> None:
    condition = {
        "StringEquals": {"aws:a": ["1", "2"], "aws:b": "3"},
        "Bool": {"aws:c": True},
        "NumericLessThan": {"aws:d": 5, "aws:e": [1.5, False]},
    }
    only = statement_of({"Condition": condition})
    assert [(c.operator.written, c.key.written, written(c.values)) for c in only.conditions] == [
        ("StringEquals", "aws:a", ["1", "2"]),
        ("StringEquals", "aws:b", ["3"]),
        ("Bool", "aws:c", ["true"]),
        ("NumericLessThan", "aws:d", ["5"]),
        ("NumericLessThan", "aws:e", ["1.5", "false"]),
    ]
    assert [spelt(c.span) for c in only.conditions][:2] == ['"aws:a"', '"aws:b"']


@pytest.mark.parametrize("condition", [{}, {"StringEquals": {}}, None, {"Bool": None}])
def test_empty_conditions_are_none(condition: Any) -> None:
    found = document({"Statement": {"Condition": condition}})
    assert found.statements[0].conditions == ()
    assert found.problems == ()


# -- blanks


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("arn:aws:s3:::${Bucket}/*", ["${Bucket}"]),
        ("arn:aws:cloudtrail:<region>:<account-id>:trail/x", ["<region>", "<account-id>"]),
        ("arn:aws:s3:::{{ bucket }}", ["{{ bucket }}"]),
        ("arn:aws:s3:::<%= bucket %>", ["<%= bucket %>"]),
        ("arn:aws:s3:::%BUCKET%/x", ["%BUCKET%"]),
        ("${A}${B}", ["${A}", "${B}"]),
        (
            "${AWS::Region}/${ACCEL_LOOKUP::VPC:OU:Dev}",
            ["${AWS::Region}", "${ACCEL_LOOKUP::VPC:OU:Dev}"],
        ),
        ("x/${self:custom.${opt:stage}.name}", ["${self:custom.${opt:stage}.name}"]),
        ('${join("/", ["a${lower("B")}"])}', ['${join("/", ["a${lower("B")}"])}']),
        # policy variables, escapes and plain characters
        ("arn:aws:s3:::home/${aws:username}", []),
        ("${token.actions.githubusercontent.com:sub}/${aws:PrincipalTag/team, 'none'}", []),
        ("${}/${ aws:username}", []),
        ("arn:aws:s3:::${*}${?}${$}", []),
        ("a%2Fb", []),
        ("a<b", []),
        ("a{b}", []),
        ("${", []),
        ("", []),
    ],
)
def test_what_is_left_to_be_filled_in_is_a_hole(text: str, blanks: list[str]) -> None:
    only = statement_of(
        {
            "Action": text,
            "Resource": text,
            "Principal": {"AWS": text},
            "Condition": {"StringLike": {"aws:k": text}},
        }
    )
    texts = (
        only.actions[0].texts[0],
        only.resources[0].texts[0],
        only.principals[0].id,
        only.conditions[0].values[0],
    )
    for found in texts:
        assert found.written == text
        holes = [part for part in found.parts if isinstance(part, Hole)]
        assert [part.written for part in holes] == blanks
        assert [json.loads(f'"{spelt(part.span)}"') for part in holes] == blanks


@pytest.mark.parametrize("blank", ["${rest}", "{{ rest }}"])
def test_a_blank_for_a_whole_element_is_unknown(blank: str) -> None:
    found = document({"Statement": [blank, {"Condition": blank}, {"Condition": {"Bool": blank}}]})
    assert (found.complete, found.problems) == (False, ())
    assert [[c.certain for c in s.conditions] for s in found.statements] == [[False], [False]]
    (only,) = statement_of({"Condition": {blank: {"aws:k": "x"}}}).conditions
    assert (only.operator.literal, only.key.literal) == (None, "aws:k")


def test_a_blank_may_be_a_condition_key() -> None:
    only = statement_of({"Condition": {"StringEquals": {"${issuer}:aud": "x"}}})
    assert only.conditions[0].key.literal is None
    assert only.conditions[0].key.written == "${issuer}:aud"


def test_many_beginnings_of_blanks_are_read_in_one_pass() -> None:
    for unit in ("<%", "{{", "${", "<", "%a"):
        only = statement_of({"Resource": unit * 100_000})
        assert only.resources[0].texts[0].written == unit * 100_000


# -- what breaks the grammar

GOOD = {"Effect": "Allow", "Action": "s3:Get", "Resource": "*"}
MISMATCH = "type"


@pytest.mark.parametrize(
    ("statement", "message", "place"),
    [
        ({"Action": 5}, "Action is a number, not a string", "5"),
        ({"Action": ["a:b", 5]}, "Action is a number, not a string", "5"),
        ({"Action": ["a:b", ["c:d"]]}, "Action is a list, not a string", '["c:d"]'),
        ({"Action": None}, "Action is null, not a string", "null"),
        ({"NotAction": True}, "NotAction is true or false, not a string", "true"),
        ({"Resource": {}}, "Resource is an object, not a string", "{}"),
        ({"NotResource": [None]}, "NotResource is null, not a string", "null"),
        ({"Effect": ["Allow"]}, "Effect is a list, not a string", '["Allow"]'),
        ({"Effect": None}, "Effect is null, not a string", "null"),
        ({"Sid": 1}, "Sid is a number, not a string", "1"),
        ({"Principal": 5}, 'Principal is a number, not an object or "*"', "5"),
        ({"Principal": ["*"]}, 'Principal is a list, not an object or "*"', '["*"]'),
        ({"Principal": {"AWS": 111122223333}}, "Principal AWS is a number, not a string", "111122223333"),
        ({"NotPrincipal": {"AWS": {}}}, "NotPrincipal AWS is an object, not a string", "{}"),
        ({"Condition": "x"}, "Condition is a string, not an object", '"x"'),
        ({"Condition": {"Bool": [{}]}}, "Bool is a list, not an object of condition keys", "[{}]"),
        ({"Condition": []}, "Condition is a list, not an object", "[]"),
        ({"Condition": {"Bool": "x"}}, "Bool is a string, not an object of condition keys", '"x"'),
        ({"Condition": {"Bool": ["x"]}}, "Bool is a list, not an object of condition keys", '["x"]'),
        ({"Condition": {"Bool": {"aws:k": None}}}, "aws:k is null, not a string", "null"),
        ({"Condition": {"Bool": {"aws:k": {}}}}, "aws:k is an object, not a string", "{}"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_a_mistake_and_its_neighbours_are_judged(
    statement: dict[str, Any], message: str, place: str
) -> None:
    policy = {"Statement": [{**GOOD, **statement}, {**GOOD, "Sid": "next"}]}
    name = "principal" if message.startswith("Principal is") else MISMATCH
    assert mistakes(policy) == [(name, message, place)]
    first, second = document(policy).statements
    assert second.sid is not None
    assert second.sid.written == "next"
    assert [written(r.texts) for r in second.resources] == [["*"]]
    if "Action" not in statement:
        assert written(first.actions[0].texts) == ["s3:Get"]
    elif statement["Action"] not in (5, None):
        assert written(first.actions[0].texts) == ["a:b"]


@pytest.mark.parametrize(
    ("broken", "what", "place"),
    [
        (5, "a number", "5"),
        ("x", "a string", '"x"'),
        (None, "null", "null"),
        (True, "true or false", "true"),
    ],
)
def test_a_statement_that_is_no_object(broken: Any, what: str, place: str) -> None:
    expected = [(MISMATCH, f"a statement is {what}, not an object", place)]
    assert mistakes({"Statement": [broken, GOOD]}) == expected
    assert len(document({"Statement": [broken, GOOD]}).statements) == 1
    assert mistakes({"Statement": broken}) == expected


def test_a_list_in_the_list_of_statements_is_read_all_the_same() -> None:
    policy = {"Statement": [[GOOD], GOOD]}
    assert [name for name, _, _ in mistakes(policy)] == [MISMATCH]
    assert len(document(policy).statements) == 2


@pytest.mark.parametrize("value", [2012, ["2012-10-17"], None])
def test_a_version_that_is_no_string(value: Any) -> None:
    found = document({"Version": value, "Statement": GOOD})
    assert [p.name for p in found.mistakes] == [MISMATCH]
    assert spelt(found.mistakes[0].span) == json.dumps(value)
    assert len(found.statements) == 1


@pytest.mark.parametrize(
    ("values", "types"),
    [
        (["1", 2], "a string, a number"),
        ([True, "false", 3], "true or false, a string, a number"),
        ([1, 2], ""),
        (["a", "b"], ""),
        (["a", "${X}"], ""),
        (5, ""),
    ],
)
def test_values_of_several_types(values: Any, types: str) -> None:
    found = mistakes({"Statement": {**GOOD, "Condition": {"Bool": {"aws:k": values}}}})
    message = f"the values of aws:k are of several types: {types}"
    assert found == ([("mixed", message, json.dumps(values))] if types else [])


def test_a_principal_that_is_the_name_of_one() -> None:
    found = mistakes({"Statement": {**GOOD, "Principal": "111122223333"}})
    message = 'Principal is 111122223333, not an object or "*"'
    assert found == [("principal", message, '"111122223333"')]
    for right in ("*", {"AWS": "*"}, "${Principal}"):
        assert mistakes({"Statement": {**GOOD, "Principal": right}}) == []


def test_what_a_syntax_error_has_left_is_no_mistake() -> None:
    found = document({"Statement": [{**GOOD, "Effect": 5}]}, misread=True)
    assert (found.mistakes, found.misread) == ((), True)


def test_keys_that_are_there_twice() -> None:
    policy = '{"Statement": [{"Sid": "a", "Sid": "b", "Condition": {"Bool": {"k": "1", "k": "2"}}}], "Version": "x", "Version": "y"}'
    found = document(policy)
    assert {(p.name, spelt(p.span), p.span.start) for p in found.problems} == {
        ("duplicate-key", '"Sid"', policy.rindex('"Sid"')),
        ("duplicate-key", '"k"', policy.rindex('"k"')),
        ("duplicate-key", '"Version"', policy.rindex('"Version"')),
    }
    assert found.version is not None
    assert found.version.literal == "y"
    assert written(found.statements[0].conditions[0].values) == ["1"]


def test_the_problems_of_the_extraction_come_first() -> None:
    problem = Problem("embedded", "x", SPAN)
    found = document('{"Statement": {"Sid": "a", "Sid": "a"}}', problems=(problem,))
    assert [p.name for p in found.problems] == ["embedded", "duplicate-key"]


def test_a_document_of_too_many_values_is_not_judged() -> None:
    few = Limits(policy=50)
    assert under(few, lambda: document({"Statement": [GOOD] * 5})).problems == ()
    found = under(few, lambda: document({"Statement": [GOOD] * 50}))
    assert [p.name for p in found.problems] == ["limit-exceeded"]
    assert (found.statements, found.complete) == ((), False)


def test_a_node_that_is_shared_counts_each_time() -> None:
    shared: Node = Seq((text_at("a:b", SOURCE, 0, 3),) * 10, SPAN)
    for _ in range(8):
        shared = Seq((shared,) * 10, SPAN)
    found = normalise(Found(_map(Statement=shared), None, OWNER))
    assert [p.name for p in found.problems] == ["limit-exceeded"]


# -- what is not known


def _map(**entries: Node) -> Map:
    return Map(tuple(Entry(_text(key), value) for key, value in entries.items()), SPAN)


def _text(value: str) -> Text:
    return text_at(value, SOURCE, 3, 4)


HOLE = Hole("${x}", SPAN)


def _judged(**entries: Node) -> Document:
    return normalise(Found(_map(Statement=_map(**entries)), None, OWNER))


@pytest.mark.parametrize("statement", [HOLE, Text((HOLE,), SPAN), Encoded(_map(), SPAN)])
def test_an_unknown_statement_makes_the_document_incomplete(statement: Node) -> None:
    for node in (statement, Seq((statement,), SPAN)):
        found = normalise(Found(_map(Statement=node), None, OWNER))
        assert (found.complete, found.statements, found.problems) == (False, (), ())


def test_unknown_elements_are_elements() -> None:
    found = _judged(Action=HOLE, Resource=Seq((HOLE,), SPAN), Principal=HOLE, Effect=HOLE)
    (only,) = found.statements
    assert [a.texts[0].written for a in only.actions] == ["${x}"]
    assert [overlaps_verdict(a.forms[0], parse("s3:get")) for a in only.actions] == [MAYBE]
    assert [r.texts[0].written for r in only.resources] == ["${x}"]
    assert [(p.type.literal, p.id.literal) for p in only.principals] == [(None, None)]
    assert only.effect is not None
    assert only.effect.literal is None
    assert found.problems == ()


@pytest.mark.parametrize(
    "condition",
    [
        HOLE,
        Text((HOLE,), SPAN),
        Encoded(_map(), SPAN),
        Map((Entry(_text("Bool"), HOLE),), SPAN),
        Map((Entry(Text((HOLE,), SPAN), HOLE),), SPAN),
    ],
)
def test_an_unknown_condition_is_one_that_is_not_certain(condition: Node) -> None:
    found = _judged(Condition=condition)
    assert [c.certain for c in found.statements[0].conditions] == [False]
    assert found.problems == ()


def test_an_unknown_entry_of_a_statement_may_be_its_condition() -> None:
    found = document('{"Statement": {"Effect": "Allow", ${more} "Action": "s3:Get"}}')
    (only,) = found.statements
    assert [c.certain for c in only.conditions] == [False]
    assert [written(a.texts) for a in only.actions] == [["s3:Get"]]


def test_an_encoded_value_is_a_string_that_is_not_known() -> None:
    encoded = Encoded(Seq((), SPAN), SPAN)
    found = _judged(Action=encoded, Principal=_map(AWS=encoded), Effect=encoded)
    (only,) = found.statements
    assert only.actions[0].texts[0].literal is None
    assert only.principals[0].id.literal is None
    assert only.effect is not None
    assert only.effect.literal is None
    assert found.problems == ()
    assert _judged(Principal=encoded).problems == ()


# -- alternatives


def choice(*nodes: Node | None) -> Choice:
    return Choice(nodes, SPAN)


def test_each_branch_is_an_element_of_its_own() -> None:
    found = _judged(
        Action=choice(_text("a:b"), Seq((_text("c:d"), choice(_text("e:f"), None)), SPAN)),
        Resource=Seq((choice(_text("x"), choice(_text("y"), _text("z"))),), SPAN),
        Principal=choice(_text("*"), _map(Service=_text("s"))),
        Condition=choice(None, _map(Bool=choice(_map(k=_text("v")), _map(l=_text("w"))))),
    )
    (only,) = found.statements
    assert [written(a.texts) for a in only.actions] == [["a:b"], ["c:d"], ["e:f"]]
    assert [written(r.texts) for r in only.resources] == [["x"], ["y"], ["z"]]
    assert [p.type.written for p in only.principals] == ["AWS", "Service"]
    assert [c.key.written for c in only.conditions] == ["k", "l"]
    assert found.problems == ()


def test_the_branches_of_a_complement_are_complements_of_their_own() -> None:
    found = _judged(
        NotAction=choice(_text("a:b"), Seq((_text("c:d"), _text("e:f")), SPAN)),
        NotResource=choice(_text("x"), None),
    )
    (only,) = found.statements
    assert [written(a.texts) for a in only.actions] == [["a:b"], ["c:d", "e:f"]]
    assert [written(r.texts) for r in only.resources] == [["x"]]
    assert all(action.complement for action in only.actions)
    assert all(resource.complement for resource in only.resources)


def test_statements_of_branches() -> None:
    one, two, three = (_map(Sid=_text(sid)) for sid in "abc")
    node = choice(Seq((one, choice(two, None)), SPAN), three)
    found = normalise(Found(_map(Statement=node), None, OWNER))
    assert [s.sid.written for s in found.statements if s.sid] == ["a", "b", "c"]


def test_a_single_field_of_several_branches_is_unknown() -> None:
    (only,) = _judged(Effect=choice(_text("Allow"), _text("Deny"))).statements
    assert only.effect is not None
    assert only.effect.literal is None
    (only,) = _judged(Effect=choice(_text("Allow"), None)).statements
    assert only.effect is not None
    assert only.effect.literal == "Allow"
    (only,) = _judged(Effect=choice(None, None)).statements
    assert only.effect is None


# -- scope and kind


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "CloudTrail:Get"},
        {"NotAction": ["s3:Get", "cloud-trail:x"]},
        {"Action": "cloud_trail:Get"},
        {"Resource": "arn:aws:s3:::my-cloudtrail-logs"},
        {"NotResource": "arn:aws:cloudtrail:::x"},
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}},
        {"Condition": {"StringEquals": {"cloudtrail:x": "y"}}},
        {"Condition": {"StringEquals": {"aws:x": ["y", "CLOUDTRAIL"]}}},
    ],
)
def test_what_names_cloudtrail_is_in_scope(statement: Any) -> None:
    assert document({"Statement": [GOOD, statement]}).in_scope


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "*", "Resource": "*"},
        {"Sid": "cloudtrail"},
        {"Action": "s3:${cloudtrail}"},
    ],
)
def test_what_does_not_is_not(statement: Any) -> None:
    assert not document({"Statement": [statement]}).in_scope


def test_what_is_attached_to_cloudtrail_is_in_scope() -> None:
    assert document({"Statement": GOOD}, on_cloudtrail=True).in_scope
    assert document({"Statement": GOOD}, kind="cloudtrail-channel").in_scope
    assert not document({"Statement": GOOD}, kind="identity").in_scope


def test_a_hole_is_in_scope_by_what_it_may_be() -> None:
    def action(hole: Hole) -> bool:
        return _judged(Action=hole).in_scope

    assert action(Hole("${x}", SPAN, values=("s3:Get", "cloudtrail:Get")))
    assert not action(Hole("${x}", SPAN, values=("s3:Get",)))
    assert not action(Hole("${var.cloudtrail}", SPAN))


def test_a_policy_without_readable_statements_is_in_scope_by_its_text() -> None:
    assert document({"Statements": [{"Action": "cloudtrail:Get"}]}).in_scope
    assert not document({"Statements": [{"Action": "s3:Get"}]}).in_scope


def test_the_kind_is_that_of_the_place_else_of_the_path_else_guessed() -> None:
    def kinds(kind: str | None, of_path: str | None, statement: Any) -> tuple[str, ...]:
        source = SourceFile("p.json", json.dumps({"Statement": statement}))
        root = read_placed(source).root
        assert root is not None
        return normalise(Found(root, kind, OWNER), of_path).kinds

    assert kinds("trust", "scp", GOOD) == ("trust",)
    assert kinds(None, "scp", GOOD) == ("scp",)
    assert kinds(None, None, GOOD) == ("identity",)
    deny = {**GOOD, "Effect": "Deny"}
    assert kinds(None, None, deny) == WITHOUT_PRINCIPAL
    everywhere = {**deny, "Principal": "*", "Action": "*"}
    assert kinds(None, None, everywhere) == WITH_PRINCIPAL
    assert kinds(None, None, {**everywhere, "Principal": {}}) == WITH_PRINCIPAL
    bucket = {**GOOD, "Principal": "*", "Resource": "arn:aws:s3:::a"}
    assert kinds(None, None, bucket) == ("s3-bucket",)


def test_what_the_extraction_knows_is_kept() -> None:
    owner = Owner("aws_iam_policy.x", SPAN)
    root = read_placed(SourceFile("p.json", json.dumps({"Statement": GOOD}))).root
    assert root is not None
    found = normalise(Found(root, "identity", owner, complete=False, holders=("role/x",)))
    assert (found.owner, found.complete, found.holders, found.span) == (
        owner,
        False,
        ("role/x",),
        root.span,
    )


@pytest.mark.parametrize(
    ("arn", "in_scope"),
    [
        ("arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess", True),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", False),
        ("arn:aws:iam::<account>:policy/cloudtrail", True),
    ],
)
def test_attachments(arn: str, *, in_scope: bool) -> None:
    source = SourceFile("x", arn)
    found = normalise_attachment(FoundAttachment(text_at(arn, source, 0, len(arn)), OWNER))
    assert found.in_scope is in_scope
    assert found.arn.written == arn
    assert found.shape.arn is not None
    assert (found.arn.literal is None) == ("<" in arn)
