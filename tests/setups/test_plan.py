"""Resources of Terraform plans: known values, and the configuration's references for the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.readers.json.reader import read_values
from cloudtrail_policylint.setups import resources_of
from cloudtrail_policylint.setups.model import NOWHERE, Location
from cloudtrail_policylint.tree.nodes import Map
from cloudtrail_policylint.tree.source import SourceFile

if TYPE_CHECKING:
    from cloudtrail_policylint.setups.model import Resource

BUCKET = "module.logs.aws_s3_bucket.b"
POLICY = "module.logs.aws_s3_bucket_policy.b"
TRAIL = "aws_cloudtrail.t"
STATEMENTS = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def refers(*names: str) -> dict[str, object]:
    """An expression with references, each followed by its shorter form as in a plan."""
    return {"references": [form for name in names for form in (name, name.rpartition(".")[0])]}


def planned(address: str, **values: object) -> dict[str, object]:
    steps = address.split("[")[0].split(".")
    return {
        "address": address,
        "mode": "managed",
        "type": steps[-2],
        "name": steps[-1],
        "values": values,
    }


def configured(
    address: str, waits: tuple[str, ...] = (), **expressions: object
) -> dict[str, object]:
    block = planned(address)
    del block["values"]
    return {
        **block,
        "provider_config_key": "aws",
        "expressions": expressions,
        "depends_on": list(waits),
    }


def plan(
    *,
    trail: dict[str, object] | None = None,
    name: dict[str, object] | None = None,
    bucket: dict[str, object] | None = None,
    waits: tuple[str, ...] = (),
    output: str = "aws_s3_bucket.b.id",
    planned_policies: int = 1,
    configuration: bool = True,
) -> dict[str, Resource]:
    """The resources of a plan: a trail, and a module with its bucket and the bucket's policy."""
    name = name if name is not None else {"bucket": "acme-logs"}
    inner = [planned(BUCKET, **(bucket if bucket is not None else name))]
    inner += [planned(POLICY, policy=STATEMENTS, **name)] * planned_policies
    trail = trail if trail is not None else refers("module.logs.bucket")
    top = {
        "resources": [configured(TRAIL, waits, s3_bucket_name=trail)],
        "module_calls": {
            "logs": {
                "module": {
                    "outputs": {"bucket": {"expression": refers(output)}},
                    "resources": [
                        configured("aws_s3_bucket.b", bucket={}),
                        configured(
                            "aws_s3_bucket_policy.b", bucket=refers("aws_s3_bucket.b.id"), policy={}
                        ),
                    ],
                }
            }
        },
    }
    values = {"s3_bucket_name": name["bucket"]} if "bucket" in name else {}
    root = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [planned(TRAIL, **values)],
                "child_modules": [{"resources": inner}],
            }
        },
        **({"configuration": {"root_module": top}} if configuration else {}),
    }
    read = read_values(SourceFile("plan.json", json.dumps(root)))
    assert isinstance(read, Map)
    return {one.owner.name: one for one in resources_of(("plan", read))}


def link(made: dict[str, Resource], to: str = BUCKET) -> int:
    return made[TRAIL].links(("s3_bucket_name",)).verdict(made[to])


@pytest.mark.parametrize("name", [{"bucket": "acme-logs"}, {}])
def test_a_bucket_is_found_by_its_name_or_through_the_configuration(
    name: dict[str, object],
) -> None:
    made = plan(name=name)
    assert link(made) == YES
    policies = made[BUCKET].setup.policies(made[BUCKET], "s3-bucket")
    assert [one.owner.name for one in policies.resources] == [POLICY]
    assert len(policies.documents) == 1
    assert policies.documents[0].complete


def test_a_value_that_is_only_configured_is_unknown() -> None:
    made = plan(name={})
    assert made[TRAIL].at(("s3_bucket_name",)).given == MAYBE
    assert made[TRAIL].at(("kms_key_id",)).given == NO
    assert plan()[TRAIL].at(("s3_bucket_name",)).given == YES


@pytest.mark.parametrize(
    ("trail", "output"),
    [
        (refers("module.logs.bucket"), "aws_s3_bucket.b.tags"),
        (refers("module.logs.bucket"), "var.unknown"),
        (refers("module.logs.bucket", "var.suffix"), "aws_s3_bucket.b.id"),
        (refers("local.bucket"), "aws_s3_bucket.b.id"),
        (refers("each.value"), "aws_s3_bucket.b.id"),
    ],
)
def test_a_reference_that_may_be_something_else_is_uncertain(
    trail: dict[str, object], output: str
) -> None:
    assert link(plan(trail=trail, name={}, output=output)) == MAYBE


def test_order_is_what_references_and_depends_on_say() -> None:
    made = plan()
    setup = made[TRAIL].setup
    assert setup.is_after(made[TRAIL], made[BUCKET]) == YES
    assert setup.is_after(made[TRAIL], made[POLICY]) == NO
    made = plan(waits=("module.logs",))
    assert made[TRAIL].setup.is_after(made[TRAIL], made[POLICY]) == YES


def test_order_is_unknown_with_a_local_value_or_without_a_configuration() -> None:
    for made in (plan(trail=refers("local.bucket")), plan(configuration=False)):
        assert made[TRAIL].setup.is_after(made[TRAIL], made[POLICY]) == MAYBE


def test_a_policy_may_be_missing_from_a_plan_of_targets() -> None:
    made = plan(planned_policies=0)
    policies = made[BUCKET].setup.policies(made[BUCKET], "s3-bucket")
    assert [one.complete for one in policies.documents] == [False]


def test_several_policies_on_one_bucket_are_uncertain() -> None:
    made = plan(planned_policies=2)
    policies = made[BUCKET].setup.policies(made[BUCKET], "s3-bucket")
    assert [s.optional for one in policies.documents for s in one.statements] == [True, True]


def test_circular_outputs_end() -> None:
    made = plan(name={}, output="module.logs.bucket")
    assert link(made) == MAYBE


def test_a_resource_is_where_the_configuration_of_its_provider_says() -> None:
    def key(name: str, provider: str, **values: object) -> dict[str, object]:
        return {**configured(f"aws_kms_key.{name}"), "provider_config_key": provider, **values}

    names = {"own": "aws", "us": "aws.us", "unknown": "aws.unknown", "written": "aws.us"}
    root = {
        "variables": {"home": {"value": "eu-west-1"}},
        "planned_values": {
            "root_module": {
                "resources": [
                    planned(f"aws_kms_key.{name}", **extra)
                    for name in names
                    for extra in [{"region": "us-west-2"} if name == "written" else {}]
                ]
            }
        },
        "configuration": {
            "provider_config": {
                "aws": {
                    "expressions": {
                        "region": refers("var.home"),
                        "allowed_account_ids": {"constant_value": ["111122223333"]},
                    }
                },
                "aws.us": {"expressions": {"region": {"constant_value": "us-east-1"}}},
                "aws.unknown": {"expressions": {"region": refers("var.other")}},
            },
            "root_module": {"resources": [key(name, one) for name, one in names.items()]},
        },
    }
    read = read_values(SourceFile("plan.json", json.dumps(root)))
    assert isinstance(read, Map)
    found = resources_of(("plan", read), lambda _: Location("eu-north-1", "444455556666"))
    assert {one.owner.name.removeprefix("aws_kms_key."): one.location for one in found} == {
        "own": Location("eu-west-1", "111122223333"),
        "us": Location("us-east-1", ""),
        "unknown": NOWHERE,
        "written": Location("us-west-2", ""),
    }
