"""Rules as pages and tables, for people who look one up."""

from __future__ import annotations

import textwrap

from ..rulebook.file import unmarked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..rulebook.model import Rule, RuleBook

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
            "edits": sorted({"safe" if c.edit.safe else "unsafe" for c in rule.cases if c.edit}),
            "supersedes": list(rule.supersedes),
            "references": [dict(reference) for reference in rule.references],
        }
        for rule in book.sorted()
    ]
    return json.dumps(value, indent=2) + "\n"


def page(rule: Rule, examples: Mapping[str, Any]) -> str:
    """All that a rule says about itself, with the first of its bad and of its good *examples*."""
    blocks = [
        f"{rule.id} {rule.name}",
        _wrapped(rule.summary),
        _dials(rule),
        "Why\n" + _wrapped(rule.why, indent=2),
        "\n".join(
            ["What to write", *(_wrapped(line, indent=2) for line in (rule.fix, *_edits(rule)))]
        ),
    ]
    for title, group in TITLES:
        for example in examples.get(group, ())[:1]:
            text = textwrap.indent(underlined(example["text"]), "    ").rstrip()
            blocks.append(f"{title}\n  {example['name']}:\n{text}")
    advice, comment, leave_out = _suppressing(rule)
    lines = [_wrapped(advice, indent=2), f"    {comment}"] if comment else []
    blocks.append("\n".join(["Suppress", *lines, _wrapped(leave_out, indent=2)]))
    if rule.supersedes:
        blocks.append(_superseding(rule))
    if rule.references:
        blocks.append(
            "References\n" + "\n".join(_reference(reference) for reference in rule.references)
        )
    return "\n\n".join(blocks) + "\n"


def markdown_page(rule: Rule, examples: Mapping[str, Any]) -> str:
    """The same in Markdown, with all *examples*."""
    blocks = [
        f"# {rule.id} {rule.name}",
        f"{_escaped(rule.summary)}.",
        f"{_dials(rule)[0].upper()}{_dials(rule)[1:]}.",
        f"## Why\n\n{_escaped(rule.why)}",
        "\n\n".join(["## What to write", _escaped(rule.fix), *map(_escaped, _edits(rule))]),
    ]
    for title, group in TITLES:
        if examples.get(group):
            blocks.append(f"## {title}")
        for example in examples.get(group, ()):
            name = example["name"][0].upper() + example["name"][1:]
            fence = _fence(example["language"], example["text"])
            blocks.append(f"{_escaped(name)}:\n\n```{fence}\n{underlined(example['text'])}```")
    advice, comment, leave_out = _suppressing(rule)
    lines = [advice, f"```text\n{comment}\n```"] if comment else []
    blocks += ["## Suppress", *lines, leave_out]
    if rule.supersedes:
        blocks.append(_superseding(rule))
    if rule.references:
        listed = (
            f"- <{r['url']}>: {_escaped(r['says'])} (seen {r['seen']})" for r in rule.references
        )
        blocks.append("## References\n\n" + "\n".join(listed))
    return "\n\n".join(blocks) + "\n"


def index(rules: Sequence[Rule], families: Iterable[Mapping[str, str]]) -> str:
    """The index of all pages in Markdown, by family."""
    blocks = [
        "# Rules",
        "One page for each rule, and for each problem of the input. These pages are written from the rule files"
        " in `rules/`; `cloudtrail-policylint explain RULE` prints one in a terminal.",
    ]
    for family in families:
        members = [rule for rule in rules if rule.id.startswith(family["ids"])]
        if members:
            rows = ["| rule | severity | confidence | what it finds |", "| --- | --- | --- | --- |"]
            for rule in members:
                summary = _escaped(rule.summary).replace("|", "\\|")
                link = f"[{rule.id} {rule.name}]({page_name(rule)})"
                rows.append(f"| {link} | {rule.severity} | {rule.confidence} | {summary} |")
            blocks.append(f"## {family['ids']}: {family['title']}\n\n" + "\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def page_name(rule: Rule) -> str:
    """The file name of a rule's page."""
    return f"{rule.id}-{rule.name}.md"


TITLES = (("Reported", "bad"), ("Not reported", "good"))
"""The groups of examples and what a page calls them."""


def _suppressing(rule: Rule) -> tuple[str, str, str]:
    """How a finding of *rule* is kept from being reported: what to do, the comment, and the other way."""
    leave_out = f"`--ignore {rule.id}`, or `ignore` in the settings, leaves it out altogether."
    if not rule.subject:  # a problem, which may be that the file cannot be read: comments included
        return "", "", leave_out
    return (
        "Where it is meant, say so in a comment on the line of the finding or on the line above; on the first line of"
        " a resource it counts for all of it:",
        f"# policylint: allow {rule.name} -- reason",
        leave_out,
    )


def underlined(text: str) -> str:
    """The *text* of an example, below each line what its marks stood around underlined with ``^``."""
    plain, ranges = unmarked(text)
    shown, at = [], 0
    for line in plain.splitlines():
        shown.append(line + "\n")
        end = at + len(line)
        first = at + len(line) - len(line.lstrip())
        here = [(max(a, first), min(b, end)) for a, b in ranges if a < end and b > first]
        carets = [any(a <= place < b for a, b in here) for place in range(at, end)]
        if here:
            shown.append("".join("^" if caret else " " for caret in carets).rstrip() + "\n")
        at = end + 1
    return "".join(shown)


def _dials(rule: Rule) -> str:
    shown = f"severity {rule.severity}, confidence {rule.confidence}, {rule.status}"
    shown += f" since {rule.since}" if rule.since else ""
    if rule.needs:
        shown += f"; runs only where settings give {' and '.join(rule.needs)}"
    return shown + ("; runs only with --pedantic or --select" if rule.confidence == "low" else "")


def _edits(rule: Rule) -> list[str]:
    """What ``--fix`` does about findings of *rule*, one line for each way."""
    edits = dict.fromkeys((c.edit.says, c.edit.safe) for c in rule.cases if c.edit is not None)
    return [
        f"`{'--fix' if safe else '--fix --unsafe-fixes'}` does it where it can: {says}."
        for says, safe in edits
    ]


def _superseding(rule: Rule) -> str:
    return f"At the same place it is reported instead of {', '.join(rule.supersedes)}."


def _fence(language: str, text: str) -> str:
    if language == "cloudformation":
        return "json" if text.lstrip().startswith("{") else "yaml"
    return "hcl" if language == "terraform" else language


def _escaped(text: str) -> str:
    """*text* as Markdown that shows it as it is: no emphasis, no HTML."""
    for char in "\\*_<":
        text = text.replace(char, "\\" + char)
    return text


def _reference(reference: object) -> str:
    assert isinstance(reference, dict)
    return f"  {reference['url']}\n    {reference['says']} (seen {reference['seen']})"


def _wrapped(text: str, indent: int = 0) -> str:
    margin = " " * indent
    return textwrap.fill(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )
