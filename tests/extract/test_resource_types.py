"""The records of resource types: each stands once, and what they name is known."""

from __future__ import annotations

from collections import Counter

import pytest

from cloudtrail_policylint.extract.cloudformation import resource_types as cloudformation
from cloudtrail_policylint.extract.terraform import resource_types as terraform
from cloudtrail_policylint.iam.kinds import KINDS

FORMATS = pytest.mark.parametrize("format_", [terraform, cloudformation], ids=lambda f: f.__name__)


@FORMATS
def test_each_type_stands_once(format_: object) -> None:
    names = Counter(known.type for known in format_._TYPES)  # type: ignore[attr-defined]
    assert names.most_common(1)[0][1] == 1


@FORMATS
def test_kinds_are_known(format_: object) -> None:
    for known in format_.RESOURCE_TYPES.values():  # type: ignore[attr-defined]
        assert {*known.policies.values()} <= {*KINDS, None}, known.type
        assert not (known.policies and known.other_language), known.type


@FORMATS
def test_a_name_in_an_arn_has_its_argument(format_: object) -> None:
    for known in format_.RESOURCE_TYPES.values():  # type: ignore[attr-defined]
        named = known.by_name or (known.makes is not None and "{name}" in known.makes.arn)
        assert known.name or not named, known.type


def test_the_types_that_others_name_can_be_told_by_name_or_by_reference() -> None:
    known = terraform.RESOURCE_TYPES
    for one in known.values():
        for types in (*one.target.values(), *one.uses.values(), *one.alias_of.values()):
            assert all(type_ in known for type_ in types), one.type
