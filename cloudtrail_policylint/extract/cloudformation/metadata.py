"""The Metadata of a template or resource: suppressions, and names of CDK constructs.

``{policylint: {allow: {CT302: reason}}}`` suppresses findings; it works in JSON,
which has no comments. ``aws:cdk:path`` is the path of the construct that a
resource was generated from (AWS CDK Developer Guide, "Constructs", paths).
"""

from __future__ import annotations

from ...iam.written import Allowance, Problem
from ...tree.nodes import Entry, Map, Node, Scalar, Seq, Text
from ...tree.source import Span

CDK_PATH = "aws:cdk:path"
_KEYS = ("policylint", "cloudtrail-policylint")
"""The keys of suppressions."""


def allowances(metadata: Node | None, covers: Span) -> list[Allowance]:
    """The suppressions in *metadata* for the resource or template at *covers*.

    A list of rules, or a single rule, is a suppression without a reason.
    """
    found: list[Allowance] = []
    for ours in _entries(metadata):
        allow = ours.value.get("allow") if isinstance(ours.value, Map) else None
        if isinstance(allow, Map):
            found += [
                Allowance(entry.key.written, _reason(entry.value), entry.key.span, covers)
                for entry in allow.entries
            ]
            continue
        rules = allow.items if isinstance(allow, Seq) else (allow,)
        found += [
            Allowance(rule.written, "", rule.span, covers) for rule in rules if type(rule) is Text
        ]
    return found


def near_misses(metadata: Node | None) -> list[Problem]:
    """The keys in *metadata* that are meant to suppress something, but are misspelt."""
    found: list[Span] = []
    for entry in metadata.entries if isinstance(metadata, Map) else ():
        name = entry.key.written
        if name not in _KEYS:
            found += [entry.key.span] if _letters(name) in map(_letters, _KEYS) else []
        elif isinstance(entry.value, Map):
            found += [one.key.span for one in entry.value.entries if one.key.literal != "allow"]
        else:
            found.append(entry.value.span)
    message = "this suppresses nothing; write policylint: {allow: {RULE: reason}}"
    return [Problem("unused-suppression", message, span) for span in found]


def _entries(metadata: Node | None) -> list[Entry]:
    """The entries of *metadata* for suppressions."""
    entries = metadata.entries if isinstance(metadata, Map) else ()
    return [entry for entry in entries if entry.key.literal in _KEYS]


def _letters(name: str) -> str:
    """*name* in lower case without what separates words."""
    return name.lower().replace("-", "").replace("_", "")


def cdk_path(metadata: Node | None) -> str | None:
    """The path of the CDK construct that a resource with *metadata* was generated from."""
    path = metadata.get(CDK_PATH) if isinstance(metadata, Map) else None
    return path.literal if isinstance(path, Text) else None


def _reason(value: Node) -> str:
    if isinstance(value, Text):
        return value.written.strip()
    return value.written if isinstance(value, Scalar) and type(value.value) in (int, float) else ""
