"""Runs the test cases of ``@cloud-copilot/iam-simulate`` against ``decide()``.

    python -m benchmarks.peer_cases FOLDER

FOLDER holds its cases as JSON files, each a list of requests with policies and the
result that its authors expect. A case of its discovery mode is one where context is not
known: its "Allowed" with conditions that were ignored is our "cannot be told".
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from cloudtrail_policylint import InputError, decide
from cloudtrail_policylint.decisions.conditions import Key
from cloudtrail_policylint.iam.patterns import YES

AGREED, UNKNOWN, DIFFERENT = "agreed", "not told", "different"

_ENDPOINT = (
    "an endpoint policy must contain a Principal element: PrivateLink Guide, endpoint policies"
)
_NO_PRINCIPAL = "a resource policy must have Principal: IAM User Guide, Principal; it is not said what is done without"
_WILDCARD = (
    "the peer asks about any resource of a pattern; here a wildcard is a resource that is not known"
)

EXPLAINED = {
    "boundaryNotPrincipalDenyResource": "without the ARN of the account as well, a Deny with NotPrincipal may meet its "
    "users: IAM User Guide, NotPrincipal",
    "discoveryMode_allowedConditions_matrix": "a request for kms:DescribeKey or sts:AssumeRole lacks that key, or one of "
    "a user lacks aws:SourceOrgPaths: Service Authorization Reference, and AWS global condition context keys",
    "discoveryMode_ignoredConditions_identityAllow": "s3:ResourceAccount and the like follow from the request, or lack in it",
    "discoveryMode_ignoredConditions_resources": "s3:ResourceAccount and the like follow from the request, or lack in it",
    "discoveryMode_ignoredConditions_rcp": "aws:username follows from the principal",
    "discoveryMode_ignoredConditions_scp": "aws:username follows from the principal",
    "endpoints_actionDeny": _ENDPOINT,
    "endpoints_allow": _ENDPOINT,
    "endpoints_condition": _ENDPOINT,
    "endpoints_principalDeny": _ENDPOINT,
    "endpoints_resourceDeny": _ENDPOINT,
    "noPrincipalElement": _NO_PRINCIPAL,
    "resourceWildcards_crossPatternIntersections": _WILDCARD,
    "resourceWildcards_requestWildcards": _WILDCARD
    + "; ec2:DescribeInstances has no resource type, so that only * "
    "fits it: Service Authorization Reference",
    "resourceWildcards_s3Objects": _WILDCARD,
    "sessionPolicies": "permissions granted directly to a session are not limited by an implicit deny in a session "
    "policy: IAM User Guide, Policy evaluation logic",
}
"""What AWS says where our answer is another one, by file."""


def _keys(node: Any) -> set[str]:
    """The condition keys that the policies in *node* name."""
    found = set()
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, dict):
            for block in (at.get("Condition") or {}).values():
                found |= set(block)
            stack += at.values()
        elif isinstance(at, list):
            stack += at
    return found


def discovered(case: dict[str, Any]) -> dict[str, Any]:
    """The context of a case of the discovery mode: only keys that it is sure of count."""
    given = case["request"].get("context") or {}
    found: dict[str, Any] = {}
    for constraint in case["simulation"].get("discoveryContextKeyConstraints", ()):
        name = constraint["keyName"]
        pattern = name[1:-1] if name.startswith("/") else re.escape(name)
        if not constraint["presenceIsKnown"]:
            continue
        for key in _keys(case) | set(given):
            if re.fullmatch(pattern, key, re.IGNORECASE):
                known = constraint["valueIsKnown"] or key not in given
                found[key] = given.get(key) if known else Key(YES, None)
    return found


def decided(case: dict[str, Any]) -> str:
    """What ``decide()`` answers to *case*, in the words of the peer; ``Unknown`` where it cannot be told."""
    request = case["request"]
    principal = request["principal"]
    discovering = case.get("simulation", {}).get("mode") == "Discovery"
    if discovering and isinstance(principal, str):  # whose sessions it takes for one another
        session = re.sub(":sts::(.*):assumed-role/([^/]*)/.*", r":iam::\1:role/\2", principal)
        principal = session
    account = request["resource"]["accountId"]
    found = decide(
        principal=principal if isinstance(principal, str) else None,
        action=request["action"],
        resource=request["resource"]["resource"],
        resource_account=account if account.isdigit() else None,
        context=discovered(case) if discovering else request.get("context") or {},
        complete=not discovering,
        identity=case.get("identityPolicies"),
        resource_policy=case.get("resourcePolicy"),
        boundaries=case.get("permissionBoundaries"),
        session=[case["sessionPolicy"]] if case.get("sessionPolicy") else None,
        scps=[level["policies"] for level in case.get("serviceControlPolicies") or ()],
        rcps=[level["policies"] for level in case.get("resourceControlPolicies") or ()],
        endpoint=case.get("endpointPolicies"),
    )
    if found.allowed is None:
        return "Unknown"
    if found.allowed:
        return "Allowed"
    return "ExplicitlyDenied" if found.explicit else "ImplicitlyDenied"


def compared(case: dict[str, Any]) -> tuple[str, str]:
    """How the answer to *case* compares with what is expected, and the answer."""
    expected = case["expected"]["response"]
    try:
        ours = decided(case)
    except InputError as error:
        ours = f"refused: {error}"
    if ours == expected:
        return AGREED, ours
    if ours == "Unknown":
        depends = case["expected"].get("ignoredConditions") or case["expected"].get(
            "ignoredRoleSessionName"
        )
        return AGREED if depends and expected == "Allowed" else UNKNOWN, ours
    return DIFFERENT, ours


def main(folder: Path) -> int:
    """Compare all cases in *folder*; 1 where a difference is not explained."""
    count: Counter[str] = Counter()
    unexplained = 0
    for path in sorted(folder.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            how, ours = compared(case)
            count[how] += 1
            if how == AGREED:
                continue
            why = EXPLAINED.get(path.stem)
            unexplained += why is None
            expected = case["expected"]["response"]
            print(
                f"{how}: {path.stem}: {case['name']}: {expected}, ours {ours}; {why or 'NOT EXPLAINED'}"
            )
    print(", ".join(f"{number} {how}" for how, number in sorted(count.items())))
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
