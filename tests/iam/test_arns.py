from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtrail_policylint.iam.arns import (
    MISFITS,
    Operand,
    Parts,
    ResourceType,
    Shape,
    cover,
    equal,
    fits,
    is_within,
    misfit,
    operand,
    overlap,
    resource_type,
    service_of,
    split,
)
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.tree.nodes import ACCOUNT, FIELD, Hole, Piece
from cloudtrail_policylint.tree.source import SourceFile, Span

SPAN = Span(SourceFile("x", ""), 0, 0)
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"


def hole(shape: str = "any", values: tuple[str, ...] | None = None) -> Hole:
    return Hole("${x}", SPAN, shape, values)


ANY = hole()
REGION = hole(FIELD)
OWNER = hole(ACCOUNT)


def parts(*given: str | Hole) -> Parts:
    return tuple(Piece(part, SPAN) if isinstance(part, str) else part for part in given)


def made(*given: str | Hole, variables: bool = True) -> Shape:
    return Shape(parts(*given), variables=variables)


def relations(one: Shape, other: str | Operand) -> tuple[int, int, int]:
    """overlap, within, cover."""
    goal = operand(other) if isinstance(other, str) else other
    return overlap(one, goal), is_within(one, goal), cover(one, goal)


SAME, INSIDE, AROUND, APART, CROSSING = (
    (YES, YES, YES),
    (YES, YES, NO),
    (YES, NO, YES),
    (NO, NO, NO),
    (YES, NO, NO),
)


@pytest.mark.parametrize(
    ("text", "goal", "relation"),
    [
        (TRAIL, TRAIL, SAME),
        (TRAIL, "*", INSIDE),
        ("*", TRAIL, AROUND),
        ("*", "*", SAME),
        ("*", "arn:*", AROUND),
        (TRAIL, "arn:*:cloudtrail:*:*:trail/*", INSIDE),
        (TRAIL, "arn:*:cloudtrail:*:*:channel/*", APART),
        (TRAIL.upper(), TRAIL, APART),
        # a wildcard between two colons stays between them
        ("arn:aws:s3:::logs", "arn:*:s3:logs", APART),
        ("arn:aws:*:trail/main:x:y", TRAIL, APART),
        ("arn:aws:cloudtrail:*:111122223333:trail/main", TRAIL, AROUND),
        ("arn:aws:c*:*:*:*", TRAIL, AROUND),
        ("arn:aws:*trail/*:*:*:*", TRAIL, APART),
        ("arn:aws:s3:*:*:logs", "arn:aws:s3:::logs", AROUND),
        ("arn:aws:cloudtrail:*:*:trail/*", "arn:*:cloudtrail:*:*:*", INSIDE),
        ("arn:*:cloudtrail:eu-*:*:*", "arn:aws:cloudtrail:*-1:*:trail/*", CROSSING),
        # the last field may hold colons of its own
        ("arn:aws:logs:eu-west-1:111122223333:log-group:a:*", "arn:*:logs:*:*:log-group:*", INSIDE),
        ("arn:aws:logs:*:*:*", "arn:*:logs:*:*:log-group:*:log-stream:*", CROSSING),
        # fields left out after a "*" are "*"
        ("arn:*", TRAIL, AROUND),
        ("arn:aws:cloudtrail:*", TRAIL, AROUND),
        ("arn:aws:cloudtrail:eu*", TRAIL, AROUND),
        ("arn:aws:cloudtrail:us*", TRAIL, APART),
        ("arn:aws:cloudtrail:*", "arn:aws:cloudtrail:*:*:*", SAME),
        (TRAIL, "arn:aws:cloudtrail:*", INSIDE),
        (TRAIL, "arn:*:cloud*", INSIDE),
        (TRAIL, "arn:*:s3:*", APART),
        # what is no ARN is only text
        ("main", "*", INSIDE),
        ("main", "arn:*", APART),
        ("arn:aws:s3", "arn:*:s3:*", APART),
        ("cloudtrail.amazonaws.com", "cloudtrail.*", INSIDE),
        ("111122223333", "????????????", INSIDE),
    ],
)
def test_relations_field_by_field(text: str, goal: str, relation: tuple[int, int, int]) -> None:
    assert relations(made(text), goal) == relation


fields = st.text("ab*?", max_size=3)
arns = st.lists(fields, min_size=5, max_size=5).map(lambda five: ":".join(("arn", *five)))
words = st.lists(st.text("ab", max_size=3), min_size=5, max_size=5)
literals = words.map(lambda five: ":".join(("arn", *five)))


