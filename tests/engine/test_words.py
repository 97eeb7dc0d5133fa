from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from cloudtrail_policylint.engine.words.word import FOLDED, excepted
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES, pattern
from cloudtrail_policylint.iam.patterns import parse as parse_glob
from cloudtrail_policylint.tree.nodes import Piece
from cloudtrail_policylint.tree.source import SourceFile, Span
from support.judging import verdict

TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"
STORE = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x"


# -- actions


@pytest.mark.parametrize(
    ("words", "action", "expected"),
    [
        ({"is": ["cloudtrail:StopLogging"]}, "CLOUDTRAIL:stoplogging", YES),
        ({"is": ["cloudtrail:stoplogging"]}, "cloudtrail:StopLogging", YES),
        ({"is": ["s3:Get", "cloudtrail:StopLogging"]}, "cloudtrail:StopLogging", YES),
        ({"is": ["cloudtrail:StopLogging"]}, "cloudtrail:Stop*", NO),
        ({"is": ["cloudtrail:*"]}, "cloudtrail:*", YES),
        ({"is": ["cloudtrail:StopLogging"]}, "cloudtrail:${X}", MAYBE),
        ({"is": ["cloudtrail:StopLogging"]}, "s3:${X}", NO),
        ({"overlaps": ["cloudtrail:StopLogging"]}, "cloudtrail:*", YES),
        ({"overlaps": ["cloudtrail:Stop*"]}, "*:*Logging", YES),
        ({"overlaps": ["cloudtrail:StopLogging"]}, "cloudtrail:Start*", NO),
        ({"overlaps": ["cloudtrail:StopLogging"]}, "cloudtrail:Stop${X}", MAYBE),
        ({"overlaps": ["cloudtrail:*"]}, "cloudtrail:Stop${X}", YES),
        ({"overlaps": ["cloudtrail:Start*"]}, "cloudtrail:Stop${X}", NO),
        ({"within": ["cloudtrail:Stop*"]}, "CloudTrail:StopLogging", YES),
        ({"within": ["cloudtrail:Stop*"]}, "cloudtrail:*", NO),
        ({"within": ["cloudtrail:Stop*"]}, "cloudtrail:S${X}", MAYBE),
        ({"within": ["cloudtrail:Stop*"]}, "cloudtrail:Stop${X}", YES),
        ({"covers": ["cloudtrail:StopLogging"]}, "*", YES),
        ({"covers": ["cloudtrail:*"]}, "cloudtrail:StopLogging", NO),
        ({"covers": ["s3:x", "cloudtrail:StopLogging"]}, "cloudtrail:Stop*", YES),
        ({"covers": ["cloudtrail:StopLogging"]}, "cloudtrail:${X}", MAYBE),
        ({"covers": ["cloudtrail:StopLogging"]}, "s3:${X}", NO),
        ({"service": ["cloudtrail"]}, "CloudTrail:Get", YES),
        ({"service": ["s3", "CloudTrail"]}, "cloudtrail:*", YES),
        ({"service": ["cloudtrail"]}, "cloudtrail-data:Put", NO),
        ({"service": ["cloudtrail"]}, "*", NO),
        ({"service": ["cloudtrail"]}, "cloud*:Get", NO),
        ({"service": ["cloudtrail"]}, "cloudtrail", NO),
        ({"service": ["cloudtrail"]}, "${X}", MAYBE),
        ({"service": ["cloudtrail"]}, "cloud${X}:Get", MAYBE),
        ({"service": ["cloudtrail"]}, "s3${X}:Get", NO),
        ({"service": ["cloudtrail"]}, "cloudtrail:${X}", YES),
        ({"wildcard": True}, "s3:G?t", YES),
        ({"wildcard": True}, "s3:Get", NO),
        ({"wildcard": True}, "s3:${X}", MAYBE),
        ({"wildcard": True}, "s3:${X}*", YES),
        ({"wildcard": False}, "s3:Get", YES),
        ({"wildcard": False}, "s3:Get*", NO),
        ({"wildcard": False}, "s3:${X}", MAYBE),
        ({"known": True}, "cloudtrail:stoplogging", YES),
        ({"known": True}, "cloudtrail:ListInsightsMetricData", YES),
        ({"known": True}, "cloudtrail:StopLoging", NO),
        ({"known": False}, "cloudtrail:StopLoging", YES),
        ({"known": False}, "cloudtrail:StopLogging", NO),
        ({"known": False}, "nosuchservice:Get", YES),
        ({"known": False}, "cloudtrail", YES),
        ({"known": True}, "cloudtrail:*Logging", YES),
        ({"known": False}, "cloudtrail:*Loging", YES),
        ({"known": True}, "*", YES),
        ({"known": True}, "*:*", YES),
        ({"known": False}, "*", NO),
        ({"known": False}, "cloud*:Get", MAYBE),
        ({"known": True}, "cloudtrail:${X}", MAYBE),
        ({"known": False}, "cloudtrail:${X}", MAYBE),
        ({"known": False}, "cloudtrail:Zzz${X}", YES),
        ({"known": False}, "${X}:Get", MAYBE),
        ({"scopes-to": "none"}, "cloudtrail:LookupEvents", YES),
        ({"scopes-to": "none"}, "cloudtrail:StopLogging", NO),
        ({"scopes-to": ["trail"]}, "cloudtrail:StopLogging", YES),
        ({"scopes-to": ["channel", "trail"]}, "cloudtrail:AddTags", YES),
        ({"scopes-to": ["channel"]}, "cloudtrail:StopLogging", NO),
        ({"scopes-to": ["trail"]}, "cloudtrail:LookupEvents", NO),
        ({"scopes-to": ["trail"]}, "cloudtrail:*Logging", YES),
        ({"scopes-to": ["trail"]}, "cloudtrail:*", NO),
        ({"scopes-to": "none"}, "cloudtrail:*", NO),
        ({"scopes-to": ["s3:object"]}, "s3:GetObject", YES),
        ({"scopes-to": ["trail"]}, "*", NO),
        ({"scopes-to": "none"}, "cloudtrail:StopLoging", MAYBE),
        ({"scopes-to": "none"}, "cloudtrail:ListInsightsMetricData", MAYBE),
        ({"scopes-to": ["trail"]}, "cloudtrail:Stop${X}", MAYBE),
        ({"scopes-to": ["trail"]}, "cloudtrail:LookupE${X}", NO),
        ({"misspells": ["cloudtrail"]}, "clodtrail:X", YES),
        ({"misspells": ["cloudtrail"]}, "CloudTrial:*", YES),
        ({"misspells": ["cloudtrail"]}, "cloudtrail:Y", NO),
        ({"misspells": ["sqs"]}, "sns:Publish", NO),  # a service of its own
        ({"misspells": ["cloudtrail"]}, "cloudtr${X}:Y", NO),
        # all words are about the same action
        ({"service": ["cloudtrail"], "wildcard": False, "known": False}, "cloudtrail:X", YES),
        ({"service": ["cloudtrail"], "wildcard": False, "known": False}, "s3:X", NO),
        ({"overlaps": ["cloudtrail:*"], "wildcard": True}, "cloudtrail:${X}", MAYBE),
        ({}, "s3:Get", YES),
    ],
)  # fmt: skip
def test_words_on_an_action(words: Any, action: str, expected: int) -> None:
    assert verdict({"action": {"some": words}}, {"Action": action}) == expected


