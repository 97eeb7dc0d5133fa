"""What is answered without a decision is what the decision answers."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from cloudtrail_policylint.engine.asking import Asking
from cloudtrail_policylint.engine.lookups import Lookups
from cloudtrail_policylint.engine.plain import View, plain_effect
from cloudtrail_policylint.iam.catalogue import Catalogue
from cloudtrail_policylint.rulebook.load import bundled
from support.policies import document

LOOKUPS = Lookups(Catalogue(bundled().facts))
KEYS = [
    *[one["name"].replace("/*", "/team") for one in LOOKUPS.catalogue.facts.global_keys],
    "cloudtrail:x",
]
OPERATORS = ("StringEquals", "StringLikeIfExists", "StringNotEquals", "Bool", "Null")
VALUES: tuple[str | list[str], ...] = ("o-abc123", "true", "*", "${aws:username}", [], ["a", "b"])
ACTION, NAME = "cloudtrail:*Trail", "cloudtrail:DeleteTrail"


def statements() -> list[dict[str, Any]]:
    conditions = [{operator: {key: value}} for operator, key, value in product(OPERATORS, KEYS, VALUES)]  # fmt: skip
    conditions += [
        {"StringEquals": {one: "a", other: "o-abc123"}, "Bool": {"aws:SecureTransport": "true"}}
        for one, other in combinations(KEYS[:6], 2)
    ]
    return [
        {"Effect": effect, "Action": ACTION, "Resource": "*", "Condition": condition}
        for effect, condition in product(("Allow", "Deny"), conditions)
    ]


def test_effects_under_conditions() -> None:
    plain = 0
    for statement in statements():
        for kind in ("identity", "scp"):
            policy = document({"Version": "2012-10-17", "Statement": statement}, kind=kind)
            (only,) = policy.statements
            view, asking = View(policy, LOOKUPS.catalogue), Asking(policy, LOOKUPS.sources)
            found = plain_effect(only, only.actions[0], NAME, view)
            if found is not None:
                decided = asking.denials.effect(only, only.actions[0], NAME)
                assert found == decided, (statement, kind)
                plain += bool(found)
    assert plain > 100