@given(literals, arns)
def test_a_literal_arn_is_within_what_matches_each_of_its_fields(one: str, other: str) -> None:
    pairs = zip(one.split(":"), other.split(":"), strict=True)
    expected = YES if all(fnmatchcase(word, glob) for word, glob in pairs) else NO
    assert relations(made(one), other)[:2] == (expected, expected)


@given(arns, arns)
def test_the_relations_hang_together(one: str, other: str) -> None:
    overlapping, inside, covering = relations(made(one), other)
    assert relations(made(other), one) == (overlapping, covering, inside)
    assert relations(made(one), one) == SAME
    assert overlapping >= max(inside, covering)


@pytest.mark.parametrize(
    ("text", "goal", "expected"),
    [
        (TRAIL, TRAIL, YES),
        ("arn:aws:s3:::a*", "arn:aws:s3:::a*", YES),
        ("arn:aws:s3:::a*", "arn:aws:s3:::a?*", NO),
        ("arn:aws:s3:*", "arn:aws:s3:*:*:*", NO),  # the same ARNs, but written otherwise
        ("*", "*", YES),
        (TRAIL, "*", NO),
    ],
)
def test_equal_is_about_what_is_written(text: str, goal: str, expected: int) -> None:
    assert equal(made(text), operand(goal)) == expected


def test_an_unknown_part_makes_no_wildcard_of_what_is_written() -> None:
    assert equal(made("arn:aws:iam::", ANY, ":root"), operand("*")) == NO
    assert equal(made(ANY), operand("*")) == MAYBE


# -- what is known in part


@pytest.mark.parametrize(
    ("given", "goal", "relation"),
    [
        # one field, whatever it is
        (
            ("arn:aws:cloudtrail:", REGION, ":", OWNER, ":trail/main"),
            "arn:*:cloudtrail:*:*:trail/*",
            (YES, YES, NO),
        ),
        (("arn:aws:cloudtrail:", ANY, ":", ANY, ":trail/main"), TRAIL, (MAYBE, MAYBE, MAYBE)),
        (("arn:aws:cloudtrail:", REGION, ":", OWNER, ":trail/x"), TRAIL, APART),
        (("arn:", hole(FIELD), ":s3:::logs"), "arn:*:cloudtrail:*", APART),
        (("arn:aws:s3:::", ANY), "arn:*:cloudtrail:*", APART),
        (("arn:aws:s3:::", ANY), "arn:aws:s3:::*", (YES, YES, MAYBE)),
        (("arn:aws:s3:::", ANY, "/*"), "arn:aws:s3:::logs/*", (MAYBE, MAYBE, MAYBE)),
        (("arn:aws:cloudtrail:eu-west-1:", OWNER, ":trail/main"), TRAIL, (MAYBE, MAYBE, MAYBE)),
        (("arn:aws:s3:::", hole(values=("a", "b"))), "arn:aws:s3:::?", INSIDE),
        (("arn:aws:s3:::", hole(values=("a", "b"))), "arn:aws:s3:::a", (MAYBE, MAYBE, MAYBE)),
        # a hole at the end may be all the fields that are left
        (("arn:aws:s3:", ANY), "arn:aws:s3:*", (YES, YES, MAYBE)),
        (("arn:aws:s3:", ANY), "arn:aws:s3:*:*:logs", (MAYBE, MAYBE, MAYBE)),
        (("arn:aws:s3:", ANY), "arn:*:cloudtrail:*", APART),
        (("arn:", ANY), TRAIL, (MAYBE, MAYBE, MAYBE)),
        (("arn:aws:s3:", hole(values=("::a", "::b"))), "arn:*:s3:::*", INSIDE),
        # a value may bring colons
        (
            ("arn:aws:", hole(values=("cloudtrail:eu-west-1:111122223333",)), ":*"),
            "arn:*:cloudtrail:*",
            INSIDE,
        ),
        (
            ("arn:aws:", hole(values=("cloudtrail:eu-west-1:111122223333",)), ":trail/main"),
            TRAIL,
            SAME,
        ),
        # at the start it may be any number of fields, or all of them
        ((ANY,), TRAIL, (MAYBE, MAYBE, MAYBE)),
        ((ANY,), "*", (YES, YES, MAYBE)),
        ((ANY, ":trail/main"), TRAIL, (MAYBE, MAYBE, MAYBE)),
        ((ANY, ":trail/other"), TRAIL, APART),
        ((ANY, "/*"), "arn:aws:s3:::logs/*", (MAYBE, MAYBE, MAYBE)),
        ((hole(values=(TRAIL,)),), "arn:*:cloudtrail:*:*:trail/*", INSIDE),
    ],
)
def test_a_hole_answers_only_what_every_value_answers(
    given: tuple[str | Hole, ...], goal: str, relation: tuple[int, int, int]
) -> None:
    assert relations(made(*given), goal) == relation


