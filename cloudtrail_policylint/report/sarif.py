"""Findings as SARIF 2.1.0, for GitHub code scanning and other tools that read it.

The format is OASIS's "Static Analysis Results Interchange Format (SARIF)
Version 2.1.0", https://docs.oasis-open.org/sarif/sarif/v2.1.0/. What GitHub
supports, and its limits, are in its "SARIF support for code scanning" and
"SARIF results exceed one or more limits" (both seen 2026-11-21).
"""

from __future__ import annotations

from ..base.choices import SEVERITIES
from ..findings.fingerprint import fingerprints
from .places import Repository, region_of
from .printable import json_text, printable, printable_values
from .text import findings_to_report, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..findings.finding import Finding
    from ..findings.result import Offer, Result, Suppressed
    from ..rulebook.model import Rule
    from ..tree.source import Span

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
"""The base of relative paths: by convention, the top of the repository."""
FINGERPRINT = "cloudtrailPolicylint/v1"
"""The name of our fingerprint.

``primaryLocationLineHash``, the only one that code scanning uses, is left to
the upload action, which computes it from the files and warns about other values.
"""

MAX_RESULTS = 25_000
"""GitHub rejects a file with more; the most severe results are kept."""
MAX_TAGS = 10
MAX_NAME = 255
MAX_DESCRIPTION = 1024

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
_KINDS = {"file": "inSource", "settings": "external", "baseline": "external"}

SECURITY_TAGS = frozenset(
    (
        "confused-deputy",
        "exposure",
        "guardrail",
        "least-privilege",
        "privilege",
        "tampering",
        "trust",
    )
)
"""Tags of rules about access that a policy opens: their results are security alerts."""
_SCORES = {"error": "8.0", "warning": "5.5", "info": "3.0"}
"""The middle of GitHub's ranges high, medium and low."""


def report(result: Result, *, show_suppressed: bool) -> str:
    """The SARIF text of *result*; with *show_suppressed* also suppressed findings, marked as such.

    They are left out by default: code scanning ignores the mark and opens an alert.
    """
    value = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [_run(result, show_suppressed=show_suppressed)],
    }
    return json_text(printable_values(value))


def _run(result: Result, *, show_suppressed: bool) -> dict[str, Any]:
    from .._version import __version__
    from ..iam.catalogue import data_version

    names = fingerprints(result)
    found = findings_to_report(result, show_suppressed=show_suppressed)
    left_out = max(0, len(found) - MAX_RESULTS)
    if left_out:
        found.sort(key=lambda pair: SEVERITIES.index(pair[0].severity))
        found = found[:MAX_RESULTS]
    rules = {finding.rule.id: finding.rule for finding, _ in found}
    index = {identifier: number for number, identifier in enumerate(sorted(rules))}
    repository = Repository()
    offers = result.offers or {}
    return {
        "tool": {
            "driver": {
                "name": "cloudtrail-policylint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_descriptor(rules[identifier]) for identifier in index],
                "properties": {"awsDataVersion": data_version()},
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result, left_out)],
        "results": [
            {
                **_result(finding, index[finding.rule.id], repository),
                **_fixes(offers.get(id(finding)), repository),
                "partialFingerprints": {FINGERPRINT: names[id(finding)]},
                **_suppressions(suppressed),
            }
            for finding, suppressed in found
        ],
    }


def _invocation(result: Result, left_out: int) -> dict[str, Any]:
    """Whether the run succeeded, with notes on internal errors and on results left out."""
    notes = [
        {
            "level": "error",
            "message": {"text": _text(error)},
        }
        for error in result.internal_errors
    ]
    if left_out:
        count = plural(left_out, "result")
        text = f"{count} of lower severity left out: code scanning accepts at most {MAX_RESULTS}"
        notes.append({"level": "warning", "message": {"text": text}})
    return {"executionSuccessful": not result.internal_errors, "toolExecutionNotifications": notes}


def _descriptor(rule: Rule) -> dict[str, Any]:
    from .pages import markdown_page, page

    security = not SECURITY_TAGS.isdisjoint(rule.tags)
    tags = (["security"] if security else []) + [tag for tag in rule.tags if tag != "security"]
    properties: dict[str, Any] = {
        "tags": tags[:MAX_TAGS],
        "precision": rule.confidence,
        "problem.severity": _PROBLEMS[rule.severity],
    }
    if security:
        properties["security-severity"] = _SCORES[rule.severity]
    descriptor: dict[str, Any] = {
        "id": rule.id,
        "name": _shortened(rule.name, MAX_NAME),
        "shortDescription": {"text": _shortened(rule.summary, MAX_DESCRIPTION)},
        "fullDescription": {"text": _shortened(rule.why, MAX_DESCRIPTION)},
        "help": {"text": page(rule, {}), "markdown": markdown_page(rule, {})},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }
    if rule.url:
        descriptor["helpUri"] = rule.url
    return descriptor


def _result(finding: Finding, index: int, repository: Repository) -> dict[str, Any]:
    value: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _text(finding.message)},
        "locations": [_location(finding.span, repository)],
    }
    if finding.owner.name:
        name = printable(finding.owner.name)
        value["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": name}]
    if finding.related:
        value["relatedLocations"] = [
            {
                "id": number,
                **_location(place.span, repository),
                "message": {"text": _text(place.message)},
            }
            for number, place in enumerate(finding.related)
        ]
    return value


def _fixes(offer: Offer | None, repository: Repository) -> dict[str, Any]:
    if offer is None:
        return {}
    place = _location(offer.span, repository)["physicalLocation"]
    replacement = {
        "deletedRegion": place["region"],
        "insertedContent": {"text": offer.text},
    }
    return {
        "fixes": [
            {
                "description": {"text": _text(offer.says)},
                "artifactChanges": [
                    {
                        "artifactLocation": place["artifactLocation"],
                        "replacements": [replacement],
                    }
                ],
            }
        ]
    }


def _suppressions(suppressed: Suppressed | None) -> dict[str, Any]:
    if suppressed is None:
        return {}
    suppression = {"kind": _KINDS[suppressed.where], "status": "accepted"}
    if suppressed.reason:
        suppression["justification"] = _text(suppressed.reason)
    return {"suppressions": [suppression]}


def _location(span: Span, repository: Repository) -> dict[str, Any]:
    region = region_of(span)
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(span.source.path, repository),
            "region": {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            },
        }
    }


def _artifact(path: str, repository: Repository) -> dict[str, str]:
    """The URI of *path*: relative to the top of the repository, absolute if it is outside."""
    import os
    from urllib.parse import quote

    relative = repository.path(path)
    if relative is None:
        return {"uri": "file://" + quote(os.fsencode(os.path.abspath(path)))}
    return {"uri": quote(os.fsencode(relative)), "uriBaseId": ROOT}


def _text(text: str) -> str:
    """*text* as a SARIF message, where ``[this](1)`` would be a link."""
    text = printable(text)
    return text.replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
