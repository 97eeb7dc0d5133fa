"""The words to choose from in options and settings."""

from __future__ import annotations

SEVERITIES = ("error", "warning", "info")
"""Of rules and findings, from most to least severe."""
CONFIDENCES = ("high", "medium", "low")
"""Of rules, from most to least certain to be right."""
TEXT_FORMATS = ("text", "concise", "full")
"""The output formats for people; ``text`` is one of the others, by what standard output is."""
DRAWN_FORMATS = ("svg", "mermaid", "dot")
"""The output formats that are drawings of set-ups or of an answer."""
FINDING_FORMATS = (
    *TEXT_FORMATS, "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown",
    "html",
)  # fmt: skip
"""The output formats that have all findings."""
OUTPUT_FORMATS = (*FINDING_FORMATS, *DRAWN_FORMATS)