@pytest.mark.parametrize(
    ("text", "variables", "goal", "relation"),
    [
        ("arn:aws:s3:::home/${aws:username}/*", True, "arn:aws:s3:::home/*", INSIDE),
        ("arn:aws:s3:::home/${aws:username}/*", True, "arn:aws:s3:::home/eve/*", AROUND),
        ("arn:aws:s3:::home/${aws:username}/*", False, "arn:aws:s3:::home/eve/*", APART),
        ("arn:aws:iam::${aws:PrincipalAccount}:role/x", True, "arn:*:iam::*:role/*", INSIDE),
        ("arn:aws:s3:::${aws:PrincipalTag/a:b}", True, "arn:aws:s3:::*", SAME),
        ("arn:aws:s3:::a${*}", True, "arn:aws:s3:::ab", APART),
        ("arn:aws:s3:::a${*}", True, "arn:aws:s3:::a?", INSIDE),
        ("arn:aws:s3:::a${aws:username", True, "arn:aws:s3:::a*", INSIDE),
    ],
)
def test_policy_variables(
    text: str, *, variables: bool, goal: str, relation: tuple[int, int, int]
) -> None:
    assert relations(made(text, variables=variables), goal) == relation


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ((TRAIL,), 6),
        (("arn:aws:logs:r:a:log-group:b:*",), 6),
        (("arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}",), 6),
        (("arn:aws:cloudtrail:", ANY, ":", ANY, ":trail/", ANY), 6),
        (("arn:aws:s3:", ANY), 4),
        (("main",), 1),
    ],
)
def test_split_keeps_everything(given: tuple[str | Hole, ...], count: int) -> None:
    found = split(parts(*given))
    assert len(found) == count
    texts = ("".join(p.text if isinstance(p, Piece) else p.written for p in f) for f in found)
    whole = "".join(p if isinstance(p, str) else p.written for p in given)
    assert ":".join(texts) == whole


@pytest.mark.parametrize(
    ("given", "service"),
    [
        ((TRAIL,), "cloudtrail"),
        (("arn:aws:*:::x",), "*"),
        (("arn:", ANY, ":s3:::x"), "s3"),
        (("arn:aws:cloudtrail:", ANY), "cloudtrail"),
        (("arn:aws:", ANY, ":::x"), None),
        (("arn:aws:s", ANY, ":::x"), None),
        ((ANY, ":cloudtrail:eu-west-1:111122223333:trail/x"), None),
        ((ANY, ":aws:cloudtrail:eu-west-1:111122223333:trail/x"), None),
        ((ANY,), None),
        (("main",), None),
        (("*",), None),
    ],
)
def test_the_service_is_the_third_field(given: tuple[str | Hole, ...], service: str | None) -> None:
    assert service_of(parts(*given)) == service


# -- resource types

KINDS = tuple(
    resource_type(
        "cloudtrail", name, f"arn:${{Partition}}:cloudtrail:${{Region}}:${{Account}}:{name}/${{Id}}"
    )
    for name in ("channel", "dashboard", "eventdatastore", "trail")
)
BUCKET = resource_type("s3", "s3:bucket", "arn:${Partition}:s3:::${BucketName}")
LOG_GROUP = resource_type(
    "logs", "logs:log-group", "arn:${Partition}:logs:${Region}:${Account}:log-group:${Name}"
)


def test_a_resource_type_is_its_arn_format() -> None:
    trail = KINDS[-1]
    assert (trail.name, trail.head, trail.operand.text) == (
        "trail",
        "trail/",
        "arn:*:cloudtrail:*:*:trail/*",
    )
    assert (BUCKET.head, BUCKET.operand.text) == ("", "arn:*:s3:::*")


@pytest.mark.parametrize(
    ("given", "fitting"),
    [
        ((TRAIL,), ["trail"]),
        (("arn:aws:cloudtrail:*:*:*",), ["channel", "dashboard", "eventdatastore", "trail"]),
        (("arn:aws:cloudtrail:*:*:c*",), ["channel"]),
        (("arn:aws:cloudtrail:*:*:*a*",), ["channel", "dashboard", "eventdatastore", "trail"]),
        (("arn:aws:s3:::logs",), []),
        (("arn:aws:cloudtrail:::trail/x",), []),
    ],
)
def test_fits(given: tuple[str | Hole, ...], fitting: list[str]) -> None:
    one = made(*given)
    assert [kind.name for kind in KINDS if fits(one, kind) == YES] == fitting
    assert [kind.name for kind in KINDS if fits(one, kind) != NO] == fitting


