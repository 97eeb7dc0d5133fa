"""Pages and tables of rules, for ``rules``, ``explain``, docs/rules and the help in SARIF."""

from __future__ import annotations

import textwrap

from ..rulebook.file import unmarked
from .printable import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..rulebook.model import Rule

WIDTH = 88


def as_lines(rules: Iterable[Rule]) -> Iterator[str]:
    """One line for each of *rules*."""
    for rule in rules:
        line = f"{rule.id:<7} {rule.severity:<8} {rule.confidence:<7} {rule.name}: {rule.summary}"
        yield line + (f" [{', '.join(rule.tags)}]" if rule.tags else "")


def as_table(rules: Iterable[Rule]) -> str:
    """A Markdown table of *rules*."""
    rows = [
        "| id | name | severity | confidence | reports | tags |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule in rules:
        summary, tags = rule.summary.replace("|", "\\|"), ", ".join(rule.tags)
        rows.append(
            f"| {rule.id} | {rule.name} | {rule.severity} | {rule.confidence} | {summary} | {tags} |"
        )
    return "\n".join(rows) + "\n"


def as_json(rules: Iterable[Rule]) -> str:
    """*rules* as a JSON list."""
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
            "url": rule.url,
            "references": [dict(reference) for reference in rule.references],
        }
        for rule in rules
    ]
    return json_text(value)


def page(rule: Rule, examples: Mapping[str, Any]) -> str:
    """The page of *rule* as text, with the first of its bad and of its good *examples*."""
    blocks = [
        f"{rule.id} {rule.name}",
        _wrapped(rule.summary),
        _attributes(rule),
        "Why\n" + _wrapped(rule.why, indent=2),
        "\n".join(
            ["How to fix", *(_wrapped(line, indent=2) for line in (rule.fix, *_edits(rule)))]
        ),
    ]
    for title, group in TITLES:
        for example in examples.get(group, ())[:1]:
            text = textwrap.indent(underlined(example["text"]), "    ").rstrip()
            blocks.append(f"{title}\n  {example['name']}:\n{text}")
    blocks.append("\n".join(["Suppress", *_suppress_lines(rule)]))
    if rule.supersedes:
        blocks.append(_superseding(rule))
    if rule.docs_url:
        blocks.append(f"Page with all examples\n  {rule.url}")
    if rule.references:
        blocks.append(
            "References\n" + "\n".join(_reference(reference) for reference in rule.references)
        )
    return "\n\n".join(blocks) + "\n"


def markdown_page(rule: Rule, examples: Mapping[str, Any]) -> str:
    """The page of *rule* in Markdown, with all *examples*."""
    blocks = [
        f"# {rule.id} {rule.name}",
        f"{_escaped(rule.summary)}.",
        f"{_attributes(rule).capitalize()}.",
        f"## Why\n\n{_escaped(rule.why)}",
        "\n\n".join(["## How to fix", _escaped(rule.fix), *map(_escaped, _edits(rule))]),
    ]
    for title, group in TITLES:
        if examples.get(group):
            blocks.append(f"## {title}")
        for example in examples.get(group, ()):
            name = example["name"][0].upper() + example["name"][1:]
            fence = _fence(example["language"], example["text"])
            blocks.append(f"{_escaped(name)}:\n\n```{fence}\n{underlined(example['text'])}```")
    hint, comment, others = _suppress_hint(rule)
    comment_block = [hint, f"```text\n{comment}\n```"] if comment else []
    blocks += ["## Suppress", *comment_block, others]
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
        "One page per rule, and per problem of the input itself (CT0, IAM). These pages are"
        " generated from the rule files in `rules/`; `cloudtrail-policylint explain RULE` prints"
        " one in a terminal.",
    ]
    for family in families:
        members = [rule for rule in rules if rule.id.startswith(family["ids"])]
        if members:
            rows = ["| rule | severity | confidence | reports |", "| --- | --- | --- | --- |"]
            for rule in members:
                summary = _escaped(rule.summary).replace("|", "\\|")
                link = f"[{rule.id} {rule.name}]({page_name(rule)})"
                rows.append(f"| {link} | {rule.severity} | {rule.confidence} | {summary} |")
            blocks.append(f"## {family['ids']}: {family['title']}\n\n" + "\n".join(rows))
    blocks += ["## Tags", "`--select`, `--ignore` and the settings take a tag for all its rules."]
    rows = ["| tag | rules |", "| --- | --- |"]
    for tag in sorted({tag for rule in rules for tag in rule.tags}):
        tagged = ", ".join(f"[{one.id}]({page_name(one)})" for one in rules if tag in one.tags)
        rows.append(f"| {tag} | {tagged} |")
    blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def page_name(rule: Rule) -> str:
    """The file name of a rule's page."""
    return f"{rule.id}-{rule.name}.md"


