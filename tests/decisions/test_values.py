"""Matching of patterns and values with holes, against what all fillings of the holes say."""

from __future__ import annotations

from itertools import product

import pytest

from cloudtrail_policylint.decisions.values import (
    MAX_ALTERNATIVES,
    UNKNOWN,
    ArnPattern,
    agreed,
    alternatives,
    form,
    known,
    literal,
    match,
    match_arn,
    one_of,
    texts,
    tokens,
    written,
)
from cloudtrail_policylint.decisions.variables import arn_pattern
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.tree.nodes import ANY, FIELD, Hole, Piece
from cloudtrail_policylint.tree.source import SourceFile, Span

NOTHING: frozenset[str] = frozenset()
NOWHERE = Span(SourceFile("", ""), 0, 0)


def globbed(pattern: str, text: str) -> bool:
    """Whether *pattern* matches *text*: the definition, in the slowest way."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(globbed(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and globbed(pattern[1:], text[1:])


def words(alphabet: str, most: int) -> list[str]:
    return ["".join(word) for size in range(most + 1) for word in product(alphabet, repeat=size)]


def test_a_pattern_without_holes_matches_as_the_definition_says() -> None:
    values = words("ab", 4)
    for pattern in words("ab*?", 4):
        for value in values:
            found = match(tokens((pattern,), wild=True), (value,), NOTHING)
            assert found == (YES if globbed(pattern, value) else NO), (pattern, value)


def filled(text: str, fillings: tuple[str, ...]) -> list[str]:
    """*text* with each ``#`` replaced by each of *fillings*."""
    parts = text.split("#")
    return [
        "".join(a + b for a, b in zip(parts, (*chosen, ""), strict=True))
        for chosen in product(fillings, repeat=len(parts) - 1)
    ]


def holed(text: str, shape: str) -> tuple[Piece | Hole, ...]:
    hole = Hole("hole", NOWHERE, shape)
    items = [part for piece in text.split("#") for part in (piece, hole)][:-1]
    return tuple(Piece(one, NOWHERE) if isinstance(one, str) else one for one in items if one != "")


@pytest.mark.parametrize("shape", [ANY, FIELD])
def test_a_verdict_over_holes_is_never_the_opposite_of_a_filling(shape: str) -> None:
    fillings = ("", "a", "b", "ab") + ((":",) if shape == ANY else ())
    for pattern in words("a*?#", 3):
        own = alternatives(holed(pattern, shape))[0]
        for value in words("ab#", 3):
            found = match(tokens(own, wild=True), alternatives(holed(value, shape))[0], NOTHING)
            said = {
                globbed(one, other)
                for one in filled(pattern, fillings)
                for other in filled(value, fillings)
            }
            if found == YES:
                assert said == {True}, (pattern, value)
            elif found == NO:
                assert said == {False}, (pattern, value)
            elif "#" not in pattern + value:
                raise AssertionError(f"{pattern} {value} is known")


@pytest.mark.parametrize(
    ("pattern", "value", "verdict"),
    [
        ("*", "#", YES),
        ("a*", "a#", YES),
        ("#", "#", MAYBE),
        ("a#", "b", NO),
        ("a#", "b#", NO),
        ("?", "#", MAYBE),
        ("a*b", "a#b", YES),
        ("*#", "#", MAYBE),
    ],
)
def test_what_holes_leave_certain(pattern: str, value: str, verdict: int) -> None:
    own, other = (alternatives(holed(text, ANY))[0] for text in (pattern, value))
    assert match(tokens(own, wild=True), other, NOTHING) == verdict


def test_a_shared_hole_is_equal_to_itself() -> None:
    shared = frozenset({"hole"})
    own, other = (alternatives(holed("a#/*", ANY))[0], alternatives(holed("a#/x", ANY))[0])
    assert match(tokens(own, wild=True), other, shared) == YES
    assert match(tokens(own, wild=True), other, NOTHING) == MAYBE
    apart = alternatives(holed("b#/x", ANY))[0]
    assert match(tokens(own, wild=True), apart, shared) == NO


