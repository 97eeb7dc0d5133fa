"""Drawings as a graph for Graphviz."""

from __future__ import annotations

from ..files.reports import DOT
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
    from collections.abc import Iterable, Iterator, Sequence

    from ..findings.result import Result
    from .drawing import Drawing

_STYLES = {
    ALLOWED: 'color="#17702f", fontcolor="#17702f"',
    DENIED: 'color="#b42318", fontcolor="#b42318", style=bold, arrowhead=tee',
    UNKNOWN: 'color="#59626d", fontcolor="#59626d", style=dashed',
    MAY: "style=bold",
    PERHAPS: "style=dashed",
    PLAIN: "arrowhead=none",
}


def report(result: Result, *, show_suppressed: bool) -> str:
    """The set-ups of *result* as a graph."""
    from .setup_drawings import drawings_of

    return text_of(drawings_of(result, show_suppressed=show_suppressed))


def text_of(drawings: Sequence[Drawing]) -> str:
    """*drawings* as one graph, each as a cluster of it."""
    return "".join(f"{line}\n" for line in _lines(drawings))


def _lines(drawings: Sequence[Drawing]) -> Iterator[str]:
    yield f"{DOT}digraph {{"
    yield "  rankdir=LR;"
    yield '  node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    for number, drawing in enumerate(drawings):
        yield f"  subgraph cluster_{number} {{"
        yield "    style=invis;"
        hub = f"n{number}"
        yield f"    {hub} [label={_text(box_lines(drawing.hub, GRAPH_WIDTH))}];"
        for at, box in enumerate(drawing.boxes):
            style = "" if box.is_known else ', style="rounded,dashed"'
            yield f"    {hub}_{at} [label={_text(box_lines(box, GRAPH_WIDTH))}{style}];"
            ends = f"{hub}_{at} -> {hub}" if box.inward else f"{hub} -> {hub}_{at}"
            for arrow in box.arrows:
                label, tip = _text(arrow_lines(arrow, GRAPH_WIDTH)), _text([arrow.tip])
                style = _STYLES[arrow.state]
                yield f"    {ends} [label={label}, tooltip={tip}, {style}];"
        notes = note_lines(drawing)
        if notes:
            left = _text(notes, end="\\l")
            yield f"    t{number} [shape=note, style=solid, label={left}];"
        yield "  }"
    yield "}"


def _text(lines: Iterable[str], end: str = "") -> str:
    """*lines* in quotes, with *end* behind the last and between them."""
    # Graphviz reads entities first, then escapes.
    shown = [escaped(x, _is_harmless, "&#{};").replace("\\", "\\\\") for x in lines]
    return '"' + (end or "\\n").join(shown) + end + '"'


def _is_harmless(char: str) -> bool:
    """Whether *char* is itself in a quoted text: an entity begins with an ampersand."""
    return " " <= char <= "~" and char not in '"&'
