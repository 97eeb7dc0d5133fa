"""Findings as JSON for reviewdog, which comments on pull requests and suggests edits.

The format is ``DiagnosticResult`` of reviewdog's ``proto/rdf/reviewdog.proto``
(seen 2026-11-26): ends are exclusive, columns count bytes in UTF-8.
"""

from __future__ import annotations

from .places import Repository
from .printable import json_text, printable, printable_values
from .text import findings_to_report, suppression_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed
    from ..tree.source import Span

NAME = "cloudtrail-policylint"
_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def report(result: Result, *, show_suppressed: bool) -> str:
    """The JSON text of *result*; with *show_suppressed* also suppressed findings, as infos."""
    repository = Repository()
    offers = result.offers or {}
    diagnostics = []
    for finding, suppressed in findings_to_report(result, show_suppressed=show_suppressed):
        diagnostic = _diagnostic(finding, suppressed, repository)
        offer = offers.get(id(finding))
        # reviewdog applies a suggestion to the file of the diagnostic.
        if offer is not None and offer.span.source.path == finding.span.source.path:
            diagnostic["suggestions"] = [{"range": _range(offer.span), "text": offer.text}]
        diagnostics.append(diagnostic)
    value = {"source": {"name": NAME}, "diagnostics": diagnostics}
    return json_text(printable_values(value))


def _diagnostic(
    finding: Finding, suppressed: Suppressed | None, repository: Repository
) -> dict[str, Any]:
    rule = finding.rule
    message = f"{finding.message} ({rule.name})"
    if suppressed:
        message += f"; {suppression_note(suppressed)}"
    code = {"value": rule.id}
    if rule.url:
        code["url"] = rule.url
    return {
        "message": printable(message),
        "location": {
            "path": repository.path_or_given(finding.span.source.path),
            "range": _range(finding.span),
        },
        "severity": "INFO" if suppressed else _SEVERITIES[finding.severity],
        "code": code,
    }


def _range(span: Span) -> dict[str, dict[str, int]]:
    return {"start": _position(span, span.start), "end": _position(span, span.end)}


def _position(span: Span, offset: int) -> dict[str, int]:
    line, column = span.source.position(offset)
    before = span.source.line(line)[: column - 1]
    return {"line": line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
