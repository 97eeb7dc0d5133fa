"""Policies and requests by chance, with holes and with what may be in them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint.decisions.call import availability
from cloudtrail_policylint.decisions.conditions import having
from cloudtrail_policylint.decisions.decision import Decider, Decision, Policies
from cloudtrail_policylint.decisions.documents import document
from cloudtrail_policylint.decisions.principals import principal_of
from cloudtrail_policylint.decisions.request import Request
from cloudtrail_policylint.decisions.values import form, literal

if TYPE_CHECKING:
    from random import Random

OWN, OTHER = "111122223333", "444455556666"
ACTIONS = ("*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "s3:?etObject")
RESOURCES = ("*", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs/a", "arn:aws:s3:::l*/a", "arn:*:s3:::logs/?",
             "arn:aws:s3:::${aws:PrincipalTag/team}/*", "arn:aws:s3:::${aws:username, 'logs'}/a")  # fmt: skip
PRINCIPALS = (f"arn:aws:iam::{OWN}:user/alice", f"arn:aws:sts::{OWN}:assumed-role/ops/s",
              f"arn:aws:iam::{OTHER}:user/alice", "cloudtrail.amazonaws.com")  # fmt: skip
NAMED: tuple[dict[str, Any], ...] = (
    {"AWS": "*"},
    {"AWS": OWN},
    {"AWS": f"arn:aws:iam::{OTHER}:root"},
    {"AWS": PRINCIPALS[0]},
    {"AWS": f"arn:aws:iam::{OWN}:role/ops"},
    {"AWS": PRINCIPALS[1]},
    {"AWS": [PRINCIPALS[2], OWN]},
    {"Service": "cloudtrail.amazonaws.com"},
)
CONDITIONS = (
    ("StringEquals", "aws:PrincipalTag/team", ("logs", "ops", "${aws:username}")),
    ("StringNotEquals", "aws:PrincipalTag/team", ("logs", "ops", "${s3:prefix}")),
    ("StringLikeIfExists", "s3:prefix", ("l*", "", "?ps")),
    ("StringNotLike", "s3:prefix", ("l*", "${*}")),
    ("ForAllValues:StringEquals", "aws:TagKeys", ("a", "b")),
    ("ForAnyValue:StringNotEquals", "aws:TagKeys", ("a", "b")),
    ("ArnLike", "aws:SourceArn", ("arn:aws:s3:*:*:*", "arn:*:*:*:444455556666:*", "*")),
    ("ArnNotEquals", "aws:SourceArn", ("arn:aws:s3:::logs",)),
    ("NumericLessThan", "s3:max-keys", ("10", "2")),
    ("DateGreaterThan", "aws:CurrentTime", ("2026-01-01", "2025-01-01T00:00:00Z")),
    ("IpAddress", "aws:SourceIp", ("203.0.113.0/24", "2001:db8::/32")),
    ("NotIpAddress", "aws:SourceIp", ("203.0.113.0/24", "0.0.0.0/0")),
    ("Bool", "aws:SecureTransport", ("true", "false")),
    ("Null", "aws:SourceIp", ("true", "false")),
)
VALUES: dict[str, tuple[str, ...]] = {
    "aws:PrincipalTag/team": ("logs", "ops", "alice"),
    "s3:prefix": ("logs", "ops", "*"),
    "aws:SourceArn": ("arn:aws:s3:::logs", f"arn:aws:sns:eu-west-1:{OTHER}:x"),
    "s3:max-keys": ("1", "5", "10"),
    "aws:CurrentTime": ("2025-06-30T00:00:00Z", "2026-06-30T00:00:00Z"),
    "aws:SourceIp": ("203.0.113.7", "198.51.100.1", "2001:db8::1"),
    "aws:SecureTransport": ("true", "false"),
}
FILLINGS = ("", "a", "logs", "*", "?", "s3", "/", ":", "alice", OWN, "true", "10", "2026-01-01")
"""What a hole of a policy may turn out to be."""
PLAIN = ("", "a", "logs", "s3", "/", "alice", OWN, "true", "10")
"""What a hole of a request may be."""


def case(random: Random) -> dict[str, Any]:
    """A request with policies, all of them known."""

    def statement(*, named: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"Effect": random.choice(("Allow", "Allow", "Deny"))}
        found[random.choice(("Action",) * 6 + ("NotAction",))] = random.choice(ACTIONS)
        resources = [random.choice(RESOURCES) for _ in range(random.choice((1, 1, 2)))]
        found[random.choice(("Resource",) * 6 + ("NotResource",))] = resources
        if named:
            key = random.choice(("Principal",) * 6 + ("NotPrincipal",))
            found[key] = copy.deepcopy(random.choice(NAMED))
        for _ in range(random.choice((0, 0, 1, 2))):
            operator, key, values = random.choice(CONDITIONS)
            chosen = [random.choice(values) for _ in range(random.choice((1, 2)))]
            found.setdefault("Condition", {}).setdefault(operator, {})[key] = chosen
        return found

    def policy(*, named: bool = False) -> dict[str, Any]:
        number = random.choice((1, 2, 3))
        version = random.choice(("2012-10-17",) * 5 + ("2008-10-17",))
        return {"Version": version, "Statement": [statement(named=named) for _ in range(number)]}

    context: dict[str, Any] = {
        key: random.choice(values) for key, values in VALUES.items() if random.random() < 0.6
    }
    if random.random() < 0.5:
        context["aws:TagKeys"] = random.sample(("a", "b", "c"), random.choice((1, 2)))
    open_policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    return {
        "principal": random.choice(PRINCIPALS),
        "action": random.choice(("s3:GetObject", "s3:PutObject")),
        "resource": random.choice(
            ("arn:aws:s3:::logs/a", "arn:aws:s3:::logs/alice", "arn:aws:s3:::alice/a")
        ),
        "resource_account": OWN,
        "context": context,
        "identity": [policy() for _ in range(random.choice((0, 1, 2)))],
        "resource_policy": policy(named=True) if random.random() < 0.6 else None,
        "boundaries": [policy()] if random.random() < 0.2 else None,
        "session": [policy()] if random.random() < 0.2 else None,
        "scps": [[open_policy, policy()]] if random.random() < 0.2 else None,
        "rcps": [[policy(named=True)]] if random.random() < 0.2 else None,
    }


def _texts(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where the texts of a policy stand that may have holes."""
    if isinstance(node, str):
        return [path]
    children = node.items() if isinstance(node, dict) else enumerate(node)
    return [
        found
        for key, child in children
        if child is not None and key not in ("Version", "Effect")
        for found in _texts(child, (*path, key))
    ]