@pytest.mark.parametrize(
    ("words", "actions", "expected"),
    [
        ({"overlaps": ["cloudtrail:StopLogging"]}, ["s3:*"], YES),
        ({"overlaps": ["cloudtrail:StopLogging"]}, ["s3:*", "cloudtrail:Stop*"], NO),
        ({"overlaps": ["cloudtrail:Stop*"]}, ["cloudtrail:StopLogging"], YES),
        ({"overlaps": ["cloudtrail:StopLogging"]}, ["cloudtrail:${X}"], MAYBE),
        ({"covers": ["cloudtrail:StopLogging"]}, ["s3:*"], YES),
        ({"covers": ["cloudtrail:Stop*"]}, ["cloudtrail:StopLogging"], NO),
        ({"covers": ["s3:Get", "cloudtrail:StopLogging"]}, ["s3:*"], YES),
        ({"covers": ["cloudtrail:StopLogging"]}, ["cloudtrail:${X}"], MAYBE),
        ({"within": ["cloudtrail:*"]}, ["s3:*"], NO),
        ({"within": ["*"]}, ["s3:*"], YES),
        ({"scopes-to": "none"}, ["cloudtrail:LookupEvents"], NO),
        # the texts as they are written
        ({"is": ["s3:get"]}, ["sns:Publish", "s3:Get"], YES),
        ({"is": ["s3:Put"]}, ["sns:Publish", "s3:Get"], NO),
        ({"service": ["cloudtrail"], "known": False}, ["s3:Get", "cloudtrail:StopLoging"], YES),
        ({"service": ["cloudtrail"], "known": False}, ["s3:Gett", "cloudtrail:StopLogging"], NO),
        ({"wildcard": True}, ["s3:Get", "s3:${X}"], MAYBE),
        # both at once
        ({"overlaps": ["s3:Put"], "is": ["s3:Get"]}, ["s3:Get"], YES),
        ({"overlaps": ["s3:Get"], "is": ["s3:Get"]}, ["s3:Get"], NO),
    ],
)
def test_words_on_a_complement(words: Any, actions: list[str], expected: int) -> None:
    assert verdict({"action": {"some": words}}, {"NotAction": actions}) == expected
    assert verdict({"action": {"every": words}}, {"NotAction": actions}) == expected
    assert verdict({"action": {"none": words}}, {"NotAction": actions}) == YES - expected


