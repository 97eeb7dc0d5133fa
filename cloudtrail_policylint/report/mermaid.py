"""Drawings as a flowchart for Mermaid, which GitHub and GitLab show in Markdown."""

from __future__ import annotations

from ..files.reports import MERMAID
from .drawing import (
    ALLOWED,
    DENIED,
    GRAPH_WIDTH,
    MAY,
    PERHAPS,
    PLAIN,
    UNKNOWN,
    arrow_lines,
    box_lines,
    escaped,
    note_lines,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..findings.result import Result
    from .drawing import Drawing

_WIDE = '%%{init: {"flowchart": {"wrappingWidth": 900}}}%%'
"""Lines are broken here, not by Mermaid."""
MAX_TEXT, MAX_ARROWS = 40_000, 450
"""Mermaid takes 50,000 characters and 500 arrows (maxTextSize and maxEdges, which a text cannot raise)."""
_ARROWS = {
    ALLOWED: "-->",
    DENIED: "--x",
    UNKNOWN: "-.->",
    MAY: "==>",
    PERHAPS: "-.->",
    PLAIN: "---",
}
_COLORS = {ALLOWED: "#2e8b57", DENIED: "#d1382c", UNKNOWN: "#76808c"}
"""Colours that can be seen on white and on black."""


def report(result: Result, *, show_suppressed: bool) -> str:
    """The set-ups of *result* as a flowchart."""
    from .setup_drawings import drawings_of

    return text_of(drawings_of(result, show_suppressed=show_suppressed))


def text_of(drawings: Sequence[Drawing]) -> str:
    """*drawings* as one flowchart, several as subgraphs of it; what Mermaid would refuse is left out."""
    chart = _Chart()
    for number, drawing in enumerate(drawings):
        if len(drawings) > 1:
            chart.add([f"  subgraph s{number}[{_text([drawing.hub.name])}]", "  direction LR"])
        _draw(chart, f"n{number}", drawing)
        if len(drawings) > 1:
            chart.add(["  end"])
        if chart.is_full and number + 1 < len(drawings):
            chart.left_out += len(drawings) - number - 1
            break
    return chart.text()


class _Chart:
    """The lines of a flowchart, as far as Mermaid takes them."""

    def __init__(self) -> None:
        self.left_out = 0
        self._lines: list[str] = []
        self._states: list[str] = []
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether it is not sure that another box is taken."""
        return self._size > MAX_TEXT or len(self._states) > MAX_ARROWS

    def add(self, lines: Sequence[str], states: Sequence[str] = ()) -> None:
        """Add *lines* with arrows of *states*."""
        self._lines += lines
        self._states += states
        self._size += sum(len(line) + 1 for line in lines)

    def text(self) -> str:
        """The flowchart, with its styles."""
        if self.left_out:
            more = (
                f"{self.left_out:,} more are left out: Mermaid would not draw all, svg and dot do"
            )
            self.add([f"  more[{_text([more])}]:::note"])
        self.add(["  classDef missing stroke-dasharray: 5 4"])
        self.add(["  classDef note fill:none,stroke:none,text-align:left"])
        for state, color in _COLORS.items():
            links = [str(number) for number, one in enumerate(self._states) if one == state]
            if links:
                style = f"stroke:{color},stroke-width:2px"
                self.add([f"  linkStyle {','.join(links)} {style}"])
        return "".join(f"{line}\n" for line in (f"{MERMAID}{_WIDE}", "flowchart LR", *self._lines))


def _draw(chart: _Chart, hub: str, drawing: Drawing) -> None:
    """Add the boxes and arrows of *drawing*, whose hub has the id *hub*, to *chart*."""
    chart.add([f"  {hub}[{_text(box_lines(drawing.hub, GRAPH_WIDTH))}]"])
    for at, box in enumerate(drawing.boxes):
        if chart.is_full:
            chart.left_out += len(drawing.boxes) - at
            break
        style = "" if box.is_known else ":::missing"
        ends = (f"{hub}_{at}", hub) if box.inward else (hub, f"{hub}_{at}")
        arrows = [
            f"  {ends[0]} {_ARROWS[one.state]}|{_text(arrow_lines(one, GRAPH_WIDTH))}| {ends[1]}"
            for one in box.arrows
        ]
        chart.add(
            [f"  {hub}_{at}[{_text(box_lines(box, GRAPH_WIDTH))}]{style}", *arrows],
            [one.state for one in box.arrows],
        )
    notes = note_lines(drawing)
    if notes:
        chart.add([f"  {hub}_notes[{_text(notes)}]:::note"])


def _text(lines: Iterable[str]) -> str:
    """*lines* in quotes; all but letters, digits and harmless signs as entities."""
    return '"' + "<br/>".join(escaped(line, _is_harmless, "#{};") for line in lines) + '"'


def _is_harmless(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in " _./:,-*")