def with_holes(given: dict[str, Any], random: Random) -> dict[str, Any]:
    """*given* with a part of some texts of its policies as ``<N>``, and of its request as ``#``."""
    found = copy.deepcopy(given)
    policies = {key: found[key] for key in POLICIES if found[key]}
    places = _texts(policies)
    chosen = random.sample(places, min(len(places), random.choice((0, 1, 2, 3))))
    for number, path in enumerate(chosen):
        at: Any = policies
        for step in path[:-1]:
            at = at[step]
        text = at[path[-1]]
        start = random.randint(0, len(text))
        end = random.randint(start, len(text))
        at[path[-1]] = f"{text[:start]}<hole{number}>{text[end:]}"
    if random.random() < 0.5:
        text = found["resource"]
        start = random.randint(len("arn:aws:s3:::"), len(text))
        found["resource"] = text[:start] + "#" + text[random.randint(start, len(text)) :]
    for key, value in list(found["context"].items()):
        if isinstance(value, str) and random.random() < 0.15:
            start = random.randint(0, len(value))
            found["context"][key] = value[:start] + "#" + value[random.randint(start, len(value)) :]
    return found


POLICIES = ("identity", "resource_policy", "boundaries", "session", "scps", "rcps")


def filled(given: dict[str, Any], random: Random) -> dict[str, Any]:
    """*given* with something by chance in each of its holes."""

    def fill(node: Any) -> Any:
        if isinstance(node, str):
            for number in range(3):
                node = node.replace(f"<hole{number}>", random.choice(FILLINGS))
            return node
        if isinstance(node, dict):
            return {key: fill(value) for key, value in node.items()}
        return [fill(one) for one in node] if isinstance(node, list) else node

    found = {key: fill(value) for key, value in given.items()}
    found["resource"] = found["resource"].replace("#", random.choice(PLAIN))
    found["context"] = {
        key: value.replace("#", random.choice(PLAIN)) if isinstance(value, str) else value
        for key, value in found["context"].items()
    }
    return found


def decided(given: dict[str, Any], *, complete: bool = True) -> Decision:
    """The decision on *given*."""
    context = {
        key: having(form(value.replace("#", "{any}")))
        if isinstance(value, str)
        else having(*map(literal, value), many=True)
        for key, value in given["context"].items()
    }
    request = Request(
        principal_of(given["principal"]),
        given["action"],
        form(given["resource"].replace("#", "{any}")),
        available=availability(),
        resource_account=literal(given["resource_account"]),
        context=context,
        complete=complete,
    )
    one = given["resource_policy"]
    policies = Policies(
        identity=tuple(document(p, "identity", "") for p in given["identity"]),
        resource=(document(one, "s3-bucket", ""),) if one else (),
        boundaries=tuple(document(p, "boundary", "") for p in given["boundaries"] or ()),
        session=tuple(document(p, "identity", "") for p in given["session"] or ()),
        scps=tuple(tuple(document(p, "scp", "") for p in level) for level in given["scps"] or ()),
        rcps=tuple(tuple(document(p, "rcp", "") for p in level) for level in given["rcps"] or ()),
    )
    return Decider().decide(request, policies)
