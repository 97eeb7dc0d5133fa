"""Rules as pages and tables, for people who look one up."""

from __future__ import annotations

import textwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..rules import Rule, RuleBook

WIDTH = 88


def as_lines(book: RuleBook) -> Iterator[str]:
    """One line for each rule and problem."""
    for rule in book.sorted():
        yield f"{rule.id:<7} {rule.severity:<8} {rule.confidence:<7} {rule.name}: {rule.summary}"


def as_table(book: RuleBook) -> str:
    """A Markdown table of the rules and problems."""
    rows = [
        "| id | name | severity | confidence | what it finds |",
        "| --- | --- | --- | --- | --- |",
    ]
    for rule in book.sorted():
        summary = rule.summary.replace("|", "\\|")
        rows.append(
            f"| {rule.id} | {rule.name} | {rule.severity} | {rule.confidence} | {summary} |"
        )
    return "\n".join(rows) + "\n"


def as_json(book: RuleBook) -> str:
    """The rules and problems as a JSON list."""
    import json

    value = [
        {
            "id": rule.id,
            "name": rule.name,
            "summary": rule.summary,
            "severity": rule.severity,
            "confidence": rule.confidence,
            "status": rule.status,
            "since": rule.since,
            "tags": list(rule.tags),
            "subject": rule.subject or "input",
            "why": rule.why,
            "fix": rule.fix,
            "supersedes": list(rule.supersedes),
            "references": [dict(reference) for reference in rule.references],
        }
        for rule in book.sorted()
    ]
    return json.dumps(value, indent=2) + "\n"


def page(rule: Rule) -> str:
    """All that a rule says about itself."""
    blocks = [
        f"{rule.id} {rule.name}",
        _wrapped(rule.summary),
        f"severity {rule.severity}, confidence {rule.confidence}, {rule.status}"
        + (f" since {rule.since}" if rule.since else ""),
        "Why\n" + _wrapped(rule.why, indent=2),
        "What to write\n" + _wrapped(rule.fix, indent=2),
    ]
    if rule.supersedes:
        blocks.append(f"At the same place it is reported instead of {', '.join(rule.supersedes)}.")
    if rule.references:
        blocks.append(
            "References\n" + "\n".join(_reference(reference) for reference in rule.references)
        )
    return "\n\n".join(blocks) + "\n"


def _reference(reference: object) -> str:
    assert isinstance(reference, dict)
    return f"  {reference['url']}\n    {reference['says']} (seen {reference['seen']})"


def _wrapped(text: str, indent: int = 0) -> str:
    margin = " " * indent
    return textwrap.fill(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )
