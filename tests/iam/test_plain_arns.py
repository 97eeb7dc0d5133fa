"""What is right at a glance is right: the close look finds nothing."""

from __future__ import annotations

from itertools import product

from cloudtrail_policylint.iam.arns import Shape, misfit
from cloudtrail_policylint.iam.catalogue import Catalogue, Facts
from cloudtrail_policylint.iam.patterns import NO
from cloudtrail_policylint.iam.plain_arns import PlainArns
from cloudtrail_policylint.tree.nodes import Piece
from cloudtrail_policylint.tree.source import SourceFile, Span

REGIONS = frozenset(("us-east-1", "cn-north-1"))


def test_a_plain_arn_is_no_misfit() -> None:
    catalogue = Catalogue(Facts())
    plain = PlainArns(catalogue.types_of_arn_service, REGIONS)
    seen = set()
    place = Span(SourceFile("p.json", ""), 0, 0)
    for arn in map(
        ":".join,
        product(
            ("arn",),
            ("aws", "aws-cn", "*", "awz"),
            ("s3", "kms", "cloudtrail", "dynamodb", "nosuch"),
            ("", "*", "us-east-1", "cn-north-1", "us-east-9"),
            ("", "*", "123456789012", "12345678901"),
            ("x", "x/*", "key/1-2", "key/", "trail/ab-c", "trail/ab", "trail/a--b", "trail/1", "table/t",
             "table/t/index/*", "trail/${aws:username}", "channel/x"),
        ),
    ):  # fmt: skip
        if plain.has(arn):
            parts = (Piece(arn, place),)
            types = catalogue.types_of_arn_service(arn.split(":")[2])
            assert misfit(parts, Shape(parts, variables=True), types) == (NO, ""), arn
            seen.add(arn)
    assert {"arn:aws:s3:::x/*", "arn:aws:kms:us-east-1:123456789012:key/1-2"} <= seen
    assert "arn:aws-cn:cloudtrail:cn-north-1:123456789012:trail/ab-c" in seen