def test_an_account_is_twelve_digits() -> None:
    account = alternatives(form("{account}"))[0]
    for pattern, verdict in {
        "?" * 12: YES,
        "?" * 11: NO,
        "1" * 12: MAYBE,
        "x*": NO,
        "*": YES,
        "1*": MAYBE,
    }.items():
        assert match(tokens((pattern,), wild=True), account, NOTHING) == verdict, pattern
    assert match(list(account), ("111122223333",), NOTHING) == MAYBE
    assert match(list(account), ("1111-2222",), NOTHING) == NO
    assert match(list(account), account, NOTHING) == MAYBE
    assert match(list(account), account, frozenset({"{account}"})) == YES


def test_letter_case_counts_unless_it_is_folded() -> None:
    assert match(tokens(("Ab*",), wild=True), ("aBc",), NOTHING) == NO
    assert match(tokens(("Ab*",), wild=True, fold=True), ("aBc",), NOTHING, fold=True) == YES


def test_known_values_are_told_apart() -> None:
    value = (*literal("x-"), *one_of(("a", "b")))
    assert texts(value) == ["x-a", "x-b"]
    assert known(value) is None
    assert texts((*value, *UNKNOWN)) is None
    assert written(value) == "x-one of several"
    many = one_of([str(number) for number in range(MAX_ALTERNATIVES + 1)])
    assert texts(many) is None


def test_verdicts_that_differ_are_maybe() -> None:
    assert agreed([YES, YES]) == YES
    assert agreed([NO]) == NO
    assert agreed([YES, NO]) == MAYBE
    assert agreed([]) == MAYBE


def pattern_of(text: str) -> ArnPattern:
    return arn_pattern(literal(text), None)


@pytest.mark.parametrize(
    ("pattern", "value", "verdict"),
    [
        # "With an ArnLike condition, which matches elements between colons, the match fails": Condition operators
        (
            "arn:aws:someservice:*:111122223333:finance/*",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            NO,
        ),
        ("arn:aws:logs:*:*:*", "arn:aws:logs:eu-west-1:1:log-group:a:log-stream:b", YES),
        ("arn:*:s3:::b", "arn:aws:s3:::b", YES),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", NO),
        ("arn:aws:s3*", "arn:aws:s3:::b", MAYBE),
        ("arn:aws:sns*", "arn:aws:s3:::b", NO),
        ("arn:aws:s3:::b", "b", NO),
        ("*", "b", NO),
    ],
)
def test_arns_match_field_by_field(pattern: str, value: str, verdict: int) -> None:
    assert match_arn(pattern_of(pattern), literal(value), NOTHING) == verdict


def test_an_arn_of_which_parts_are_unknown() -> None:
    trail = form("arn:aws:cloudtrail:{field}:{account}:trail/{name}")
    assert match_arn(pattern_of("arn:aws:cloudtrail:*:*:trail/*"), trail, NOTHING) == YES
    assert match_arn(pattern_of("arn:aws:s3:*:*:*"), trail, NOTHING) == NO
    assert match_arn(pattern_of("arn:aws:cloudtrail:*:1:*"), trail, NOTHING) == NO
    assert match_arn(pattern_of("arn:*:*:*:*:*"), UNKNOWN, NOTHING) == MAYBE
    either = one_of(("arn:aws:s3:::a", "arn:aws:s3:::b"))
    assert match_arn(pattern_of("arn:aws:s3:::?"), either, NOTHING) == YES
    assert match_arn(pattern_of("arn:aws:s3:::a"), either, NOTHING) == MAYBE


def test_the_arn_of_a_resource_in_the_same_file_is_equal_to_itself() -> None:
    bucket = Hole("${aws_s3_bucket.logs.arn}", NOWHERE, ANY)
    pattern = arn_pattern((bucket, Piece("/*", NOWHERE)), None)
    shared = frozenset({bucket.written})
    assert match_arn(pattern, (bucket, Piece("/AWSLogs/x", NOWHERE)), shared) == YES
    assert match_arn(pattern, (bucket, Piece("/AWSLogs/x", NOWHERE)), NOTHING) == MAYBE
    assert match_arn(pattern, (bucket, Piece("/a:b", NOWHERE)), shared) == MAYBE


def test_a_long_pattern_costs_what_its_length_says() -> None:
    pattern = tokens(("*a?" * 3_000,), wild=True)
    assert match(pattern, ("ab" * 3_000 + "c",), NOTHING) == NO
    assert match(pattern, ("ab" * 3_000,), NOTHING) == YES


def test_forms_spell_holes() -> None:
    assert written(form("o-{name}")) == "o-{name}"
    assert known(form("a{b}c")) == "a{b}c"
    assert known(form("plain")) == "plain"