def test_complements_in_a_small_world() -> None:
    """Every list of up to two globs against every operand, compared with plain sets of words.

    ``overlaps`` and ``covers`` are exact but where an operand is covered by
    both globs together and by neither alone; ``within`` does not see
    that a complement may leave out, or leave, no more than the empty text.
    """
    letters = ("a", "b", "c")  # the globs do not mention c: it stands for all other characters
    world = [""]
    for _ in range(4):
        world += [word + letter for word in world for letter in letters]
    everything = frozenset(world)
    tokens = ("a", "b", "?", "*")
    globs = ["", *tokens, *(one + two for one in tokens for two in tokens if one + two != "**")]
    language = {glob: frozenset(w for w in everything if _matches(w, glob)) for glob in globs}
    place = Span(SourceFile("x", ""), 0, 0)
    forms = {g: pattern((Piece(g, place),), fold=True, variables=False) for g in globs}
    tests = {(word, g): excepted(word, [g], FOLDED) for word in ("overlaps", "within", "covers") for g in globs}  # fmt: skip
    inexact = 0
    for given in (*((g,) for g in globs), *combinations(globs, 2)):
        gone = frozenset().union(*(language[glob] for glob in given))
        left = everything - gone
        form = [forms[glob] for glob in given]
        for goal in globs:
            wanted = language[goal]
            exact = not wanted <= gone or any(wanted <= language[glob] for glob in given)
            inexact += not exact
            found = {word: tests[word, goal](form) for word in ("overlaps", "within", "covers")}
            assert found["covers"] == (YES if wanted <= left else NO), (given, goal)
            if exact:
                assert found["overlaps"] == (YES if wanted & left else NO), (given, goal)
            if left - {""} and "" not in given:
                assert found["within"] == (YES if left <= wanted else NO), (given, goal)
    assert 0 < inexact < 50


def _matches(word: str, glob: str) -> bool:
    """The meaning of a glob, spelt out."""
    if not glob:
        return not word
    if glob[0] == "*":
        return any(_matches(word[at:], glob[1:]) for at in range(len(word) + 1))
    return bool(word) and glob[0] in ("?", word[0]) and _matches(word[1:], glob[1:])


def test_operands_of_a_complement_are_alternatives() -> None:
    place = Span(SourceFile("x", ""), 0, 0)
    form = pattern((Piece("s3:*", place),), fold=True, variables=False)
    test = excepted("overlaps", ["s3:Get", "sns:Publish"], FOLDED)
    assert test([form]) == YES
    assert excepted("overlaps", ["s3:Get", "S3:Put"], FOLDED)([form]) == NO
    assert parse_glob("s3:*") == FOLDED.operand("S3:*")


# -- quantifiers

IS_A = {"is": ["a:b"]}


