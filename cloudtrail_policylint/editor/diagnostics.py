"""Findings as diagnostics of the protocol."""

from __future__ import annotations

import os

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    Location,
    Position,
    Range,
)
from pygls import uris

from ..report.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.finding import Finding
    from .positions import Positions

SOURCE = "cloudtrail-policylint"
EXPLAIN = "cloudtrail-policylint.explain"
"""The command that shows the page of a rule."""
MOST = 1000
"""The most diagnostics of a document: no editor shows more usefully."""
_SEVERITIES = {
    "error": DiagnosticSeverity.Error,
    "warning": DiagnosticSeverity.Warning,
    "info": DiagnosticSeverity.Information,
}


def diagnostic_of(finding: Finding, positions: Positions) -> Diagnostic:
    """The diagnostic for *finding*."""
    rule = finding.rule
    related = [
        DiagnosticRelatedInformation(
            Location(uri_of(one.span.source.path), positions.range_of(one.span)),
            printable(one.message),
        )
        for one in finding.related
    ]
    return Diagnostic(
        range=positions.range_of(finding.span),
        message=f"{printable(finding.message)} ({rule.name})",
        severity=_SEVERITIES[finding.severity],
        code=rule.id,
        code_description=CodeDescription(rule.url) if rule.url else None,
        source=SOURCE,
        related_information=related or None,
    )


def note(message: str) -> Diagnostic:
    """A diagnostic at the start of a document, about all of it."""
    start = Position(0, 0)
    return Diagnostic(
        Range(start, start),
        printable(message),
        severity=DiagnosticSeverity.Information,
        source=SOURCE,
    )


def uri_of(path: str) -> str:
    """The URI of the file *path*."""
    whole = os.path.abspath(path)
    return uris.from_fs_path(whole) or f"file://{whole}"
