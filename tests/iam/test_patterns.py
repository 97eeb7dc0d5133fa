"""Pattern relations against brute force: every pair of short globs over a small alphabet."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase, translate
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtrail_policylint.iam.patterns import (
    MAYBE,
    NO,
    YES,
    covers_verdict,
    equal_verdict,
    overlaps,
    overlaps_verdict,
    parse,
    parse_operand,
    pattern,
    within,
    within_verdict,
)
from cloudtrail_policylint.iam.unknowns import (
    DIGIT,
    GAP,
    HOLES,
    ONE,
    Line,
    for_every_text,
    for_every_value,
    spelt,
    unknown,
)
from cloudtrail_policylint.tree.nodes import (
    ACCOUNT,
    ANY,
    FIELD,
    NAME,
    Hole,
    Piece,
    allows,
    shape_of,
    widest,
)
from cloudtrail_policylint.tree.source import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Callable

ALPHABET = "ab"
OTHER = "c"
"""A character that no pattern mentions: what a pattern says of it, it says of all others."""
LONGEST = 6
WORDS = ["".join(w) for n in range(LONGEST + 1) for w in product(ALPHABET + OTHER, repeat=n)]
SPAN = Span(SourceFile("x", ""), 0, 0)


def globs(size: int) -> list[str]:
    return ["".join(g) for n in range(size + 1) for g in product(ALPHABET + "?*", repeat=n)]


@pytest.fixture(scope="module")
def languages() -> dict[str, frozenset[str]]:
    """Every glob of up to three tokens with all the short words that it matches."""
    return {glob: frozenset(w for w in WORDS if fnmatchcase(w, glob)) for glob in globs(3)}


def test_overlaps_and_within_agree_with_brute_force(languages: dict[str, frozenset[str]]) -> None:
    # Two globs of three tokens that differ do so on a word of at most six characters.
    parsed = {glob: parse(glob) for glob in languages}
    wrong = [
        (a, b)
        for a, b in product(languages, repeat=2)
        if overlaps(parsed[a], parsed[b]) != bool(languages[a] & languages[b])
        or within(parsed[a], parsed[b]) != (languages[a] <= languages[b])
    ]
    assert wrong == []


def test_digits_of_an_operand_agree_with_brute_force() -> None:
    """``#`` in what a rule writes, against every glob of up to three tokens in a world with digits."""
    letters = "a1c"  # c stands for every other character
    words = ["".join(w) for n in range(6) for w in product(letters + "2", repeat=n)]
    written = ["".join(g) for n in range(4) for g in product("a1?*", repeat=n)]
    operands = ["".join(g) for n in range(3) for g in product("a1#*", repeat=n)]
    language = {g: frozenset(w for w in words if fnmatchcase(w, g)) for g in written}
    wanted = {
        o: frozenset(w for w in words if fnmatchcase(w, o.replace("#", "[0-9]"))) for o in operands
    }
    wrong = [
        (g, o)
        for g, o in product(written, operands)
        if overlaps(parse(g), parse_operand(o)) != bool(language[g] & wanted[o])
        or within(parse(g), parse_operand(o)) != (language[g] <= wanted[o])
        or within(parse_operand(o), parse(g)) != (wanted[o] <= language[g])
    ]
    assert wrong == []


def test_patterns_that_mean_the_same_are_equal(languages: dict[str, frozenset[str]]) -> None:
    for a, b in product(languages, repeat=2):
        assert (parse(a) == parse(b)) == (languages[a] == languages[b]), (a, b)


@given(st.text("ab?*", max_size=12), st.text("ab?*", max_size=12))
def test_relations_hang_together(a: str, b: str) -> None:
    one, two = parse(a), parse(b)
    assert overlaps(one, two) == overlaps(two, one)
    assert within(one, one)
    if within(one, two):
        assert overlaps(one, two)
    assert within(one, parse(a + "*"))


@given(st.text("ab?*", max_size=8), st.text("abc", max_size=8))
def test_a_literal_word_is_within_what_matches_it(glob: str, word: str) -> None:
    assert within(parse(word), parse(glob)) == fnmatchcase(word, glob)


def test_thousands_of_wildcards_are_decided_in_one_pass() -> None:
    many = parse("*a" * 20_000 + "*b")
    text = parse("a" * 40_000)
    assert not within(text, many)
    assert not overlaps(many, text)
    assert overlaps(many, parse("*b*a*b"))


# -- texts that are known in part


def hole(shape: str = "any", values: tuple[str, ...] | None = None) -> Hole:
    return Hole("${x}", SPAN, shape, values)


def piece(text: str) -> Piece:
    return Piece(text, SPAN)


