"""Findings as one page to look at: counts, set-ups as pictures, and each finding with its source.

The page loads nothing. Its policy (Content-Security-Policy) allows only the style and
the script in it, by their hashes. Without the script everything is shown, but not filtered.
"""

from __future__ import annotations

import os

from ..files.reports import HTML
from .excerpt import excerpt
from .full import fix_option
from .printable import html_text, printable
from .text import (
    count_by_severity,
    findings_to_report,
    plural,
    printable_place,
    suppression_note,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed
    from ..rulebook.model import Rule
    from ..tree.source import SourceFile, Span

    Group = Sequence["Shown"]

WIDTH = 110
"""Columns of source lines."""
AROUND = 2
"""Source lines that are shown before and after the one of a finding."""
BARS = 12
"""Bars of a chart."""
_LEVELS = ("error", "warning", "info", "suppressed")
_FIELDS = ("severity", "family", "rule", "folder", "owner")
_CHARTS = ("severity", "family", "folder", "owner")
_NOTHING = {"folder": "(this folder)", "owner": "(no resource)"}
"""What an empty value is called."""


class Shown:
    """One finding of the page with the values that charts and filters know it by."""

    def __init__(
        self, number: int, finding: Finding, suppressed: Suppressed | None, titles: Iterable[str]
    ) -> None:
        self.anchor = f"f{number}"
        self.finding = finding
        self.suppressed = suppressed
        self.level = "suppressed" if suppressed else finding.severity
        self.values = {
            "severity": self.level,
            "family": _family_of(finding.rule, titles),
            "rule": finding.rule.id,
            "folder": os.path.dirname(finding.span.source.path),
            "owner": finding.owner.name,
        }


def report(result: Result, *, show_suppressed: bool) -> str:
    """The page of *result*, in ASCII; with *show_suppressed* also with suppressed findings."""
    titles = _titles()
    shown = [
        Shown(number, finding, suppressed, titles)
        for number, (finding, suppressed) in enumerate(
            findings_to_report(result, show_suppressed=show_suppressed), 1
        )
    ]
    lines = [*_head(result), *_charts(shown, titles)]
    if result.setups:
        from .pictures import pictures

        lines += pictures(result.setups, [(one.anchor, one.finding) for one in shown])
    lines += _filter(shown, titles)
    lines += _findings(shown)
    lines += _rules(shown)
    lines.append(f"</main>\n<script>{_asset('html.js')}</script>\n</html>\n")
    return "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _asset(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="ascii") as file:
        return file.read()


def _hash(content: str) -> str:
    """*content* as a source that a Content-Security-Policy allows."""
    from base64 import b64encode
    from hashlib import sha256

    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def _head(result: Result) -> Iterator[str]:
    counts = count_by_severity(result.findings)
    found = ", ".join(plural(counts[level], level) for level in counts if counts[level])
    title = f"cloudtrail-policylint: {found or 'no findings'}"
    style = _asset("html.css") + _asset("drawing.css")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(_asset('html.js'))};"
        " base-uri 'none'; form-action 'none'"
    )
    yield (
        f'{HTML}<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n"
        '<a class="skip" href="#findings">Go to the findings</a>\n'
        f"<header>\n<h1>{title}</h1>"
    )
    yield f"<p>{plural(result.documents, 'policy')} in {plural(result.files, 'file')}{_rest(result)}.</p>"
    yield "</header>\n<main>"
    for error in result.internal_errors:
        yield f'<p class="failed"><strong>Internal error:</strong> {html_text(error)}</p>'
    if result.interrupted:
        yield '<p class="failed">Interrupted: only the findings so far are shown.</p>'
    if result.partly or result.unknown:
        from ..findings.partial import line_of

        yield f"<p>{html_text(line_of(result.partly, result.unknown))}</p>"


def _rest(result: Result) -> str:
    known = sum(one.where == "baseline" for one in result.suppressed)
    others = len(result.suppressed) - known
    return (f", {others} suppressed" if others else "") + (
        f", {known} in the baseline" if known else ""
    )


# -- counts


def _titles() -> Mapping[str, str]:
    """The titles of the families of rules, by the start of the ids of their rules."""
    from ..rulebook.file import read
    from ..rulebook.load import rules_folder

    families = read(os.path.join(rules_folder(), "facts", "families.yaml")).raw["families"]
    return {one["ids"]: one["title"] for one in families}


def _family_of(rule: Rule, families: Iterable[str]) -> str:
    """The start of the id of *rule* that its family has: one of *families*, else the letters."""
    return next((one for one in families if rule.id.startswith(one)), rule.id.rstrip("0123456789"))


def _called(field: str, value: str, titles: Mapping[str, str]) -> str:
    """How the *value* of *field* is called."""
    if field == "family" and value in titles:
        return f"{value}: {titles[value]}"
    return value or _NOTHING.get(field, "")


def _grouped(shown: Group, field: str) -> list[tuple[str, list[Shown]]]:
    """*shown* by the value of *field*: severities in their order, others the largest first."""
    groups: dict[str, list[Shown]] = {}
    for one in shown:
        groups.setdefault(one.values[field], []).append(one)
    if field == "severity":
        return [(level, groups[level]) for level in _LEVELS if level in groups]
    return sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _charts(shown: Group, titles: Mapping[str, str]) -> Iterator[str]:
    if not shown:
        return
    yield '<h2>Where they are</h2>\n<div class="charts">'
    for field in _CHARTS:
        groups = _grouped(shown, field)
        largest = max(len(members) for _, members in groups)
        yield f"<table>\n<caption>By {field}</caption>"
        for value, members in groups[:BARS]:
            name = html_text(_called(field, value, titles))
            yield (
                f'<tr><th scope="row" data-choose="{field}" data-value="{html_text(value)}">{name}</th>'
                f'<td class="bar">{_bar(members, largest)}</td><td>{len(members)}</td></tr>'
            )
        if len(groups) > BARS:
            rest = sum(len(members) for _, members in groups[BARS:])
            yield (
                f'<tr><th scope="row">{len(groups) - BARS} more</th><td class="bar"></td>'
                f"<td>{rest}</td></tr>"
            )
        yield "</table>"
    yield "</div>"