@pytest.mark.parametrize(
    ("actions", "some", "every"),
    [
        (["a:b"], YES, YES),
        (["a:b", "c:d"], YES, NO),
        (["c:d"], NO, NO),
        (["a:b", "${X}"], YES, MAYBE),
        (["c:d", "${X}"], MAYBE, NO),
        (["${X}"], MAYBE, MAYBE),
        ([], NO, NO),
    ],
)
def test_quantifiers(actions: list[str], some: int, every: int) -> None:
    for statement in ({"Action": actions}, {"Action": actions, "Sid": "x"}):
        assert verdict({"action": {"some": IS_A}}, statement) == some
        assert verdict({"action": {"every": IS_A}}, statement) == every
        assert verdict({"action": {"none": IS_A}}, statement) == YES - some


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("action", IS_A),
        ("resource", {"covers": ["*"]}),
        ("principal", {"id": {"is": ["*"]}}),
        ("condition", {"key": {"is": ["aws:x"]}}),
        ("target", {"is": ["trail"]}),
    ],
)
def test_a_field_that_is_missing_has_no_elements(field: str, words: Any) -> None:
    assert verdict({field: {"some": words}}, {"Effect": "Allow"}) == NO
    assert verdict({field: {"every": words}}, {"Effect": "Allow"}) == NO
    assert verdict({field: {"none": words}}, {"Effect": "Allow"}) == YES


def test_several_quantifiers_must_all_hold() -> None:
    match = {"action": {"some": IS_A, "none": {"service": ["c"]}}}
    assert verdict(match, {"Action": ["a:b", "d:e"]}) == YES
    assert verdict(match, {"Action": ["a:b", "c:e"]}) == NO
    assert verdict(match, {"Action": ["a:b", "${X}"]}) == MAYBE
    assert verdict(match, {"Action": ["d:e"]}) == NO


@pytest.mark.parametrize("field", ["Action", "Resource"])
@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("given", ["*", "cloudtrail:*", "${X}", ["a:b", "*"], []])
def test_complement_is_about_the_element_alone(field: str, wanted: Any, given: Any) -> None:
    """Whatever is written in it, known or not: ``Not...`` is a complement and nothing else is."""
    match = {field.lower(): {"some": {"complement": wanted}}}
    assert verdict(match, {field: given}) == (NO if wanted or given == [] else YES)
    assert verdict(match, {"Not" + field: given}) == (YES if wanted else NO)


# -- resources


