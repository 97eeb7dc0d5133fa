"""What SVG, Mermaid and DOT draw: a box in the middle (the hub), boxes beside it, and arrows between them."""

from __future__ import annotations

from ..base.record import record
from .printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ALLOWED, DENIED, UNKNOWN = "allowed", "denied", "unknown"
"""States of arrows: what CloudTrail asks for."""
MAY, PERHAPS = "may", "perhaps"
"""States of arrows: what a principal may do."""
PLAIN = "plain"
"""The state of an arrow that nothing decides."""

LABEL, LINES = 50, 10
"""Characters of a line on an arrow, and lines."""
GRAPH_WIDTH = 90
"""Characters of a line in a box, on an arrow or in a note of Mermaid and Graphviz, which place the boxes."""
NAMES = 3
"""Rules that an arrow or a box names."""
MOST_TOLD = 12
"""Findings that are told below a drawing."""
SENTENCE = 400
"""Characters of a line that says all."""


@record
class Mark:
    """A finding on a part of a drawing: its rule, its place and message; ``anchor`` is its id in a page."""

    rule: str
    told: str
    anchor: str = ""


@record
class Arrow:
    """An arrow: its state, the words on it, and more in ``lines``; ``whole`` has all in one line."""

    state: str
    words: str
    lines: tuple[str, ...] = ()
    whole: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def tip(self) -> str:
        """What it says in one line."""
        return cut(self.whole or self.words, SENTENCE)


@record
class Box:
    """A box with the ``arrows`` between it and the hub; ``inward``: they point to the hub.

    ``is_known`` is False for what is not in view.
    """

    kind: str
    name: str
    lines: tuple[str, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    inward: bool = False
    is_known: bool = True
    marks: tuple[Mark, ...] = ()


@record
class Drawing:
    """The ``hub`` and the ``boxes`` beside it; ``notes`` are told below."""

    hub: Box
    boxes: tuple[Box, ...] = ()
    notes: tuple[str, ...] = ()

    def marks(self) -> Iterator[Mark]:
        """All findings, those of the hub first."""
        yield from self.hub.marks
        for box in self.boxes:
            yield from box.marks
            for arrow in box.arrows:
                yield from arrow.marks

    def told(self) -> Iterator[str]:
        """The findings, one line each, and the notes."""
        lines = list(dict.fromkeys(cut(f"{one.rule} {one.told}", SENTENCE) for one in self.marks()))
        yield from lines[:MOST_TOLD]
        if len(lines) > MOST_TOLD:
            yield f"and {len(lines) - MOST_TOLD} more findings"
        yield from (cut(line, SENTENCE) for line in self.notes)

    def sentences(self) -> Iterator[str]:
        """The drawing in words, for who does not see it."""
        for box in self.boxes:
            name = " ".join(cut(one, LABEL) for one in (box.kind, box.name) if one)
            for arrow in box.arrows:
                marks = " ".join(rules_of(arrow.marks))
                yield f"{name}: {arrow.tip}" + (f" ({marks})" if marks else "")
        yield from self.told()


def rules_of(marks: Sequence[Mark]) -> list[str]:
    """The rules of *marks*, each once, and how many more there are."""
    rules = list(dict.fromkeys(one.rule for one in marks))
    more = [f"and {len(rules) - NAMES} more"] if len(rules) > NAMES else []
    return [*rules[:NAMES], *more]


def cut(value: str, length: int) -> str:
    """*value* made printable, without its middle if it is longer than *length*."""
    shown = printable(value)
    if len(shown) <= length:
        return shown
    half = (length - 1) // 2
    return f"{shown[: length - 1 - half]}\N{HORIZONTAL ELLIPSIS}{shown[-half:]}"


def wrapped(value: str, length: int = LABEL, most: int = LINES) -> list[str]:
    """*value* made printable, as lines of at most *length*; of more than *most*, the last is cut."""
    from textwrap import wrap

    words = " ".join(cut(word, length) for word in value.split())
    return wrap(
        words,
        length,
        max_lines=most,
        placeholder=" \N{HORIZONTAL ELLIPSIS}",
        break_long_words=True,
        break_on_hyphens=False,
    ) or [""]


def box_lines(box: Box, length: int) -> list[str]:
    """What is written in *box*: its kind, its name, more lines, and the rules of its findings."""
    lines = (box.kind, box.name, *box.lines, " ".join(rules_of(box.marks)))
    return [cut(line, length) for line in lines if line]


def arrow_lines(arrow: Arrow, length: int) -> list[str]:
    """What is written on *arrow*, with the rules of its findings."""
    lines = [*wrapped(arrow.words), *arrow.lines, " ".join(rules_of(arrow.marks))]
    return [cut(line, length) for line in lines if line]


def note_lines(drawing: Drawing) -> list[str]:
    """What is told below *drawing*, as lines for Mermaid and Graphviz."""
    return [line for one in drawing.told() for line in wrapped(one, GRAPH_WIDTH)]


def escaped(text: str, harmless: Callable[[str], bool], form: str) -> str:
    """*text* made printable, with each character that is not *harmless* as *form* has its number."""
    shown = printable(text)
    return "".join(char if harmless(char) else form.format(ord(char)) for char in shown)
