"""Drawings as SVG: a file of its own, or a part of the page of ``html``.

It has no script and refers to nothing outside. Colours follow the reader's light or dark theme; without
them, signs, words and the styles of lines say the same.
"""

from __future__ import annotations

from ..files.reports import SVG
from .drawing import ALLOWED, DENIED, PLAIN, SENTENCE, UNKNOWN, cut, rules_of, wrapped
from .printable import html_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..findings.result import Result
    from .drawing import Arrow, Box, Drawing, Mark

_MARGIN, _BOX, _RIGHT_BOX, _WIDTH = 10, 240, 280, 920
"""The margin, how wide the hub, the other boxes and the drawing are."""
_START, _END = _MARGIN + _BOX, _WIDTH - _MARGIN - _RIGHT_BOX
"""Where arrows are, from left to right."""
_TIP, _CHAR, _SMALL = 14, 7.3, 6.7
"""How wide the tip of an arrow and characters are."""
_LINE, _GAP, _LEAST = 16, 18, 76
"""How high a line, the space between boxes and a box are."""
_IN_HUB, _IN_BOX, _NOTE = 30, 36, 130
"""Characters of a line."""
_SIGNS = {ALLOWED: "\N{CHECK MARK} ", DENIED: "\N{BALLOT X} ", UNKNOWN: "? "}


def report(result: Result, *, show_suppressed: bool) -> str:
    """The set-ups of *result* as a file of its own, in ASCII."""
    from .setup_drawings import drawings_of

    return text_of(drawings_of(result, show_suppressed=show_suppressed))


def text_of(drawings: Sequence[Drawing]) -> str:
    """*drawings* as a file of its own, in ASCII, one below the other."""
    parts: list[str] = []
    top = 0
    for drawing in drawings:
        shapes, bottom = _shapes(drawing, top)
        parts += shapes
        for line in drawing.told():
            for piece in wrapped(line, _NOTE):
                parts.append(_text(_MARGIN, bottom + _LINE, piece, "small"))
                bottom += _LINE
        top = bottom + 2 * _GAP
    title = html_text(", ".join(cut(one.hub.name, _NOTE) for one in drawings[:3]))
    told = html_text(". ".join(line for one in drawings for line in one.sentences()))
    lines = [
        f'{SVG} viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}" role="img" aria-labelledby="title told">',
        f'<title id="title">{title}</title>',
        f'<desc id="told">{told}</desc>',
        f"<style>{style()}</style>",
        f'<rect class="page" width="{_WIDTH}" height="{top}"/>',
        *[part for part in parts if part],
        "</svg>\n",
    ]
    return "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode("ascii")


def style() -> str:
    """The style of drawings."""
    import os

    with open(os.path.join(os.path.dirname(__file__), "drawing.css"), encoding="ascii") as file:
        return file.read()


def element(drawing: Drawing) -> str:
    """*drawing* as an element of a page, with links to findings."""
    shapes, bottom = _shapes(drawing, 0)
    label = html_text(f"{drawing.hub.name} and its partners")
    return (
        f'<svg viewBox="0 0 {_WIDTH} {bottom + _MARGIN}" role="group" aria-label="{label}">'
        f"{''.join(shapes)}</svg>"
    )


def _shapes(drawing: Drawing, top: int) -> tuple[list[str], int]:
    """The shapes of *drawing*, which begins at *top*, and where it ends."""
    top += _MARGIN
    y = top
    parts: list[str] = []
    for box in drawing.boxes:
        start = y
        y += 4
        for arrow in box.arrows:
            y = _arrow(parts, arrow, y, inward=box.inward)
        lines = _lines_of(box)
        y = max(y + 4, start + _LEAST, start + 12 + _LINE * len(lines))
        _box(parts, box, (_END, start, _RIGHT_BOX, y - start), _IN_BOX)
        y += _GAP
    hub = drawing.hub
    bottom = max(y - _GAP, top + 12 + _LINE * len(_lines_of(hub)))
    _box(parts, hub, (_MARGIN, top, _BOX, bottom - top), _IN_HUB)
    return parts, bottom


def _arrow(parts: list[str], arrow: Arrow, y: int, *, inward: bool) -> int:
    """Add *arrow* below *y*, with its words above and more below it; where it ends."""
    left, right = (_START + 8, _END) if inward else (_START, _END - 8)
    if arrow.state == PLAIN:
        left, right = _START, _END
    at, back = (_START, _START + 10) if inward else (_END, _END - 10)
    parts.append(f'<g class="edge {arrow.state}"><title>{html_text(arrow.tip)}</title>')
    y += 2
    for line in wrapped(f"{_SIGNS.get(arrow.state, '')}{arrow.words}"):
        y += _LINE
        parts.append(_text(_START + _TIP, y - 6, line, "word"))
    parts.append(
        f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}"/>'
        f'<polygon points="{back},{y - 5} {at},{y} {back},{y + 5}"/>'
    )
    names = " ".join(rules_of(arrow.marks))
    first = y = y + _LINE
    for number, line in enumerate(arrow.lines):
        y = first + number * _LINE
        room = _END - _START - 2 * _TIP - ((len(names) + 2) * _CHAR if y == first else 0)
        parts.append(_text(_START + _TIP, y, cut(line, int(room / _SMALL)), "small"))
    parts.append("</g>")
    if names:
        parts.append(
            f'<text x="{_END - _TIP}" y="{first}" text-anchor="end">{_links(arrow.marks)}</text>'
        )
    return y + 10


def _lines_of(box: Box) -> list[tuple[str, str]]:
    """The lines in *box* with their classes, but for the rules."""
    lines = [(box.kind, "kind"), (box.name, "")]
    lines += [(line, "small") for line in box.lines]
    return [*[one for one in lines if one[0]], *([("", "")] if box.marks else [])]


def _box(parts: list[str], box: Box, at: tuple[int, int, int, int], length: int) -> None:
    """Add *box* at x, y, width and height."""
    x, y, width, height = at
    kind = "box" if box.is_known else "box missing"
    parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')
    for line, css in _lines_of(box):
        y += _LINE
        parts.append(_text(x + 10, y + 4, cut(line, length), css, title=line))
    if box.marks:
        parts.append(f'<text x="{x + 10}" y="{y + 4}">{_links(box.marks)}</text>')


def _text(x: int, y: int, value: str, css: str, title: str = "") -> str:
    if not value:
        return ""
    tip = f"<title>{html_text(cut(title, SENTENCE))}</title>" if title and title != value else ""
    kind = f' class="{css}"' if css else ""
    return f'<text x="{x}" y="{y}"{kind}>{tip}{html_text(value)}</text>'


def _links(marks: Sequence[Mark]) -> str:
    """The rules of *marks*, each a link to its first finding if that has an anchor."""
    anchors: dict[str, str] = {}
    for one in marks:
        anchors.setdefault(one.rule, one.anchor)
    return " ".join(_named(rule, anchors.get(rule, "")) for rule in rules_of(marks))


def _named(rule: str, anchor: str) -> str:
    return f'<a href="#{anchor}">{html_text(rule)}</a>' if anchor else html_text(rule)
