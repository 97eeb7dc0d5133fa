"""The set-ups of a page: each as a drawing, and its answers as tables."""

from __future__ import annotations

from .printable import html_text
from .setup_drawings import STATES, Placed, drawing
from .svg import element
from .who_drawing import condition, notes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..findings.setup import ShownSetup, ShownWho
    from .setup_drawings import Anchored


def pictures(setups: Sequence[ShownSetup], findings: Sequence[Anchored]) -> Iterator[str]:
    """A section with a drawing of each of *setups*, and the answers as tables."""
    yield "<h2>Set-ups</h2>"
    placed = Placed(findings)
    for number, setup in enumerate(setups, 1):
        label = html_text(f"Picture {number}: {setup.address}")
        yield f'<section class="setup">\n<h3>{html_text(setup.address)}</h3>'
        yield f'<p class="about">{html_text(f"{setup.place}, {setup.type}")}</p>'
        yield f'<div class="picture" tabindex="0" role="region" aria-label="{label}">{element(drawing(setup, placed))}</div>'
        for line in notes_of(setup):
            yield f'<p class="about">{html_text(line)}</p>'
        if setup.who is not None and setup.who.principals:
            yield from _who(setup.address, setup.who)
        yield from _table(setup)
        yield "</section>"


def _who(address: str, who: ShownWho) -> Iterator[str]:
    """Who may stop *address*, as a table."""
    yield (
        f"<details><summary>Who may stop {html_text(address)}</summary>\n"
        '<table class="answers">\n<tr><th scope="col">answer</th><th scope="col">principal</th>'
        '<th scope="col">what</th><th scope="col">by</th><th scope="col">depends on</th></tr>'
    )
    for one in who.principals:
        for grant in one.grants:
            depends = "" if grant.certain else condition(grant.depends_on)
            cells = (
                "yes" if grant.certain else "perhaps",
                one.label,
                ", ".join(grant.actions),
                grant.at,
                depends,
            )
            yield "<tr>" + "".join(f"<td>{html_text(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table></details>"


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
            f'<tr><td class="{STATES[one.answer]}">{one.answer}</td>'
            + "".join(f"<td>{html_text(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    yield "</table></details>"