@pytest.mark.parametrize(
    ("parts", "glob", "overlap", "inside", "cover"),
    [
        ((piece("s3:Get"), hole()), "s3:*", YES, YES, NO),
        ((piece("s3:Get"), hole()), "s3:GetObject", MAYBE, MAYBE, MAYBE),
        ((piece("s3:Get"), hole()), "ec2:*", NO, NO, NO),
        ((hole(values=("s3:a", "s3:b")),), "s3:*", YES, YES, NO),
        ((hole(values=("s3:a", "ec2:b")),), "s3:*", MAYBE, MAYBE, NO),
        ((hole(ACCOUNT),), "????????????", YES, YES, NO),
        ((hole(ACCOUNT),), "abc*", NO, NO, NO),
        ((hole(FIELD),), "*", YES, YES, NO),
        ((hole(),), "*", YES, YES, MAYBE),
        ((piece("arn:aws:s3:::"), hole(NAME)), "*/*", NO, NO, NO),
        ((piece("arn:aws:s3:::"), hole(FIELD)), "*/*", MAYBE, MAYBE, NO),
        ((piece("arn:aws:s3:::"), hole(NAME), piece("/*")), "*/AWSLogs*", YES, NO, NO),
        ((piece("arn:aws:s3:::"), hole(), piece("/*")), "*/AWSLogs*", YES, MAYBE, NO),
        ((piece("AWSLogs/"), hole(ACCOUNT), piece("/*")), "AWSLogs/o-*", NO, NO, NO),
        ((hole(NAME), piece("*")), "?*", YES, MAYBE, MAYBE),
    ],
)
def test_a_hole_answers_only_what_every_value_answers(
    parts: tuple[Piece | Hole, ...], glob: str, overlap: int, inside: int, cover: int
) -> None:
    one = pattern(parts, fold=True, variables=False)
    other = parse(glob.lower())
    assert overlaps_verdict(one, other) == overlap
    assert within_verdict(one, other) == inside
    assert covers_verdict(one, other) == cover


WILD = ALPHABET[0] + "/*?"
"""A small world with a separator: ``a``, ``/``, and ``c`` for every other character."""
LONG = OTHER * 4
"""Longer than any glob of three tokens without a ``*``."""
SHORT = ["".join(w) for n in range(7) for w in product("a/" + OTHER, repeat=n)]
TEXTS = SHORT + [a + LONG + b for a, b in product(SHORT[:40], repeat=2)]


def matched(glob: str) -> int:
    """The texts of the small world that *glob* matches, as the bits of a number."""
    match = re.compile(translate(glob)).match
    return int("".join("1" if match(text) else "0" for text in TEXTS), 2)


@pytest.mark.parametrize("shape", [ANY, NAME])
def test_relations_with_a_hole_agree_with_brute_force(shape: str) -> None:
    """Every line of up to three tokens, one of them a hole, against every glob."""
    characters = "a/*" if shape == ANY else "a"
    values = ["".join(v) for n in range(4) for v in product(characters, repeat=n)]
    values += [OTHER, LONG]
    few = [value for value in values if len(value) != 3]  # enough beside another token
    lines = [line for n in range(1, 4) for line in product((*WILD, "H"), repeat=n)]
    languages = {g: matched(g) for n in range(4) for g in map("".join, product(WILD, repeat=n))}
    relations: tuple[tuple[Callable[..., int], Callable[[int, int], bool]], ...] = (
        (overlaps_verdict, lambda mine, theirs: bool(mine & theirs)),
        (within_verdict, lambda mine, theirs: not mine & ~theirs),
        (covers_verdict, lambda mine, theirs: not theirs & ~mine),
    )
    wrong = []
    for line in (line for line in lines if line.count("H") == 1):
        meant = [
            matched("".join(line).replace("H", value))
            for value in (values if len(line) == 1 else few)
        ]
        parts = tuple(hole(shape) if token == "H" else piece(token) for token in line)
        form = pattern(parts, fold=False, variables=False)
        for operand, language in languages.items():
            for judge, relation in relations:
                answers = {relation(mine, language) for mine in meant}
                wanted = MAYBE if len(answers) > 1 else YES if True in answers else NO
                found = judge(form, parse(operand))
                if found != wanted:
                    wrong.append((line, operand, judge.__name__, found, wanted))
    assert wrong == []


