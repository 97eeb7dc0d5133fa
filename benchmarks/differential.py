"""Asks ``decide()`` and ``@cloud-copilot/iam-simulate`` the same, and shows where the answers differ.

    npm install --prefix FOLDER @cloud-copilot/iam-simulate
    python -m benchmarks.differential FOLDER [NUMBER] [SEED]

Policies and requests are generated from a seed out of small sets of actions, ARNs, keys and
values, so that many statements nearly match. What is known to be answered differently
(``DISPUTED``, each with AWS's document) is in one case of ten, so that nothing hides behind it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint import decide

if TYPE_CHECKING:
    from collections.abc import Callable

OWN, OTHER = "111122223333", "444455556666"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{OWN}:trail/audit"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1234abcd"
TOPIC = f"arn:aws:sns:eu-west-1:{OWN}:alarms"
ROLE = f"arn:aws:iam::{OWN}:role/logs"

REQUESTS = (
    ("s3:GetObject", ("arn:aws:s3:::logs/AWSLogs/a.json", "arn:aws:s3:::logs/alice/b")),
    ("s3:PutObject", ("arn:aws:s3:::logs/AWSLogs/a.json", "arn:aws:s3:::other/AWSLogs/a")),
    ("s3:ListBucket", ("arn:aws:s3:::logs",)),
    ("s3:ListAllMyBuckets", ("*",)),
    ("cloudtrail:StopLogging", (TRAIL,)),
    ("cloudtrail:DescribeTrails", ("*",)),
    ("kms:Decrypt", (KEY,)),
    ("kms:ListKeys", ("*",)),
    ("sns:Publish", (TOPIC,)),
    ("sts:AssumeRole", (ROLE,)),
)
ACTIONS = (
    "*", "s3:*", "s3:Get*", "s3:getobject", "s3:PutObject", "s3:List*", "cloudtrail:*", "cloudtrail:Stop*",
    "cloudtrail:Describe?rails", "kms:*", "kms:Decrypt", "kms:List*", "sns:Publish", "sts:AssumeRole", "sts:*",
)  # fmt: skip
RESOURCES = (
    "*", "arn:aws:s3:::logs", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs/AWSLogs/*", "arn:aws:s3:::*", "arn:aws:s3:::l?gs/*",
    "arn:aws:s3:::logs/${aws:username}/*", "arn:aws:s3:::logs/${aws:PrincipalTag/team, 'AWSLogs'}/*",
    TRAIL, "arn:aws:cloudtrail:*:*:trail/*", "arn:aws:cloudtrail:*:444455556666:trail/*", KEY, "arn:aws:kms:*:*:key/*",
    TOPIC, ROLE, "arn:aws:iam::*:role/*", "arn:*:*:*:*:*",
)  # fmt: skip
PRINCIPALS = (
    f"arn:aws:iam::{OWN}:user/alice",
    f"arn:aws:iam::{OTHER}:user/alice",
    f"arn:aws:sts::{OWN}:assumed-role/ops/alice",
    f"arn:aws:sts::{OTHER}:assumed-role/ops/alice",
    f"arn:aws:sts::{OWN}:federated-user/alice",
    "cloudtrail.amazonaws.com",
)
NAMED: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": OWN},
    {"AWS": f"arn:aws:iam::{OWN}:root"},
    {"AWS": [f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{OWN}:user/bob"]},
    {"AWS": f"arn:aws:iam::{OWN}:user/alice"},
    {"AWS": f"arn:aws:iam::{OTHER}:user/alice"},
    {"AWS": [f"arn:aws:iam::{OWN}:role/ops", f"arn:aws:iam::{OTHER}:role/ops"]},
    {"AWS": f"arn:aws:sts::{OWN}:assumed-role/ops/alice"},
    {"AWS": f"arn:aws:sts::{OWN}:federated-user/alice"},
    {"Service": "cloudtrail.amazonaws.com"},
    {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]},
)
STRINGS = (
    "ops",
    "OPS",
    "op*",
    "o?s",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${*}",
    "alice",
    "",
)
ARNS = (TRAIL, "arn:aws:cloudtrail:*:*:trail/*", "arn:aws:cloudtrail:*:444455556666:*", "arn:aws:s3:::logs",
        "arn:*:*:*:*:*")  # fmt: skip
NUMBERS = ("10", "10.0", "3", "300")
DATES = ("2026-01-01T00:00:00Z", "2025-06-30", "2026-01-01T02:00:00+02:00", "1767225600")
NETWORKS = ("203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0", "198.51.100.0/25")
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws:PrincipalTag/team": (STRINGS, ("ops", "OPS", "alice", "*")),
    "s3:prefix": (STRINGS, ("ops", "op*", "")),
    "aws:SourceArn": (
        ARNS,
        (TRAIL, "arn:aws:s3:::logs", "arn:aws:cloudtrail:eu-west-1:444455556666:x:y"),
    ),
    "s3:max-keys": (NUMBERS, ("10", "3", "299.5")),
    "aws:CurrentTime": (DATES, ("2026-01-01T00:00:00Z", "2025-06-30T12:00:00Z")),
    "aws:SourceIp": (NETWORKS, ("203.0.113.7", "198.51.100.200", "2001:db8::1")),
    "aws:SecureTransport": (("true", "false", "True"), ("true", "false")),
}
FAMILIES = {
    "aws:PrincipalTag/team": "String",
    "s3:prefix": "String",
    "aws:SourceArn": "Arn",
    "s3:max-keys": "Numeric",
    "aws:CurrentTime": "Date",
    "aws:SourceIp": "Ip",
    "aws:SecureTransport": "Bool",
}
_COMPARED = (
    "Equals",
    "NotEquals",
    "LessThan",
    "LessThanEquals",
    "GreaterThan",
    "GreaterThanEquals",
)
OPERATORS = {
    "String": ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
               "StringNotLike"),
    "Arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringEquals"),
    "Numeric": tuple("Numeric" + one for one in _COMPARED),
    "Date": tuple("Date" + one for one in _COMPARED),
    "Ip": ("IpAddress", "NotIpAddress"),
    "Bool": ("Bool",),
}  # fmt: skip
TAG_KEYS = ("team", "cost", "Team")


def _names_directly(case: dict[str, Any]) -> bool:
    return bool(case["sessionPolicy"]) and any(
        word in json.dumps(case["resourcePolicy"])
        for word in ('"Principal": "*"', '{"AWS": "*"}', "assumed-role", "federated-user")
    )


def _lacks_value(case: dict[str, Any]) -> bool:
    names = ("aws:username", "aws:PrincipalTag/team")
    text = json.dumps(case)
    lacking = [name for name in names if name not in case["request"]["contextVariables"]]
    return "Not" in text and any("${" + name + "}" in text for name in lacking)


DISPUTED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "a resource policy that names a session, or everybody, is not limited by what a session policy leaves out: "
    "IAM User Guide, Policy evaluation logic, Resource-based policies": _names_directly,
    "service control policies do not limit services: AWS Organizations User Guide, Service control policies": lambda case: (
        bool(case["serviceControlPolicies"])
        and "cloudtrail.amazonaws.com" in case["request"]["principal"]
    ),
    "an inverted operator matches a variable without a value: IAM User Guide, Policy variables with no value": _lacks_value,
    "a date may be in epoch time: IAM User Guide, Date condition operators": lambda case: (
        "1767225600" in json.dumps(case)
    ),
    "variables are literal in version 2008-10-17: IAM User Guide, Version": lambda case: (
        "2008-10-17" in json.dumps(case) and "${" in json.dumps(case)
    ),
    "${*} is an asterisk: IAM User Guide, Variables and tags": lambda case: (
        "${*}" in json.dumps(case)
    ),
    "0.0.0.0/0 is every address of IPv4: IAM User Guide, IP address condition operators": lambda case: (
        "0.0.0.0/0" in json.dumps(case)
    ),
    "NotIpAddress is all addresses but the range, IPv6 too: IAM User Guide, IP address condition operators": lambda case: (
        "NotIpAddress" in json.dumps(case)
        and ":" in case["request"]["contextVariables"].get("aws:SourceIp", "")
    ),
}
"""Why an answer is another one, by AWS's document, and whether a case is about that."""


