"""Findings as one JSON object, the contract for other programs."""

from __future__ import annotations

from .text import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..match import Finding
    from ..result import Result

FORMAT = 1


def report(result: Result) -> str:
    """The JSON text of *result*. Keys are only ever added while ``version`` is 1."""
    import json

    from .. import __version__
    from ..catalogue import data_version

    counts = count(result.findings)
    value = {
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
        },
        "findings": list(described(result.findings)),
    }
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def described(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    """Each of *findings* as the report has it."""
    seen: dict[str, int] = {}
    for finding in findings:
        span = finding.span
        line, column = span.source.position(span.start)
        end_line, end_column = span.source.position(span.end)
        yield {
            "rule": finding.rule.id,
            "name": finding.rule.name,
            "severity": finding.severity,
            "confidence": finding.rule.confidence,
            "path": span.source.path,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
            "message": finding.message,
            "fix": finding.rule.fix,
            "owner": finding.owner.name,
            "url": finding.rule.url,
            "fingerprint": fingerprint(finding, seen),
        }


def fingerprint(finding: Finding, seen: dict[str, int]) -> str:
    """A name for *finding* that survives edits elsewhere in the file.

    Made of rule, path, owner and the text pointed at; *seen* counts findings
    that are alike in all of these.
    """
    import hashlib

    span = finding.span
    parts = (
        finding.rule.id,
        span.source.path,
        finding.owner.name,
        span.source.text[span.start : span.end],
    )
    alike = "\0".join(parts)
    number = seen[alike] = seen.get(alike, 0) + 1
    text = f"{alike}\0{number}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