@pytest.mark.parametrize(
    ("words", "resource", "expected"),
    [
        ({"is": ["*"]}, "*", YES),
        ({"is": ["*"]}, "arn:*", NO),
        ({"is": [TRAIL]}, TRAIL.upper(), NO),
        ({"is": ["*"]}, "${X}", MAYBE),
        ({"is": [TRAIL]}, "arn:aws:s3:::${X}", NO),
        ({"overlaps": ["arn:*:cloudtrail:*:*:trail/*"]}, "*", YES),
        ({"overlaps": ["arn:*:cloudtrail:*:*:trail/*"]}, STORE, NO),
        ({"overlaps": ["arn:*:cloudtrail:*:*:trail/*"]}, "${X}", MAYBE),
        ({"overlaps": ["arn:*:cloudtrail:*"]}, "arn:aws:s3:::${X}", NO),
        ({"within": ["arn:*:cloudtrail:*"]}, "arn:aws:cloudtrail:${R}:${A}:trail/x", YES),
        ({"within": ["arn:*:cloudtrail:*"]}, "*", NO),
        ({"within": ["arn:*:s3:::*"]}, "arn:aws:s3:::${aws:username}/*", YES),
        ({"covers": ["*"]}, "*", YES),
        ({"covers": ["*"]}, "arn:aws:*", NO),
        ({"covers": ["*"]}, "${X}", MAYBE),
        ({"covers": [TRAIL]}, "arn:aws:cloudtrail:*:*:*", YES),
        ({"service": ["cloudtrail"]}, TRAIL, YES),
        ({"service": ["cloudtrail"]}, "arn:aws:s3:::x", NO),
        ({"service": ["cloudtrail"]}, "*", NO),
        ({"service": ["cloudtrail"]}, "main", NO),
        ({"service": ["cloudtrail"]}, "${X}", MAYBE),
        ({"service": ["cloudtrail"]}, "${X}:cloudtrail:eu-west-1:111122223333:trail/x", MAYBE),
        ({"service": ["cloudtrail"]}, "arn:aws:${X}:::x", MAYBE),
        ({"service": ["cloudtrail"]}, "arn:aws:cloudtrail:${X}", YES),
        ({"wildcard": True}, "arn:aws:s3:::*", YES),
        ({"wildcard": False}, "arn:aws:s3:::x", YES),
        ({"wildcard": False}, "arn:aws:s3:::${X}", MAYBE),
        ({"fits": ["trail"]}, TRAIL, YES),
        ({"fits": ["channel", "trail"]}, "*", YES),
        ({"fits": ["trail"]}, STORE, NO),
        ({"fits": ["trail"]}, "arn:aws:cloudtrail:${R}:${A}:trail/${T}", YES),
        ({"fits": ["trail"]}, "arn:aws:cloudtrail:eu-west-1:111122223333:${X}/y", MAYBE),
        ({"fits": ["s3:bucket"]}, "arn:aws:s3:::logs", YES),
        ({"fits": "none"}, "arn:aws:cloudtrail:eu-west-1:111122223333:trails/x", YES),
        ({"fits": "none"}, TRAIL, NO),
        ({"fits": "none"}, "arn:aws:cloudtrail:eu-west-1:111122223333:${X}", MAYBE),
        ({"fits": "none"}, "arn:aws:nosuchservice:::x", YES),
        ({"misfit": ["type"]}, "arn:aws:cloudtrail:eu-west-1:111122223333:trails/x", YES),
        ({"misfit": ["case"]}, "arn:aws:cloudtrail:eu-west-1:111122223333:trails/x", NO),
        ({"misfit": ["region", "account"]}, "arn:aws:cloudtrail:::trail/x", YES),
        ({"misfit": ["bare"]}, "main", YES),
        ({"misfit": ["bare", "name"]}, "arn:aws:nosuchservice:::x", NO),
        ({"misfit": ["bare", "type"]}, "arn:aws:nosuchservice:::x", NO),
        ({"misfit": ["name"]}, "arn:aws:cloudtrail:eu-west-1:111122223333:trail/a--b", YES),
        ({"misfit": ["empty"]}, "arn:aws:cloudtrail:eu-west-1:111122223333:trail/", YES),
        ({"misfit": ["bare"]}, "${X}", MAYBE),
        ({"misfit": ["bare"]}, "*", NO),
        ({"nested": True}, "arn:aws:s3:::arn:aws:s3:::logs/*", YES),
        ({"nested": True}, "arn:aws:kms:*:*:key/arn:aws:kms:x", YES),
        ({"nested": True}, "arn:aws:s3:::${X}", NO),
        ({"nested": True}, "arn:aws:s3:::alarn:x", NO),
        ({"nested": True}, "arn:aws:s3:::logs/arn:aws:iam::111122223333:role/x", NO),
        ({"nested": False}, "arn:aws:s3:::logs", YES),
    ],
)
def test_words_on_a_resource(words: Any, resource: str, expected: int) -> None:
    assert verdict({"resource": {"some": words}}, {"Resource": resource}) == expected


@pytest.mark.parametrize(
    ("words", "resources", "expected"),
    [
        ({"overlaps": [TRAIL]}, [STORE], YES),
        ({"overlaps": [TRAIL]}, [STORE, "arn:aws:cloudtrail:*"], NO),
        ({"covers": ["*"]}, [STORE], NO),
        ({"covers": [TRAIL]}, [STORE], YES),
        ({"fits": ["trail"]}, [TRAIL], YES),
        ({"fits": ["trail"]}, ["arn:*:cloudtrail:*:*:trail/*"], NO),
        ({"fits": ["trail"]}, ["arn:*:cloudtrail:*:*:${X}"], MAYBE),
        ({"fits": "none"}, [TRAIL, "arn:aws:cloudtrail:eu-west-1:111122223333:trails/x"], YES),
        ({"is": [STORE]}, [TRAIL, STORE], YES),
        ({"is": ["*"]}, [TRAIL, STORE], NO),
    ],
)
def test_words_on_a_complement_of_resources(
    words: Any, resources: list[str], expected: int
) -> None:
    assert verdict({"resource": {"some": words}}, {"NotResource": resources}) == expected


# -- principals


