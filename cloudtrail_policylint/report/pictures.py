"""Set-ups as pictures for the page of ``html``: each resource, its partners, and an edge for each request."""

from __future__ import annotations

from ..findings.finding import IS_PARTNER
from ..findings.setup import range_of
from .printable import html_text, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..findings.finding import Finding
    from ..findings.setup import Range, ShownPartner, ShownRequest, ShownSetup

    Anchored = tuple[str, Finding]
    """A finding and its anchor in the page."""

_LEFT, _BOX, _START, _END, _RIGHT, _WIDTH = 10, 240, 250, 630, 280, 920
"""Where boxes and edges are, and how wide, from left to right."""
_TIP, _CHAR, _SMALL = 14, 7.3, 6.7
"""How wide the tip of an arrow and characters are."""
_ROW, _GAP, _LEAST = 46, 18, 76
_NAMES = 3
"""Findings that an edge or a box names."""
_ANSWERS = ("allowed", "cannot tell", "denied")
"""The answers, what is to be looked at last."""
_SIGNS = {"allowed": "\N{CHECK MARK}", "denied": "\N{BALLOT X}", "cannot tell": "?"}
_CLASSES = {"allowed": "allowed", "denied": "denied", "cannot tell": "unknown"}


class Edge:
    """A request of a picture, with the findings on it; without a request it stands for a reference."""

    def __init__(self, request: ShownRequest | None) -> None:
        self.request = request
        self.findings: list[Anchored] = []

    def weight(self, message: str) -> tuple[bool, bool, int]:
        """How well a finding with *message* fits here: what it names first, then what is denied."""
        one = self.request
        if one is None:
            return False, False, 0
        return bool(one.on) and one.on in message, one.action in message, _ANSWERS.index(one.answer)


class Group:
    """A box on the right: a partner, and the requests about it."""

    def __init__(self, part: str, partner: ShownPartner | None, address: str) -> None:
        self.part = part
        self.partner = partner
        self.address = address
        self.edges: list[Edge] = []


def pictures(setups: Sequence[ShownSetup], findings: Sequence[Anchored]) -> Iterator[str]:
    """A section with a picture of each of *setups*, and the answers as a table."""
    yield "<h2>Set-ups</h2>"
    for setup in setups:
        groups = groups_of(setup)
        own = _placed(setup, groups, findings)
        yield f'<section class="setup">\n<h3>{html_text(setup.address)}</h3>'
        yield f'<p class="about">{html_text(f"{setup.place}, {setup.type}")}</p>'
        yield f'<div class="picture" tabindex="0" role="region" aria-label="Picture of {html_text(setup.address)}">{_picture(setup, groups, own)}</div>'
        yield from _table(setup)
        yield "</section>"


def groups_of(setup: ShownSetup) -> list[Group]:
    """What *setup* refers to, and what else its requests are about."""
    groups = [Group(one.part, one, one.address) for one in setup.partners]
    for request in setup.requests:
        address = request.by if request.part == request.about else ""
        fitting = [one for one in groups if one.part == request.about]
        named = [one for one in fitting if one.address == address]
        if not fitting:
            groups.append(Group(request.about, None, address))
            fitting = groups[-1:]
        (named or fitting)[0].edges.append(Edge(request))
    for group in groups:
        group.edges = group.edges or [Edge(None)]
    return groups


# -- where findings are


def _placed(
    setup: ShownSetup, groups: Sequence[Group], findings: Sequence[Anchored]
) -> list[Anchored]:
    """Those of *findings* that are on *setup* itself; others on its partners are added to *groups*."""
    own = []
    for one in findings:
        finding = one[1]
        partner = _partner_of(setup, groups, finding)
        if partner is not None:
            _edge_of(partner, groups, finding.message).findings.append(one)
        elif _is_within(finding, [setup.range]):
            own.append(one)
    return own


def _edge_of(partner: Group, groups: Sequence[Group], message: str) -> Edge:
    """The edge for a finding with *message* on *partner*: one of a request about it, or decided by it."""
    decided = [
        edge
        for group in groups
        for edge in group.edges
        if group is not partner
        and edge.request is not None
        and (edge.request.part, edge.request.by) == (partner.part, partner.address)
    ]
    return max((*partner.edges, *decided), key=lambda edge: edge.weight(message))


def _partner_of(setup: ShownSetup, groups: Sequence[Group], finding: Finding) -> Group | None:
    """The one of *groups* that *finding* is about, if it is on *setup* or on the partner itself."""
    at = range_of(finding.span)
    partners = [(one, one.partner) for one in groups if one.partner is not None]
    if not _is_within(finding, [setup.range]):
        return next((one for one, it in partners if _is_within(finding, it.ranges)), None)
    for one, it in partners:
        if any(_contains(range_, at) for range_ in it.at):
            return one
    for related in finding.related:
        place = range_of(related.span)
        for one, it in partners:
            if related.message == f"{IS_PARTNER}{it.address}" or any(
                _contains(range_, place) for range_ in it.ranges
            ):
                return one
    return None


def _is_within(finding: Finding, ranges: Sequence[Range]) -> bool:
    return any(_contains(one, range_of(finding.span)) for one in ranges)


def _contains(outer: Range, inner: Range) -> bool:
    return outer[0] == inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2]


# -- the picture


