"""Recognising a report that this program wrote: it is no input, and the next one may replace it."""

from __future__ import annotations

from ..base.lazy_regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAME = "cloudtrail-policylint"
HTML = f'<!doctype html>\n<html lang="en">\n<meta name="generator" content="{_NAME}">\n'
"""How each report in HTML begins."""
MARKDOWN = f"### {_NAME}: "
"""How each report in Markdown begins."""
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" data-generator="{_NAME}"'
"""How each drawing in SVG begins."""
MERMAID = f"%% {_NAME}\n"
"""How each drawing for Mermaid begins."""
DOT = f"// {_NAME}\n"
"""How each drawing for Graphviz begins."""
_LINE = regex(
    r"[^\n]+:\d+:\d+: (?:error|warning|info|suppressed) [A-Z]+\d+ .*"
    r"|::(?:error|warning|notice) title=[A-Z]+\d+ .*"
    r"| {0,6}\d* \| .*| {6} = .*| {9}.*"
)
"""A line of the formats text, full and github."""


def is_report(data: bytes) -> bool:
    """Whether *data* is a report in any format; an empty file is one without findings."""
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return False
    if text.startswith((MARKDOWN, HTML, SVG, MERMAID, DOT)):
        return True
    if text.startswith("<?xml"):
        return f'<testsuites name="{_NAME}"' in text[:200]
    if text[:1] not in ("{", "["):
        return all(_LINE.fullmatch(line) for line in text.splitlines())
    import json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if isinstance(value, list):
        return _is_code_quality(value)
    return _names_us(value) or _is_of_setups(value)


def _is_code_quality(issues: list[Any]) -> bool:
    """Whether *issues* are a report for GitLab, which does not name the program."""
    keys = {"check_name", "fingerprint", "location"}
    return all(isinstance(issue, dict) and keys <= set(issue) for issue in issues)


def _is_of_setups(value: dict[str, Any]) -> bool:
    """Whether *value* are set-ups of ``lint --show-setups``, which do not name the program."""
    keys = {"address", "place", "partners", "requests"}
    shown = value.get("setups") if len(value) == 1 else None
    return isinstance(shown, list) and all(
        isinstance(one, dict) and keys <= set(one) for one in shown
    )


def _names_us(value: dict[str, Any]) -> bool:
    """Whether *value*, a report in JSON, SARIF or rdjson, is of this program."""
    runs = value.get("runs")
    run = runs[0] if isinstance(runs, list) and runs else value
    tool = run.get("tool", run.get("source")) if isinstance(run, dict) else None
    tool = tool.get("driver", tool) if isinstance(tool, dict) else None
    return isinstance(tool, dict) and tool.get("name") == _NAME
