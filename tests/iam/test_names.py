"""Which texts concern CloudTrail."""

from __future__ import annotations

import pytest

from cloudtrail_policylint.iam.names import concerns_cloudtrail, may_concern_cloudtrail
from cloudtrail_policylint.rulebook.model import RuleBook


@pytest.mark.parametrize("name", ["cloudtrail-lookalike-prefixes", "legacy-cloudtrail-accounts"])
def test_all_that_the_rules_know_is_in_scope(book: RuleBook, name: str) -> None:
    for value in book.sets[name]:
        text = value.replace("*", "aws")
        if name.endswith("prefixes"):
            text += ":LookupEvents"
        assert concerns_cloudtrail(text), text
        assert may_concern_cloudtrail(b'{"principal": "' + text.lower().encode() + b'"}'), text


@pytest.mark.parametrize(
    "text",
    ["s3:GetObject", "arn:aws:iam::111122223333:root", "525921808201x", "1525921808201", "trail", "cloud"],
)  # fmt: skip
def test_others_are_not(text: str) -> None:
    assert not concerns_cloudtrail(text)
