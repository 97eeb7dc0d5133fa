"""Findings as one JSON object: the stable interface for other programs."""

from __future__ import annotations

from ..findings.fingerprint import fingerprints
from .places import region_of
from .printable import json_text
from .text import count_by_severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..findings.finding import Finding
    from ..findings.result import Offer, Result
    from ..tree.source import Span

FORMAT = 1


def report(result: Result, *, show_suppressed: bool) -> str:
    """The JSON text of *result*. While ``version`` is 1, keys may be added but never change or go.

    With *show_suppressed* there is a key ``suppressed``: findings with
    ``reason`` and ``where`` (``file``, ``settings`` or ``baseline``).
    """
    from .._version import __version__
    from ..iam.catalogue import data_version

    counts, offers = count_by_severity(result.findings), result.offers or {}
    value: dict[str, Any] = {
        "version": FORMAT,
        "tool": {
            "name": "cloudtrail-policylint",
            "version": __version__,
            "data_version": data_version(),
        },
        "summary": {
            "files": result.files,
            "documents": result.documents,
            "errors": counts["error"],
            "warnings": counts["warning"],
            "infos": counts["info"],
            "suppressed": len(result.suppressed),
            "partly_known": len(result.partly),
            "unknown": len(result.unknown),
        },
        "findings": [
            {**one, "edits": [_edit(offers[id(finding)])] if id(finding) in offers else []}
            for finding, one in zip(result.findings, finding_objects(result), strict=True)
        ],
    }
    if show_suppressed:
        names = fingerprints(result)
        value["suppressed"] = [
            {
                **_finding(one.finding, names[id(one.finding)]),
                "reason": one.reason,
                "where": one.where,
            }
            for one in result.suppressed
        ]
    return json_text(value)


def finding_objects(result: Result) -> list[dict[str, Any]]:
    """The findings of *result* as in the report."""
    names = fingerprints(result)
    return [_finding(one, names[id(one)]) for one in result.findings]


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity,
        "confidence": finding.rule.confidence,
        **_place(finding.span),
        "message": finding.message,
        "fix": finding.rule.fix,
        "owner": finding.owner.name,
        "url": finding.rule.url,
        "fingerprint": fingerprint,
        "related": [{**_place(place.span), "message": place.message} for place in finding.related],
    }


def _edit(offer: Offer) -> dict[str, Any]:
    return {
        **_place(offer.span),
        "text": offer.text,
        "safe": offer.safe,
        "description": offer.says,
    }


def _place(span: Span) -> dict[str, Any]:
    region = region_of(span)
    return {
        "path": span.source.path,
        "line": region.line,
        "column": region.column,
        "end_line": region.end_line,
        "end_column": region.end_column,
    }