@pytest.mark.parametrize("shape", [ANY, NAME])
def test_a_text_with_a_hole_is_written_like_what_its_values_make(shape: str) -> None:
    """Every line of up to three tokens, one of them a hole, against every glob."""
    characters = WILD if shape == ANY else "a"
    values = ["".join(v) for n in range(4) for v in product(characters, repeat=n)]
    globs = [parse("".join(glob)) for n in range(4) for glob in product(WILD, repeat=n)]
    wrong = []
    for line in (line for line in product((*WILD, "H"), repeat=3) if line.count("H") == 1):
        made = [parse("".join(line).replace("H", value)) for value in values]
        written = {(glob.runs, glob.gaps) for glob in made}
        parts = tuple(hole(shape) if token == "H" else piece(token) for token in line)
        form = pattern(parts, fold=False, variables=False)
        for glob in globs:
            found = equal_verdict(form, glob)
            wanted = MAYBE if (glob.runs, glob.gaps) in written else NO
            # "**", and "*" with "?" beside it, can be written in several ways: it may also be MAYBE.
            several = any(glob.gaps) or line == ("*", "H", "*") or ("*", "*") in pairwise(line)
            if found != wanted and (found == NO or not several):
                wrong.append((line, glob, found, wanted))
    assert wrong == []


CHARACTERS = "a/1" + ONE + DIGIT + GAP + unknown(ANY) + unknown(NAME)
EVERY_CHARACTER, EVERY_TEXT = for_every_text(ONE), for_every_text(GAP)
EVERY_DIGIT = for_every_value(DIGIT)
UNIVERSAL = EVERY_CHARACTER + EVERY_TEXT + EVERY_DIGIT
GAPS = {GAP, *HOLES}


def step_by_step(a: str, b: str) -> bool:
    """What ``in_common`` says, by trying out all ways to lay one line along the other."""
    if a and a[0] in GAPS:
        return step_by_step(a[1:], b) or (
            bool(b) and (b[0] in GAPS or takes(a[0], b[0])) and step_by_step(a, b[1:])
        )
    if b and b[0] in GAPS:
        return step_by_step(b, a)
    if not (a and b):
        return a == b
    return meets(a[0], b[0]) and step_by_step(a[1:], b[1:])


def takes(gap: str, char: str) -> bool:
    if gap == GAP:
        return True
    return char not in UNIVERSAL and (char in (ONE, DIGIT, *HOLES) or allows(HOLES[gap], char))


def meets(x: str, y: str) -> bool:
    if x in UNIVERSAL or y in UNIVERSAL:
        return (x, y) in FITTING or (y, x) in FITTING
    digits = [char == DIGIT or char.isdigit() for char in (x, y)]
    return ONE in (x, y) or x == y or (DIGIT in (x, y) and all(digits))


FITTING = {(EVERY_CHARACTER, ONE), (EVERY_DIGIT, ONE), (EVERY_DIGIT, DIGIT)}
"""Every character goes with ``?`` only, and every digit also with a digit."""


def test_all_states_at_once_agree_with_going_step_by_step() -> None:
    lines = ["".join(line) for n in range(3) for line in product(CHARACTERS + UNIVERSAL, repeat=n)]
    wrong = [
        (a, b)
        for a, b in product(lines, repeat=2)
        if Line(a).in_common(b) is not step_by_step(a, b)
    ]
    assert wrong == []


@given(*[st.text(st.sampled_from(CHARACTERS + UNIVERSAL), max_size=10)] * 2)
def test_all_states_of_longer_lines_agree_with_going_step_by_step(a: str, b: str) -> None:
    one = Line(a)
    assert one.in_common(b) is step_by_step(a, b)
    assert one.in_common(a) is step_by_step(a, a)  # nothing is left of what was asked before


def test_characters_that_stand_for_something_else_are_themselves_in_a_text() -> None:
    special = "".join(map(chr, range(0xFDD0, 0xFDF0)))
    assert not set(spelt(special)) & set(CHARACTERS[3:] + UNIVERSAL)
    assert spelt("a*?é") == "a" + GAP + ONE + "é"
    assert not overlaps(parse(special[0]), parse("a"))


def test_shapes_allow_less_and_less() -> None:
    characters = "a1:/*?"
    allowed = [{c for c in characters if allows(s, c)} for s in (ANY, FIELD, NAME, ACCOUNT)]
    assert all(more > less for more, less in pairwise(allowed))
    assert widest([NAME, ACCOUNT]) == NAME
    assert widest([FIELD, ANY, NAME]) == ANY
    assert [shape_of(v) for v in (["1" * 12], ["x"], ["a/b", "x"], ["a:b"])] == [
        ACCOUNT,
        NAME,
        FIELD,
        ANY,
    ]


def test_policy_variables_are_any_text_and_escapes_are_characters() -> None:
    home = pattern((piece("home/${aws:username}/x"),), fold=False, variables=True)
    assert within_verdict(home, parse("home/*/x")) == YES
    star = pattern((piece("a${*}b"),), fold=False, variables=True)
    assert within_verdict(star, parse("a?b")) == YES
    assert overlaps_verdict(star, parse("axb")) == NO