class Generator:
    """Policies and requests from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.asked: tuple[str, str, str | None] = ("", "", None)

    def some(self, values: tuple[Any, ...]) -> Any:
        """One of *values*, or a list of two."""
        if self.random.random() < 0.3:
            return self.random.sample(values, 2)
        return self.random.choice(values)

    def condition(self) -> dict[str, dict[str, Any]]:
        """One operator and key with values."""
        choice = self.random.random()
        if choice < 0.12:
            return {
                "Null": {self.random.choice([*KEYS, "aws:TagKeys"]): self.some(("true", "false"))}
            }
        if choice < 0.3:
            prefix = self.random.choice(("ForAllValues:", "ForAnyValue:"))
            operator = self.random.choice(OPERATORS["String"])
            return {prefix + operator + self.suffix(): {"aws:TagKeys": self.some(TAG_KEYS)}}
        key = self.random.choice(list(KEYS))
        operator = self.random.choice(OPERATORS[FAMILIES[key]])
        return {operator + self.suffix(): {key: self.some(KEYS[key][0])}}

    def suffix(self) -> str:
        """``IfExists``, now and then."""
        return "IfExists" if self.random.random() < 0.2 else ""

    def statement(self, *, named: bool, denying: float = 0.25) -> dict[str, Any]:
        """One statement; *named*: with a principal."""
        found: dict[str, Any] = {"Effect": "Deny" if self.random.random() < denying else "Allow"}
        action, resource, principal = self.asked
        near = tuple(
            one for one in ACTIONS if one.partition(":")[0] in ("*", action.partition(":")[0])
        )
        actions = near if self.random.random() < 0.8 else ACTIONS
        found["NotAction" if self.random.random() < 0.1 else "Action"] = self.some(actions)
        fitting = tuple(
            one for one in RESOURCES if one[:12] in ("*", resource[:12], "arn:*:*:*:*:*"[:12])
        )
        resources = fitting if self.random.random() < 0.8 and len(fitting) > 1 else RESOURCES
        found["NotResource" if self.random.random() < 0.1 else "Resource"] = self.some(resources)
        if named:
            account = "" if principal is None else (principal.split(":") * 5)[4]
            close = tuple(one for one in NAMED if one == "*" or account in str(one))
            found["Principal"] = self.random.choice(close if self.random.random() < 0.7 else NAMED)
        conditions = self.random.choice((0, 0, 0, 1, 1, 2))
        block: dict[str, dict[str, Any]] = {}
        for _ in range(conditions):
            for operator, keys in self.condition().items():
                block.setdefault(operator, {}).update(keys)
        if block:
            found["Condition"] = block
        return found

    def policy(self, *, named: bool = False) -> dict[str, Any]:
        """One policy."""
        number = self.random.choice((1, 1, 2, 3))
        statements = [self.statement(named=named) for _ in range(number)]
        version = "2008-10-17" if self.random.random() < 0.1 else "2012-10-17"
        return {"Version": version, "Statement": statements}

    def open_policy(self) -> dict[str, Any]:
        """One that allows all, with a statement of its own beside it."""
        open_statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [open_statement, self.statement(named=False)]}

    def context(self) -> dict[str, Any]:
        """Condition keys of a request."""
        found: dict[str, Any] = {
            key: self.random.choice(values)
            for key, (_, values) in KEYS.items()
            if self.random.random() < 0.6
        }
        if self.random.random() < 0.6:
            found["aws:TagKeys"] = self.random.sample(TAG_KEYS, self.random.choice((1, 2)))
        return found

    def undisputed(self) -> dict[str, Any]:
        """A case, of which one in ten is about something disputed."""
        while True:
            found = self.case()
            if self.random.random() < 0.05 or not any(about(found) for about in DISPUTED.values()):
                return found

    def case(self) -> dict[str, Any]:
        """One request with its policies, as the peer takes it."""
        action, resources = self.random.choice(REQUESTS)
        principal = self.random.choice(PRINCIPALS)
        resource = self.random.choice(resources)
        self.asked = (action, resource, principal)
        context = self.context()
        if ":user/" in principal:
            context["aws:username"] = "alice"
        sometimes = self.random.random
        return {
            "request": {
                "principal": principal,
                "action": action,
                "resource": {"resource": resource, "accountId": OWN},
                "contextVariables": context,
            },
            "identityPolicies": [
                {"name": str(at), "policy": self.policy()}
                for at in range(self.random.choice((0, 1, 1, 2)))
                if principal.startswith("arn:")
            ],
            "resourcePolicy": self.policy(named=True)
            if action.startswith(("sts:", "kms:Decrypt")) or sometimes() < 0.6
            else None,
            "permissionBoundaryPolicies": [{"name": "boundary", "policy": self.open_policy()}]
            if sometimes() < 0.15 and principal.startswith("arn:aws:iam")
            else None,
            "sessionPolicy": self.policy()
            if ":federated-user/" in principal
            or (":assumed-role/" in principal and sometimes() < 0.5)
            else None,
            "serviceControlPolicies": [
                {"orgIdentifier": "r", "policies": [{"name": "a", "policy": self.open_policy()}]}
            ]
            if sometimes() < 0.15
            else [],
            "resourceControlPolicies": [],
        }


def answer(case: dict[str, Any]) -> str:
    """What ``decide()`` says to *case*."""
    request = case["request"]
    boundaries = case["permissionBoundaryPolicies"]
    found = decide(
        principal=request["principal"],
        action=request["action"],
        resource=request["resource"]["resource"],
        resource_account=request["resource"]["accountId"],
        context=request["contextVariables"],
        identity=[one["policy"] for one in case["identityPolicies"]],
        resource_policy=case["resourcePolicy"],
        boundaries=boundaries and [one["policy"] for one in boundaries],
        session=[case["sessionPolicy"]] if case["sessionPolicy"] else None,
        scps=[
            [one["policy"] for one in level["policies"]] for level in case["serviceControlPolicies"]
        ],
    )
    if found.allowed is None:
        return "not told"
    if found.allowed:
        return "Allowed"
    return "ExplicitlyDenied" if found.explicit else "ImplicitlyDenied"


def main(folder: str, number: int = 20_000, seed: int = 1) -> int:
    """Compare *number* answers; 1 where one differs."""
    generator = Generator(seed)
    cases = [generator.undisputed() for _ in range(number)]
    given = "\n".join(
        json.dumps({k: v for k, v in case.items() if v is not None}) for case in cases
    )
    script = Path(__file__).with_name("simulate.mjs")
    ran = subprocess.run(
        ["node", str(script), folder],  # noqa: S607
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = ran.stdout.split("\n")[:number]
    count: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    disputed = wrong = 0
    for case, other in zip(cases, theirs, strict=True):
        ours = answer(case)
        count[other, ours] += 1
        why = next((why for why, about in DISPUTED.items() if about(case)), None)
        disputed += why is not None
        if ours in (other, "not told"):
            continue
        if why is not None:
            reasons[why] += 1
        else:
            wrong += 1
            print(f"{other}, ours {ours}: {json.dumps(case)}")
    for (other, ours), times in sorted(count.items()):
        print(f"{times:6} {other}, ours {ours}")
    for why, times in reasons.most_common():
        print(f"{times:6} differ: {why}")
    told = sum(times for (_, ours), times in count.items() if ours != "not told")
    print(
        f"{number} requests, {disputed} of them disputed; {told} answered; {wrong} differ unexplained"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