def _picture(setup: ShownSetup, groups: Sequence[Group], own: Sequence[Anchored]) -> str:
    """The SVG of *setup* with *groups*; *own* are the findings on itself."""
    parts: list[str] = []
    top = 10
    if setup.of_organization:
        middle = _LEFT + _BOX // 2
        parts += _box(_LEFT, top, _BOX, 34, missing=False)
        parts.append(_text(_LEFT + 10, top + 22, "organization", "kind"))
        parts.append(_text(middle + 10, top + 52, "all accounts", "small"))
        parts.append(
            f'<line class="box" x1="{middle}" y1="{top + 34}" x2="{middle}" y2="{top + 60}"/>'
        )
        top += 60
    y = top
    for group in groups:
        height = max(_LEAST, _ROW * len(group.edges) + 8)
        for number, edge in enumerate(group.edges):
            parts += _edge(edge, y + 22 + number * _ROW)
        parts += _partner(group, y, height)
        y += height + _GAP
    bottom = max(y - _GAP, top + _LEAST)
    parts += _box(_LEFT, top, _BOX, bottom - top, missing=False)
    lines = [(setup.part.replace("-", " "), "kind"), (setup.address, ""), (setup.place, "small")]
    parts += _lines(_LEFT, top, lines, 30)
    names, links = _links(own)
    parts.append(f'<text x="{_LEFT + 10}" y="{top + 72}">{links}</text>' if names else "")
    label = html_text(f"{setup.address} and its partners")
    return (
        f'<svg viewBox="0 0 {_WIDTH} {bottom + 10}" role="group" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _edge(edge: Edge, y: int) -> Iterator[str]:
    """An arrow at *y* with the request of *edge* above it, and what it is on and the findings below."""
    request = edge.request
    kind, label, on, title = "unknown", "no request in view", "", ""
    if request is not None:
        kind, on = _CLASSES[request.answer], request.on
        label = f"{request.answer} {request.action}"
        if request.part != request.about:
            label += f", by the {request.part.replace('-', ' ')}"
        title = "; ".join(one for one in (label, on, request.because) if one)
        label = f"{_SIGNS[request.answer]} {label}"
    names, links = _links(edge.findings)
    room = _END - _START - 8 - _TIP - (len(names) + 2) * _CHAR
    yield (
        f'<g class="edge {kind}"><title>{html_text(title or label)}</title>'
        f'<line x1="{_START}" y1="{y}" x2="{_END - 8}" y2="{y}"/>'
        f'<polygon points="{_END - 10},{y - 5} {_END},{y} {_END - 10},{y + 5}"/>'
        f"{_text(_START + 8, y - 6, _short(label, 50), 'word')}"
        f"{_text(_START + 8, y + 17, _short(on, int(room / _SMALL)), 'small')}</g>"
    )
    if names:
        yield f'<text x="{_END - _TIP}" y="{y + 17}" text-anchor="end">{links}</text>'


def _partner(group: Group, y: int, height: int) -> Iterator[str]:
    partner = group.partner
    known = bool(group.address)
    yield from _box(_END, y, _RIGHT, height, missing=not known)
    lines = [(group.part.replace("-", " "), "kind"), (group.address or "not in view", "")]
    if partner is not None:
        lines += [(partner.place, "small"), (partner.order, "small")]
    yield from _lines(_END, y, lines, 36)


def _box(x: int, y: int, width: int, height: int, *, missing: bool) -> Iterator[str]:
    kind = "box missing" if missing else "box"
    yield f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'


def _lines(x: int, y: int, lines: Sequence[tuple[str, str]], length: int) -> Iterator[str]:
    for number, (line, kind) in enumerate(one for one in lines if one[0]):
        yield _text(x + 10, y + 20 + 16 * number, _short(line, length), kind, title=line)


def _text(x: int, y: int, value: str, kind: str, title: str = "") -> str:
    if not value:
        return ""
    tip = (
        f"<title>{html_text(title)}</title>" if len(title) > len(value) or "\u2026" in value else ""
    )
    return f'<text x="{x}" y="{y}" class="{kind}">{tip}{html_text(value)}</text>'


def _links(findings: Sequence[Anchored]) -> tuple[str, str]:
    """The rules of *findings* as text, and as links, each to the first finding of the rule."""
    first: dict[str, str] = {}
    for anchor, finding in findings:
        first.setdefault(finding.rule.id, anchor)
    more = [f"and {len(first) - _NAMES} more"] if len(first) > _NAMES else []
    links = [
        f'<a href="#{anchor}">{html_text(name)}</a>'
        for name, anchor in list(first.items())[:_NAMES]
    ]
    return " ".join([*list(first)[:_NAMES], *more]), " ".join([*links, *more])


def _short(value: str, length: int) -> str:
    """*value* as it is shown, without its middle if it is longer than *length*."""
    shown = printable(value)
    if len(shown) <= length:
        return shown
    half = (length - 1) // 2
    return f"{shown[: length - 1 - half]}\u2026{shown[-half:]}"


# -- the table


def _table(setup: ShownSetup) -> Iterator[str]:
    """The answers of *setup* as a table."""
    if not setup.requests:
        return
    yield (
        "<details><summary>The requests as a table</summary>\n"
        '<table class="answers">\n<tr><th scope="col">answer</th><th scope="col">request</th>'
        '<th scope="col">on</th><th scope="col">decided by</th><th scope="col">because</th></tr>'
    )
    for one in setup.requests:
        cells = (one.action, one.on, one.by, one.because)
        yield (
            f'<tr><td class="{_CLASSES[one.answer]}">{one.answer}</td>'
            + "".join(f"<td>{html_text(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    yield "</table></details>"
