from __future__ import annotations

import json

import pytest

from cloudtrail_policylint.iam.catalogue import Catalogue, Facts, data_version
from cloudtrail_policylint.iam.patterns import parse

FACTS = Facts(
    actions=("cloudtrail:ListInsightsMetricData", "cloudtrail:StopLogging", "s3:NewThing"),
    keys=("aws:SourceArn", "cloudtrail:Invented"),
    more={
        "misnamed-actions": json.dumps(
            [
                {"name": "DisableLogging", "meant": "cloudtrail:StopLogging"},
                {"name": "PutEvents", "meant": "cloudtrail-data:PutAuditEvents"},
            ]
        ).encode()
    },
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(FACTS)


@pytest.mark.parametrize(
    ("name", "full_name"),
    [
        ("cloudtrail:StopLogging", "cloudtrail:StopLogging"),
        ("CloudTrail:stoplogging", "cloudtrail:StopLogging"),
        ("CLOUDTRAIL-DATA:PUTAUDITEVENTS", "cloudtrail-data:PutAuditEvents"),
        ("cloudtrail:listinsightsmetricdata", "cloudtrail:ListInsightsMetricData"),
        ("s3:newthing", "s3:NewThing"),
        ("cloudtrail:PutAuditEvents", None),
        ("cloudtrail:StopLoging", None),
        ("cloudtrail:Stop*", None),
        ("cloudtrail:", None),
        ("cloudtrail", None),
        ("StopLogging", None),
        ("nosuchservice:Get", None),
        ("../cloudtrail:StopLogging", None),
        ("", None),
        ("*", None),
    ],
)
def test_actions_whatever_their_case(
    catalogue: Catalogue, name: str, full_name: str | None
) -> None:
    found = catalogue.action(name)
    assert (found.full_name if found else None) == full_name


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("cloudtrail:StopLogging", ["trail"]),
        ("cloudtrail:AddTags", ["channel", "dashboard", "eventdatastore", "trail"]),
        ("cloudtrail:LookupEvents", []),
        ("cloudtrail-data:PutAuditEvents", ["channel"]),
        ("s3:PutObject", ["s3:object"]),
        ("cloudtrail:ListInsightsMetricData", None),  # facts know its name only
    ],
)
def test_the_types_that_an_action_accepts(
    catalogue: Catalogue, name: str, types: list[str] | None
) -> None:
    action = catalogue.action(name)
    assert action is not None
    found = action.types
    shown = None if found is None else sorted({kind.name for kind in found})
    if name == "s3:PutObject":
        assert shown is not None
        assert "s3:object" in shown
    else:
        assert shown == types


@pytest.mark.parametrize(
    ("prefix", "glob", "names"),
    [
        ("cloudtrail", "cloudtrail:*logging", ["StartLogging", "StopLogging"]),
        ("cloudtrail", "cloudtrail:stop?ogging", ["StopLogging"]),
        ("cloudtrail", "cloudtrail:stoplogging", ["StopLogging"]),
        ("cloudtrail", "cloudtrail:*loging", []),
        ("cloudtrail-data", "cloudtrail-data:*", ["PutAuditEvents"]),
        ("cloudtrail-data", "cloudtrail:*", []),
        ("nosuchservice", "nosuchservice:*", []),
    ],
)
def test_expansion(catalogue: Catalogue, prefix: str, glob: str, names: list[str]) -> None:
    for _ in range(2):  # the second time from memory
        assert sorted(action.name for action in catalogue.expand(prefix, parse(glob))) == names


