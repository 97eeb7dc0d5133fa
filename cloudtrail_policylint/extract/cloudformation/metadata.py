"""The Metadata of a template or resource: suppressions, and names of CDK constructs.

``{policylint: {allow: {CT302: reason}}}`` suppresses findings; it works in JSON,
which has no comments. ``aws:cdk:path`` is the path of the construct that a
resource was generated from (AWS CDK Developer Guide, "Constructs", paths).
"""

from __future__ import annotations

from ...iam.written import Allowance
from ...tree.nodes import Map, Node, Scalar, Seq, Text
from ...tree.source import Span

CDK_PATH = "aws:cdk:path"


def allowances(metadata: Node | None, covers: Span) -> list[Allowance]:
    """The suppressions in *metadata* for the resource or template at *covers*.

    A list of rules, or a single rule, is a suppression without a reason.
    """
    ours = metadata.get("policylint") if isinstance(metadata, Map) else None
    allow = ours.get("allow") if isinstance(ours, Map) else None
    if isinstance(allow, Map):
        return [
            Allowance(entry.key.written, _reason(entry.value), entry.key.span, covers)
            for entry in allow.entries
        ]
    rules = allow.items if isinstance(allow, Seq) else (allow,)
    return [Allowance(rule.written, "", rule.span, covers) for rule in rules if type(rule) is Text]


def cdk_path(metadata: Node | None) -> str | None:
    """The path of the CDK construct that a resource with *metadata* was generated from."""
    path = metadata.get(CDK_PATH) if isinstance(metadata, Map) else None
    return path.literal if isinstance(path, Text) else None


def _reason(value: Node) -> str:
    if isinstance(value, Text):
        return value.written.strip()
    return value.written if isinstance(value, Scalar) and type(value.value) in (int, float) else ""