@pytest.mark.parametrize(
    ("words", "principal", "expected"),
    [
        ({"type": {"is": ["Service"]}}, {"Service": "x"}, YES),
        ({"type": {"is": ["service"]}}, {"Service": "x"}, NO),
        ({"type": {"is": ["AWS"]}, "id": {"is": ["*"]}}, "*", YES),
        ({"type": {"is": ["AWS"]}, "id": {"is": ["*"]}}, {"Service": "*"}, NO),
        ({"type": {"is": ["AWS"]}, "id": {"is": ["x"]}}, {"AWS": "y", "Service": "x"}, NO),
        ({"id": {"is": ["cloudtrail.amazonaws.com"]}}, {"Service": "cloudtrail.amazonaws.com"}, YES),
        ({"id": {"within": ["cloudtrail.*"]}}, {"Service": "cloudtrail.amazonaws.com"}, YES),
        ({"id": {"is": ["x"]}}, {"AWS": "${X}"}, MAYBE),
        ({"type": {"is": ["AWS"]}}, {"AWS": "${X}"}, YES),
        ({"type": {"is": ["AWS"]}}, "${X}", MAYBE),
        ({"id": {"wildcard": True}}, {"AWS": "arn:aws:iam::*:role/x"}, YES),
        ({"id": {"misspells": ["a.amazonaws.com"]}}, {"Service": "a.amazonws.com"}, YES),
        ({"id": {"misspells": ["a.amazonaws.com"]}}, {"Service": "A.amazonaws.com"}, YES),
        ({"id": {"misspells": ["a.amazonaws.com"]}}, {"Service": "a.amazonaws.com"}, NO),
        ({"id": {"misspells": ["a.amazonaws.com"]}}, {"Service": "${X}.amazonws.com"}, NO),
        ({}, {"AWS": "x"}, YES),
    ],
)  # fmt: skip
def test_words_on_a_principal(words: Any, principal: Any, expected: int) -> None:
    match = {"principal": {"some": words}}
    assert verdict(match, {"Principal": principal}) == expected
    # whom NotPrincipal excepts says nothing certain about whom it names
    assert verdict(match, {"NotPrincipal": principal}) == min(expected, MAYBE)


# -- single texts


@pytest.mark.parametrize(
    ("field", "words", "statement", "expected"),
    [
        ("effect", {"is": ["Allow"]}, {"Effect": "Allow"}, YES),
        ("effect", {"is": ["Allow"]}, {"Effect": "allow"}, NO),
        ("effect", {"is": ["Allow", "Deny"]}, {"Effect": "Deny"}, YES),
        ("effect", {"is": ["Allow"]}, {"Effect": "${X}"}, MAYBE),
        ("effect", {"is": ["Allow"]}, {}, NO),
        ("sid", {"within": ["Allow*"]}, {"Sid": "AllowTrail"}, YES),
        ("sid", {"within": ["Allow*"]}, {"Sid": "allowTrail"}, NO),
        ("sid", {"wildcard": False}, {}, NO),
        ("version", {"is": ["2012-10-17"]}, {}, YES),
        ("version", {"is": ["2008-10-17"]}, {}, NO),
    ],
)
def test_single_texts(field: str, words: Any, statement: Any, expected: int) -> None:
    assert verdict({field: words}, statement) == expected


# -- conditions


def condition(operator: str, key: str, *values: str) -> Any:
    return {"Condition": {operator: {key: list(values)}}}