def test_a_wide_pattern_stands_for_every_action_of_its_service(catalogue: Catalogue) -> None:
    service = catalogue.service("CloudTrail")
    assert service is not None
    everything = catalogue.expand("cloudtrail", parse("cloudtrail:*"))
    assert list(everything) == list(service.actions.values())
    assert len(everything) > 50


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("cloudtrail:StopLoging", "cloudtrail:StopLogging"),
        ("cloudtrail:stoploggings", "cloudtrail:StopLogging"),
        ("cloudtrail:DescribeTrail", "cloudtrail:DescribeTrails"),
        # a pattern, by its longest word
        ("cloudtrail:*Loging", "cloudtrail:*Logging"),
        ("cloudtrail:Lookp*", "cloudtrail:Lookup*"),
        ("cloudtrail:Xyzxyz*", None),
        ("cloudtrail:DeleteTrails*", "cloudtrail:DeleteTrail*"),
        ("cloudtrail:GetEventDateStore*", "cloudtrail:GetEventDataStore*"),
        # never by another verb, nor more than was written
        ("cloudtrail:DeleteTag*", None),
        ("cloudtrail:DeleteLog*", None),
        ("cloudtrail:DeleteQueries", None),
        ("cloudtrail:GetTrailLogging", None),
        ("cloudtrail:TagTrail", None),
        ("cloudtrail:DeletTrail", "cloudtrail:DeleteTrail"),  # a misspelt verb
        ("cloudtrail:CancleQuery", "cloudtrail:CancelQuery"),
        # by another name, from the facts
        ("cloudtrail:DisableLogging", "cloudtrail:StopLogging"),
        ("cloudtrail:disablelogging", "cloudtrail:StopLogging"),
        ("cloudtrail:PutEvents", "cloudtrail-data:PutAuditEvents"),
        ("s3:DisableLogging", None),  # the facts' names are of CloudTrail
        # under another prefix
        ("cloudtrail:PutAuditEvents", "cloudtrail-data:PutAuditEvents"),
        ("cloudtrail-data:StopLogging", "cloudtrail:StopLogging"),
        ("aws-cloudtrail:LookupEvents", "cloudtrail:LookupEvents"),
        ("cloud-trail:lookupevents", "cloudtrail:LookupEvents"),
        ("events:PutEventSelectors", "cloudtrail:PutEventSelectors"),
        ("monitoron:CreateTrail", "cloudtrail:CreateTrail"),
        # channels, dashboards, tags and queries are not CloudTrail's alone
        ("sqs:ListTags", None),
        ("medialive:GetChannel", None),
        ("nosuchservice:GetDashboard", None),
        # nothing like it
        ("cloudtrail:Xyz", None),
        ("cloudtrail:*", None),
        ("cloudtrail:", None),
        ("nosuchservice:Xyz", None),
        ("*", None),
        ("", None),
        ("s3:GetObjekt", "s3:GetObject"),
    ],
)
def test_nearest_action(catalogue: Catalogue, name: str, nearest: str | None) -> None:
    assert catalogue.nearest_action(name) == nearest


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("aws:SourceArn", True),
        ("AWS:sourcearn", True),
        ("cloudtrail:Invented", True),
        ("cloudtrail:EventName", False),
        ("cloudtrail:ResourceTag/team", False),
        ("cloudtrail-data:x", False),
        ("aws:ResourceTag/team", None),  # global keys are not in the catalogue
        ("aws:NoSuchKey", None),
        ("nosuchservice:x", None),
        ("nocolon", None),
        ("s3:prefix", True),
        ("S3:Prefix", True),
        ("s3:prefixes", False),
        ("s3:ExistingObjectTag/team", True),
        ("s3:ExistingObjectTag", False),
        ("s3:AccessPointTag/team", True),
        ("kms:EncryptionContext:aws:cloudtrail:arn", True),
        ("kms:ViaService", True),
    ],
)
def test_condition_keys(catalogue: Catalogue, key: str, *, known: bool | None) -> None:
    assert catalogue.has_key(key) is known


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["trail"], ["arn:*:cloudtrail:*:*:trail/*"]),
        (["Trail", "eventDataStore"], ["arn:*:cloudtrail:*:*:trail/*", "arn:*:cloudtrail:*:*:eventdatastore/*"]),
        (["s3:bucket"], ["arn:*:s3:::*"]),
        (["cloudtrail-data:channel"], ["arn:*:cloudtrail:*:*:channel/*"]),
        (["bucket", "s3:nosuch", "nosuchservice:x"], []),
        ([], []),
    ],
)  # fmt: skip
def test_types_by_the_names_that_rules_use(
    catalogue: Catalogue, names: list[str], found: list[str]
) -> None:
    assert [kind.operand.text for kind in catalogue.types_named(names)] == found


def test_types_by_the_service_of_an_arn(catalogue: Catalogue) -> None:
    names = {kind.name for kind in catalogue.types_of_arn_service("cloudtrail")}
    assert names == {"channel", "dashboard", "eventdatastore", "trail"}
    assert catalogue.types_of_arn_service("nosuchservice") == ()
    assert "s3:bucket" in {kind.name for kind in catalogue.types_of_arn_service("s3")}


@pytest.mark.parametrize("prefix", ["nosuchservice", "", "*", "../data", "cloudtrail/", "c\0", "é"])
def test_unknown_services(catalogue: Catalogue, prefix: str) -> None:
    assert catalogue.service(prefix) is None


def test_without_facts_only_the_data_counts() -> None:
    bare = Catalogue(Facts())
    assert bare.action("cloudtrail:ListInsightsMetricData") is None
    assert bare.action("cloudtrail:StopLogging") is not None
    assert bare.nearest_action("cloudtrail:DisableLogging") != "cloudtrail:StopLogging"


def test_the_version_of_the_data_is_named() -> None:
    assert data_version()


def test_what_a_request_carries(catalogue: Catalogue) -> None:
    def carries(action: str, key: str) -> bool:
        known = catalogue.action(action)
        assert known is not None
        return catalogue.carries(known, known.types or (), key)

    assert carries("s3:PutObject", "s3:x-amz-acl")
    assert not carries("s3:GetBucketAcl", "s3:x-amz-acl")
    assert carries("cloudtrail:StopLogging", "AWS:ResourceTag/team")
    assert not carries("cloudtrail:LookupEvents", "aws:ResourceTag/team")
    assert carries("kms:Decrypt", "kms:EncryptionContext:any")
    assert not carries("kms:DescribeKey", "kms:EncryptionContext:any")
    # of an alias, the data has no condition keys at all
    assert carries("kms:CreateAlias", "kms:CallerAccount")
    assert not carries("kms:CreateAlias", "kms:EncryptionContext:any")


def test_what_an_action_does(catalogue: Catalogue) -> None:
    changing = {"iam:PassRole", "iam:DeletePolicy", "kms:CreateAlias"}
    for name in (*changing, "iam:GetPolicy", "iam:ListRoles"):
        known = catalogue.action(name)
        assert known is not None
        assert catalogue.changes(known) == (name in changing)
    assert catalogue.is_array("kms:EncryptionContextKeys")
    assert not catalogue.is_array("kms:ViaService")
    assert "s3" in catalogue.rcp_services()