def _bar(members: Group, largest: int) -> str:
    """A bar of the length of *members*, with a part for each severity."""
    parts = []
    at = 0.0
    for level in _LEVELS:
        width = 100 * sum(one.level == level for one in members) / largest
        if width:
            parts.append(f'<rect class="{level}" x="{at:.2f}" width="{width:.2f}" height="10"/>')
        at += width
    shapes = "".join(parts)
    return f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{shapes}</svg>'


# -- findings


def _filter(shown: Group, titles: Mapping[str, str]) -> Iterator[str]:
    yield '<h2 id="findings" tabindex="-1">Findings</h2>'
    yield (
        '<form id="filter" role="search" hidden>\n'
        '<label>Search <input type="search" name="search" autocomplete="off"></label>'
    )
    for field in _FIELDS:
        yield f'<label>{field.capitalize()} <select name="{field}">\n<option value="">all</option>'
        for value, members in _grouped(shown, field):
            name = html_text(_called(field, value, titles))
            if field == "rule":
                name = html_text(f"{value} {members[0].finding.rule.name}")
            yield f'<option value="={html_text(value)}">{name} ({len(members)})</option>'
        yield "</select></label>"
    yield '<button type="reset">Show all</button>\n</form>'
    yield f'<p id="shown" role="status">{len(shown)} of {len(shown)} shown</p>'


def _findings(shown: Group) -> Iterator[str]:
    """Each finding, by file."""
    path = None
    for one in shown:
        if one.finding.span.source.path != path:
            if path is not None:
                yield "</section>"
            path = one.finding.span.source.path
            yield f'<section class="file">\n<h3>{html_text(path)}</h3>'
        yield from _finding(one)
    if path is not None:
        yield "</section>"


def _finding(one: Shown) -> Iterator[str]:
    finding = one.finding
    rule = finding.rule
    data = " ".join(f'data-{field}="{html_text(value)}"' for field, value in one.values.items())
    yield f'<article id="{one.anchor}" class="finding {one.level}" {data}>'
    yield (
        f'<h4><span class="level {one.level}">{one.level}</span> <strong>{html_text(rule.id)}</strong> '
        f"{html_text(finding.message)}</h4>"
    )
    about = [printable_place(finding.span), rule.name]
    about += [finding.owner.name] if finding.owner.name else []
    about += [suppression_note(one.suppressed)] if one.suppressed else []
    yield f'<p class="about">{" &middot; ".join(map(html_text, about))}</p>'
    yield from _source(finding.span, AROUND)
    for place in finding.related:
        yield (
            f'<p class="about">{html_text(printable_place(place.span))}: {html_text(place.message)}</p>'
        )
        yield from _source(place.span, 0)
    yield (
        f"<details><summary>Why, and what to write{fix_option(finding)}</summary>"
        f'<a class="told" href="#rule-{html_text(rule.id)}">{html_text(rule.id)}</a></details>\n</article>'
    )


def _source(span: Span, around: int) -> Iterator[str]:
    """The first line of *span* with carets, and the lines *around* it."""
    lines = list(excerpt(span, WIDTH))
    if not lines:
        return
    number, _ = span.source.position(span.start)
    before = [_line(span.source, at) for at in range(max(1, number - around), number)]
    after = [_line(span.source, at) for at in range(number + 1, number + around + 1)]
    marked = [
        f'{html_text(line)}\n<span class="carets" aria-hidden="true">{margin}{carets}</span>'
        for line, margin, carets in lines
    ]
    yield "<pre>" + "\n".join([*_shown(before), *marked, *_shown(after)]) + "</pre>"


def _shown(lines: Iterable[str]) -> Iterator[str]:
    return (html_text(line) for line in lines if line)


def _line(source: SourceFile, number: int) -> str:
    """Line *number* of *source* with its number, cut to the width; empty if there is none."""
    room = WIDTH - 9
    shown = printable(source.beginning(number, room).replace("\t", "    "))[:room]
    return f"{number:>6} | {shown}" if shown.strip() else ""


def _rules(shown: Group) -> Iterator[str]:
    """What each rule with a finding says, which its findings show."""
    rules = {one.finding.rule.id: one.finding.rule for one in shown}
    if rules:
        yield "<h2>Rules</h2>"
    for identifier in sorted(rules):
        rule = rules[identifier]
        yield f'<section class="rule" id="rule-{html_text(identifier)}">'
        yield f"<h3>{html_text(identifier)} {html_text(rule.name)}</h3>\n<p>{_words(rule.summary)}</p>\n<dl>"
        yield f"<dt>Why</dt><dd>{_words(rule.why)}</dd>\n<dt>Fix</dt><dd>{_words(rule.fix)}</dd>"
        if rule.url is not None:
            yield f"<dt>See</dt><dd>{_link(rule.url)}</dd>"
        yield "</dl>\n</section>"


def _words(value: str) -> str:
    return html_text(" ".join(value.split()))


def _link(url: str) -> str:
    """*url* as a link if it is one to a page of the web, else as text."""
    if not url.lower().startswith(("https://", "http://")):
        return html_text(url)
    return f'<a href="{html_text(url)}" rel="noreferrer">{html_text(url)}</a>'