@pytest.mark.parametrize(
    ("words", "statement", "expected"),
    [
        ({"key": {"is": ["aws:SourceArn"]}}, condition("ArnLike", "AWS:sourcearn", "x"), YES),
        ({"key": {"within": ["aws:ResourceTag/*"]}}, condition("Bool", "aws:resourcetag/A", "x"), YES),
        ({"key": {"is": ["aws:SourceArn"]}}, condition("ArnLike", "${X}", "x"), MAYBE),
        ({"key": {"known": False}}, condition("Bool", "cloudtrail:Name", "x"), YES),
        ({"key": {"known": False}}, condition("Bool", "aws:sourcearn", "x"), NO),
        ({"key": {"known": False}}, condition("Bool", "aws:NoSuch", "x"), MAYBE),
        ({"key": {"known": True}}, condition("Bool", "${X}", "x"), MAYBE),
        ({"operator": {"is": ["StringEquals"]}}, condition("stringequals", "aws:x", "x"), YES),
        ({"operator": {"within": ["*:String*"]}}, condition("ForAllValues:StringLike", "aws:x", "x"), YES),
        ({"operator": {"within": ["*Not*"]}}, condition("StringEquals", "aws:x", "x"), NO),
        ({"operator": {"is": ["Bool"]}}, condition("${X}", "aws:x", "x"), MAYBE),
        ({"value": {"some": {"is": ["b"]}}}, condition("Bool", "k", "a", "b"), YES),
        ({"value": {"some": {"misspells": ["bucket"]}}}, condition("Bool", "k", "a", "bukcet"), YES),
        ({"value": {"some": {"misspells": ["bucket"]}}}, condition("Bool", "k", "Bucket"), YES),
        ({"value": {"some": {"misspells": ["bucket"]}}}, condition("Bool", "k", "bucket"), NO),
        ({"value": {"some": {"is": ["B"]}}}, condition("Bool", "k", "a", "b"), NO),
        ({"value": {"every": {"is": ["b"]}}}, condition("Bool", "k", "a", "b"), NO),
        ({"value": {"every": {"wildcard": False}}}, condition("Bool", "k", "a", "b"), YES),
        ({"value": {"none": {"wildcard": True}}}, condition("Bool", "k", "a", "b"), YES),
        ({"value": {"none": {"wildcard": True}}}, condition("Bool", "k", "a", "${X}"), MAYBE),
        ({"value": {"some": {"is": ["x"]}}}, condition("Bool", "k"), NO),
        ({"value": {"every": {"is": ["x"]}}}, condition("Bool", "k"), NO),
        ({"value": {"none": {"is": ["x"]}}}, condition("Bool", "k"), YES),
        ({"value": {"some": {"within": ["arn:*:cloudtrail:*"]}}}, condition("ArnLike", "k", TRAIL), YES),
        ({"value": {"some": {"misfit": ["case"]}}}, condition("ArnLike", "k", TRAIL.replace("trail/", "Trail/")), YES),
        ({"value": {"some": {"nested": True}}}, condition("ArnLike", "k", TRAIL.replace("trail/", "trail/arn:")), YES),
        ({"value": {"some": {"variable": ["aws:ResourceTag/*"]}}}, condition("StringEquals", "k", "a-${AWS:resourceTag/b}-"), YES),
        ({"value": {"some": {"variable": ["aws:ResourceTag/*"]}}}, condition("StringEquals", "k", "${aws:ResourceTag/b, 'c'}"), YES),
        ({"value": {"some": {"variable": ["aws:ResourceTag/*"]}}}, condition("StringEquals", "k", "${aws:PrincipalTag/b}"), NO),
        ({"value": {"some": {"variable": ["aws:ResourceTag/*"]}}}, condition("StringEquals", "k", "aws:ResourceTag/b"), NO),
        ({"value": {"some": {"variable": ["aws:ResourceTag/*"]}}}, condition("StringEquals", "k", "a${X}"), MAYBE),
        ({"value": {"some": {"is": ["x"]}, "none": {"is": ["y"]}}}, condition("Bool", "k", "x", "y"), NO),
        ({"key": {"misspells": ["aws:SourceArn"]}}, condition("Bool", "aws:SuorceArn"), YES),
        ({"key": {"misspells": ["aws:SourceArn"]}}, condition("Bool", "AWS:sourcearn"), NO),
        # all words are about the same condition
        (
            {"key": {"is": ["a"]}, "value": {"some": {"is": ["2"]}}},
            {"Condition": {"Bool": {"a": "1", "b": "2"}}},
            NO,
        ),
        (
            {"operator": {"is": ["Bool"]}, "key": {"is": ["a"]}},
            {"Condition": {"Bool": {"b": "1"}, "Null": {"a": "1"}}},
            NO,
        ),
        # a block that is not known
        ({"key": {"is": ["a"]}}, {"Condition": "${X}"}, MAYBE),
        ({"key": {"wildcard": False}}, {"Condition": {"Bool": "${X}"}}, MAYBE),
        ({}, {"Condition": "${X}"}, MAYBE),
        ({"operator": {"is": ["Null"]}}, {"Condition": {"Bool": "${X}"}}, NO),
    ],
)  # fmt: skip
def test_words_on_a_condition(words: Any, statement: Any, expected: int) -> None:
    assert verdict({"condition": {"some": words}}, statement) == expected
    assert verdict({"condition": {"none": words}}, statement) == YES - expected