def test_fits_is_unknown_where_the_type_is() -> None:
    one = made("arn:aws:cloudtrail:eu-west-1:111122223333:", ANY, "/x")
    assert {fits(one, kind) for kind in KINDS} == {MAYBE}


RIGHT = (NO, "")
UNSURE = (MAYBE, "")
PREFIX = "arn:aws:cloudtrail:eu-west-1:111122223333:"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # right, whatever the wildcards and holes stand for
        ((TRAIL,), RIGHT),
        ((PREFIX + "eventdatastore/11112222-3333-4444-5555-666677778888",), RIGHT),
        (("arn:aws-us-gov:cloudtrail:us-gov-west-1:111122223333:trail/xyz",), RIGHT),
        (("arn:aws-cn:cloudtrail:cn-north-1:111122223333:channel/x",), RIGHT),
        (("arn:*:cloudtrail:*:*:trail/*",), RIGHT),
        (("arn:aws:cloudtrail:*",), RIGHT),
        (("arn:aws:cloudtrail:*:*:*",), RIGHT),
        (("arn:aws:cloudtrail:eu-west-1:*",), RIGHT),
        (("arn:aws:cloudtrail:*:111122223333:tra?l/x",), RIGHT),
        (("*",), RIGHT),
        (("arn:*",), RIGHT),
        (("arn:aws:cloudtrail:", ANY, ":", ANY, ":trail/xyz"), RIGHT),
        (("arn:", ANY, ":cloudtrail:", REGION, ":", OWNER, ":trail/", ANY), RIGHT),
        ((PREFIX + "trail/${aws:username}",), RIGHT),
        # wrong, and why
        (("aws:cloudtrail:eu-west-1:111122223333:trail/x",), (YES, "prefix")),
        (("am:aws:cloudtrail:eu-west-1:111122223333:trail/x",), (YES, "prefix")),
        ((":arn:aws:cloudtrail:eu-west-1:111122223333:trail/x",), (YES, "prefix")),
        (("ARN:aws:cloudtrail:eu-west-1:111122223333:trail/x",), (YES, "prefix")),
        (("arn:aws:cloudtrail:eu-west-1:trail/x",), (YES, "fields")),
        (("arn:aws:cloudtrail:trail/x",), (YES, "fields")),
        (("arn:aws:cloudtrail:::trail/x",), (YES, "region")),
        (("arn:aws:cloudtrail::111122223333:trail/x",), (YES, "region")),
        (("arn:aws:cloudtrail::", OWNER, ":trail/", ANY), (YES, "region")),
        (("arn:aws:cloudtrail:eu-west-1::trail/xyz",), (YES, "account")),
        (("arn:aws:cloudtrail:", ANY, "::trail/xyz"), (YES, "account")),
        ((PREFIX + "trail:x",), (YES, "separator")),
        ((PREFIX + "trail",), (YES, "separator")),
        ((PREFIX + "Trail:x",), (YES, "separator")),
        ((PREFIX + "trail:", ANY), (YES, "separator")),
        ((PREFIX + "EventDataStore/x",), (YES, "case")),
        ((PREFIX + "eventDataStore/x",), (YES, "case")),
        ((PREFIX + "Trail/", ANY), (YES, "case")),
        (("arn:aws:cloudtrail:*:*:TRAIL/*",), (YES, "case")),
        ((PREFIX + "Trail", "/x"), (YES, "case")),  # in pieces, as "Trail\\/x" is read from JSON
        ((PREFIX + "trail", ":x"), (YES, "separator")),
        ((PREFIX + "trails/x",), (YES, "type")),
        ((PREFIX + "main",), (YES, "type")),
        ((PREFIX + "trails/", ANY), (YES, "type")),
        ((PREFIX,), (YES, "type")),
        (("main",), (YES, "bare")),
        (("trail/main",), (YES, "bare")),
        (("trail/*",), (YES, "bare")),
        (("trail:main",), (YES, "bare")),
        ((REGION,), (YES, "bare")),
        ((REGION, "/main"), (YES, "bare")),
        (("arn:aws-gov:cloudtrail:us-gov-west-1:111122223333:trail/xyz",), (YES, "partition")),
        (("arn:logs:cloudtrail:*:", ANY, ":trail/xyz"), (YES, "partition")),
        (("arn:aws:cloudtrail:eu-west1:111122223333:trail/xyz",), (YES, "region-name")),
        (("arn:aws:cloudtrail:EU-WEST-1:111122223333:trail/xyz",), (YES, "region-name")),
        (("arn:*:cloudtrail:undefined:111122223333:trail/xyz",), (YES, "region-name")),
        (("arn:aws:cloudtrail:cn-north-1:111122223333:trail/xyz",), (YES, "region-partition")),
        (("arn:aws-cn:cloudtrail:us-east-1:111122223333:trail/xyz",), (YES, "region-partition")),
        (("arn:aws:cloudtrail:eu-west-1:11112222333:trail/xyz",), (YES, "account-digits")),
        (("arn:aws:cloudtrail:eu-west-1:1111-2222-3333:trail/xyz",), (YES, "account-digits")),
        (("arn:aws:cloudtrail:eu-west-1:None:trails/x",), (YES, "account-digits")),
        ((PREFIX + "trail/",), (YES, "empty")),
        ((PREFIX + "channel/",), (YES, "empty")),
        ((PREFIX + "trail/ab",), (YES, "name")),
        ((PREFIX + "trail/" + "a" * 129,), (YES, "name")),
        ((PREFIX + "trail/" + "a" * 128 + "*b",), (YES, "name")),
        ((PREFIX + "trail/10.0.0.1",), (YES, "name")),
        ((PREFIX + "trail/tr\u00e4il",), (YES, "name")),
        ((PREFIX + "trail/my+*",), (YES, "name")),
        ((PREFIX + "trail/a__", ANY), (YES, "name")),
        ((PREFIX + "trail/_*",), (YES, "name")),
        ((PREFIX + "trail/*-",), (YES, "name")),
        ((PREFIX + "trail/" + "a" * 128,), RIGHT),
        ((PREFIX + "trail/a*",), RIGHT),
        ((PREFIX + "trail/-", ANY), (YES, "name")),
        ((PREFIX + "trail/a-", ANY), RIGHT),
        ((PREFIX + "trail/10.0.0.*",), RIGHT),
        ((PREFIX + "trail/1.2.3.4.5",), RIGHT),
        ((PREFIX + "trail/<name>",), RIGHT),  # for somebody to replace
        ((PREFIX + "trail/${aws:PrincipalTag/a}",), RIGHT),
        (("arn:aws-cn:cloudtrail:cn-northwest-1:111122223333:trail/xyz",), RIGHT),
        (("arn:aws-iso-b:cloudtrail:us-isob-east-1:111122223333:trail/xyz",), RIGHT),
        (
            ("arn:aws:cloudtrail:region:account-id:trail/xyz",),
            RIGHT,
        ),  # words for somebody to replace
        (("arn:aws*:cloudtrail:us-gov-west-1:1111*:trail/xyz",), RIGHT),
        (("arn:aws:cloudtrail:${aws:PrincipalTag/r}:${aws:PrincipalAccount}:trail/xyz",), RIGHT),
        # nothing certain
        ((ANY,), UNSURE),
        ((ANY, "/main"), UNSURE),
        ((PREFIX, ANY), UNSURE),
        ((PREFIX, ANY, "/x"), UNSURE),
        ((PREFIX + "tra", ANY), UNSURE),
        (("arn:aws:cloudtrail:", ANY, ":trail/xyz"), UNSURE),
        (("arn:aws:cloudtrail:", ANY), UNSURE),
        (("arn:aws:cloudtrail::*",), UNSURE),
        (("*:main",), RIGHT),
        (("x*:main",), (YES, "bare")),
    ],
)
def test_misfit(given: tuple[str | Hole, ...], expected: tuple[int, str]) -> None:
    found = misfit(parts(*given), made(*given), KINDS)
    assert found == expected
    assert found[1] == "" or found[1] in MISFITS


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("arn:aws:s3:::logs", BUCKET, RIGHT),  # neither region nor account
        ("arn:aws:s3:eu-west-1::logs", BUCKET, (YES, "region-given")),
        ("arn:aws:s3::111122223333:logs", BUCKET, (YES, "account-given")),
        ("arn:aws:s3:*:*:logs", BUCKET, RIGHT),
        ("arn:aws:S3:::logs", BUCKET, (YES, "service-case")),
        ("arn:aws:logs:*:*:log-group", LOG_GROUP, (YES, "type")),  # joined by a colon there
        ("arn:aws:logs:*:*:Log-Group:x", LOG_GROUP, (YES, "case")),
    ],
)
def test_misfit_of_other_services(text: str, kind: ResourceType, expected: tuple[int, str]) -> None:
    assert misfit(parts(text), made(text), [kind]) == expected


def test_an_arn_of_another_service_is_not_judged_by_these_types() -> None:
    text = "arn:aws:sns:eu-west-1:111122223333:trail/x"
    assert misfit(parts(text), made(text), KINDS) == UNSURE