TITLES = (("Reported", "bad"), ("Not reported", "good"))
"""The headings of the groups of examples."""


def _suppress_hint(rule: Rule) -> tuple[str, str, str]:
    """How to suppress a finding of *rule*: a hint, the comment it is about, and other ways."""
    ignore = f"`--ignore {rule.id}`, or `ignore` in the settings, turns the rule off."
    if not rule.subject:  # a problem: if the file cannot be read, its comments cannot either
        return "", "", ignore
    return (
        "If this is intentional, suppress it with a comment on this line or the line above, or"
        " above a resource to cover all of it:",
        f"# policylint: allow {rule.name} -- reason",
        f"Plain JSON has no comments: use `suppress` in the settings file. {ignore}",
    )


def _suppress_lines(rule: Rule) -> list[str]:
    hint, comment, others = _suppress_hint(rule)
    comment_lines = [_wrapped(hint, indent=2), f"    {comment}"] if comment else []
    return [*comment_lines, _wrapped(others, indent=2)]


def underlined(text: str) -> str:
    """The *text* of an example without its marks; what they enclosed is underlined with ``^``."""
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


def _attributes(rule: Rule) -> str:
    """Severity, confidence and status of *rule*, and what it needs to run."""
    text = f"severity {rule.severity}, confidence {rule.confidence}, {rule.status}"
    text += f" since {rule.since}" if rule.since else ""
    text += f"; tags {', '.join(rule.tags)}" if rule.tags else ""
    if rule.needs:
        text += f"; runs only if the settings define {' and '.join(rule.needs)}"
    return text + ("; runs only with --pedantic or --select" if rule.confidence == "low" else "")


def _edits(rule: Rule) -> list[str]:
    """What ``--fix`` does for findings of *rule*, one line per kind of edit."""
    edits = dict.fromkeys((c.edit.says, c.edit.safe) for c in rule.cases if c.edit is not None)
    return [
        f"Fixed by `{'--fix' if safe else '--fix --unsafe-fixes'}` where possible: {says}."
        for says, safe in edits
    ]


def _superseding(rule: Rule) -> str:
    return f"Replaces findings of {', '.join(rule.supersedes)} at the same place."


def _fence(language: str, text: str) -> str:
    if language == "terraform":
        return "hcl"
    return "json" if text.lstrip().lstrip("«").startswith(("{", "[")) else "yaml"


def _escaped(text: str) -> str:
    """*text* escaped for Markdown: no emphasis, no HTML."""
    for char in "\\*_":
        text = text.replace(char, "\\" + char)
    return text.replace("<", "&lt;")


def _reference(reference: object) -> str:
    assert isinstance(reference, dict)
    return f"  {reference['url']}\n    {reference['says']} (seen {reference['seen']})"


def _wrapped(text: str, indent: int = 0) -> str:
    margin = " " * indent
    words = " ".join(text.split())  # many spaces in a row take fill much time
    return textwrap.fill(
        words, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )
