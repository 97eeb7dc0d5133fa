"""Set-ups as drawings: each resource, its partners, an arrow for each request, and who may stop it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ..findings.setup import range_of
from .drawing import ALLOWED, DENIED, PLAIN, UNKNOWN, Arrow, Box, Drawing, Mark
from .text import findings_to_report, printable_place
from .who_drawing import notes_of, principals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..findings.finding import Finding
    from ..findings.result import Result
    from ..findings.setup import Range, ShownPartner, ShownRequest, ShownSetup

    Anchored = tuple[str, Finding]
    """A finding and its anchor in the page."""

STATES = {"allowed": ALLOWED, "denied": DENIED, "cannot tell": UNKNOWN}
"""The states of arrows by the answers."""


class Edge:
    """A request of a set-up, with the findings on it; without a request it stands for a reference."""

    def __init__(self, request: ShownRequest | None) -> None:
        self.request = request
        self.findings: list[Anchored] = []

    def weight(self, finding: Finding) -> tuple[bool, int, bool, bool]:
        """How well *finding* fits here: where it is first, then what it names, then what is denied."""
        one, message = self.request, finding.message
        if one is None:
            return False, 0, False, False
        named = len(one.on) if one.on in message else 0  # a bucket is in the names of its objects
        return _is_within(finding, one.at), named, one.action in message, one.answer == "denied"

    def arrow(self) -> Arrow:
        """The arrow for it."""
        request, marks = self.request, _marks(self.findings)
        if request is None:
            return Arrow(UNKNOWN, "no request in view", marks=marks)
        words = f"{request.answer} {request.action}"
        if request.part != request.about:
            words += f", by the {_words(request.part)}"
        tip = "; ".join(one for one in (words, request.on, request.because) if one)
        lines = (request.on,) if request.on else ()
        return Arrow(STATES[request.answer], words, lines, tip, marks)


class Group:
    """A partner, and the requests about it."""

    def __init__(self, part: str, partner: ShownPartner | None, address: str) -> None:
        self.part = part
        self.partner = partner
        self.address = address
        self.edges: list[Edge] = []

    def box(self) -> Box:
        """The box for it."""
        partner = self.partner
        lines = (partner.named, partner.place, partner.order) if partner is not None else ()
        return Box(
            _words(self.part),
            self.address or "not in view",
            tuple(line for line in lines if line),
            tuple(edge.arrow() for edge in self.edges),
            is_known=bool(self.address),
        )


class Placed:
    """Findings by where they are, so that those within some range need no look at the others."""

    def __init__(self, findings: Iterable[Anchored]) -> None:
        self._by_path: dict[str, tuple[list[int], list[Anchored]]] = {}
        for one in sorted(findings, key=lambda pair: pair[1].span.start):
            span = one[1].span
            starts, found = self._by_path.setdefault(span.source.path, ([], []))
            starts.append(span.start)
            found.append(one)

    def within(self, ranges: Iterable[Range]) -> list[Anchored]:
        """The findings that are within one of *ranges*, each once."""
        found: dict[int, Anchored] = {}
        for path, start, end in ranges:
            starts, own = self._by_path.get(path, ([], []))
            for one in own[bisect_left(starts, start) : bisect_right(starts, end)]:
                if one[1].span.end <= end:
                    found[id(one[1])] = one
        return list(found.values())


def drawings_of(result: Result, *, show_suppressed: bool) -> list[Drawing]:
    """A drawing of each set-up of *result*, with the findings on it; one that says that there is none."""
    found = [one for one, _ in findings_to_report(result, show_suppressed=show_suppressed)]
    placed = Placed([("", one) for one in found])
    drawings = [drawing(one, placed) for one in result.setups]
    drawings = drawings or [Drawing(Box("", "no trail in these files", is_known=False))]
    drawn = {(mark.rule, mark.told) for one in drawings for mark in one.marks()}
    marks = _marks([("", one) for one in found])
    others = sum((mark.rule, mark.told) not in drawn for mark in marks)
    if others:
        last = drawings[-1]
        noun = "finding is" if others == 1 else "findings are"
        note = f"{others:,} other {noun} on no part of this drawing"
        drawings[-1] = Drawing(last.hub, last.boxes, (*last.notes, note))
    return drawings


def drawing(setup: ShownSetup, findings: Placed) -> Drawing:
    """The drawing of *setup* with those of *findings* that are on it."""
    groups = groups_of(setup)
    ranges = (setup.range, *(one for partner in setup.partners for one in partner.ranges))
    own = _placed(setup, groups, findings.within(ranges))
    boxes = [one.box() for one in groups]
    if setup.of_organization:
        boxes.append(
            Box("organization", "all accounts", arrows=(Arrow(PLAIN, "records the organization"),))
        )
    if setup.who is not None:
        boxes += principals(setup.who)
    hub = Box(_words(setup.part), setup.address, (setup.place,), marks=_marks(own))
    return Drawing(hub, tuple(boxes), tuple(notes_of(setup)))


def _words(part: str) -> str:
    return part.replace("-", " ")


def _marks(findings: Sequence[Anchored]) -> tuple[Mark, ...]:
    return tuple(
        Mark(one.rule.id, f"{printable_place(one.span)}: {one.message}", anchor)
        for anchor, one in findings
    )


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
        if not _is_about(finding, setup):
            continue
        partner = _partner_of(setup, groups, finding)
        if partner is not None:
            _edge_of(partner, groups, finding).findings.append(one)
        elif _is_within(finding, [setup.range]):
            own.append(one)
    return own


def _is_about(finding: Finding, setup: ShownSetup) -> bool:
    """Whether *finding*, if it is about a resource, is about that of *setup* or one of its partners."""
    if finding.rule.subject != "resource":
        return True
    at = range_of(finding.owner.span)
    if at == setup.range:
        return not finding.about or setup.address in finding.about
    return any(at in partner.ranges for partner in setup.partners)


def _edge_of(partner: Group, groups: Sequence[Group], finding: Finding) -> Edge:
    """The edge for *finding* on *partner*: one of a request about it, or decided by it."""
    decided = [
        edge
        for group in groups
        for edge in group.edges
        if group is not partner
        and edge.request is not None
        and (edge.request.part, edge.request.by) == (partner.part, partner.address)
    ]
    return max((*partner.edges, *decided), key=lambda edge: edge.weight(finding))


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
            if any(_contains(range_, place) for range_ in it.ranges):
                return one
    return None


def _is_within(finding: Finding, ranges: Sequence[Range]) -> bool:
    return any(_contains(one, range_of(finding.span)) for one in ranges)


def _contains(outer: Range, inner: Range) -> bool:
    return outer[0] == inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2]
