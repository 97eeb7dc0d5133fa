"""The requests that CloudTrail makes: the data, and what is made of it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from cloudtrail_policylint.decisions.call import availability
from cloudtrail_policylint.decisions.conditions import ABSENT, having
from cloudtrail_policylint.decisions.profiles import Profiles
from cloudtrail_policylint.decisions.values import literal, written
from cloudtrail_policylint.iam.arns import Shape, fits
from cloudtrail_policylint.iam.patterns import MAYBE, NO
from cloudtrail_policylint.rulebook.load import bundled
from support.paths import PROJECT

FACTS = bundled().facts
PROFILES = Profiles(FACTS, availability())
each = pytest.mark.parametrize("raw", FACTS.requests, ids=lambda raw: str(raw["name"]))


@each
def test_each_request_has_a_source_and_known_parts(raw: dict[str, Any]) -> None:
    assert set(raw) <= {
        "name", "for", "when", "hypothetical", "by", "action", "resource", "keys", "source", "says", "seen"
    }  # fmt: skip
    assert raw["source"].startswith("https://docs.aws.amazon.com/")
    assert isinstance(date.fromisoformat(str(raw["seen"])), date)
    assert raw["says"]
    assert raw["for"] in {"trail", "event-data-store", "query", "import", "dashboard", "bucket", "key", "topic", "channel", "caller", "role"}  # fmt: skip
    assert raw["by"] in {"cloudtrail.amazonaws.com", "holder", "owner", "anybody"}
    known = set(FACTS.request_parts) | {"account", "name", "field", "any"}
    used = re.findall(
        r"\{(.*?)\}",
        " ".join([raw["resource"], *(text or "" for text in raw.get("keys", {}).values())]),
    )
    assert set(used) <= known


@each
def test_each_request_is_one_that_the_catalogue_knows(raw: dict[str, Any]) -> None:
    request = PROFILES.request(PROFILES.by_name[raw["name"]])
    assert request.known_action is not None
    shape = Shape(request.resource, variables=False)
    assert any(fits(shape, kind) != NO for kind in request.known_action.types or ())


def test_no_request_is_there_twice() -> None:
    assert len(PROFILES.by_name) == len(FACTS.requests) > 20


def test_parts_that_are_known_take_the_place_of_open_ones() -> None:
    profile = PROFILES.by_name["trail-log-file"]
    values = {name: literal(text) for name, text in [("bucket", "arn:aws:s3:::logs"), ("prefix", "p/"), ("trail", "T")]}  # fmt: skip
    request = PROFILES.request(profile, values)
    assert (
        written(request.resource)
        == "arn:aws:s3:::logs/p/AWSLogs/{account}/CloudTrail/{any}.json.gz"
    )
    assert request.key("aws:sourcearn") == having(literal("T"))
    assert request.key("aws:securetransport") == having(literal("true"))
    assert request.key("aws:sourceip") == ABSENT
    assert PROFILES.kind(profile) == "s3-bucket"
    assert PROFILES.kind(PROFILES.by_name["trail-log-events"]) == "identity"
    assert PROFILES.kind(PROFILES.by_name["assume-log-role"]) == "trust"
    assert PROFILES.kind(PROFILES.by_name["dashboard-query"]) == "cloudtrail-event-data-store"


def test_the_owner_is_some_principal_of_an_account() -> None:
    profile = PROFILES.by_name["change-bucket-policy"]
    request = PROFILES.request(profile)
    assert request.principal.kind == "account"
    assert request.key("aws:principalisawsservice") == having(literal("false"))
    assert request.key("aws:sourcearn") == ABSENT
    assert request.key("aws:principalorgid").present == MAYBE
    assert PROFILES.kind(profile) == "s3-bucket"
    assert PROFILES.kind(PROFILES.by_name["send-audit-events"]) == "cloudtrail-channel"


def test_the_documentation_lists_the_requests() -> None:
    text = (PROJECT / "docs/writing-rules.md").read_text(encoding="utf-8")
    section = text.partition("\n## Decisions\n")[2].partition("\n## ")[0]
    rows = [line.split("`") for line in section.splitlines() if line.startswith("| `")]
    assert [(row[1], row[3]) for row in rows] == [(raw["name"], raw["action"]) for raw in FACTS.requests]  # fmt: skip
