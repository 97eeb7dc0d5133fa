"""The set-ups of a run, as text and as JSON: each resource, its partners, and the answer to each request."""

from __future__ import annotations

from ..base.choices import DRAWN_FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..findings.result import Result
    from ..findings.setup import ShownSetup

_NOT_IN_VIEW = "not in view"


def as_form(result: Result, form: str, *, show_suppressed: bool) -> str:
    """The set-ups of *result* as *form*: a drawing, which also has findings, JSON or else text."""
    from .formats import report
    from .printable import safe_text

    if form in DRAWN_FORMATS:
        return report(result, form, show_suppressed=show_suppressed)
    if form == "json":
        return safe_text(as_json(result.setups))
    return safe_text("".join(f"{line}\n" for line in as_text(result.setups)))


def as_text(setups: Sequence[ShownSetup]) -> Iterator[str]:
    """*setups* in lines of text."""
    if not setups:
        yield "no trail in these files"
    for number, one in enumerate(setups):
        if number:
            yield ""
        yield f"{one.place}: {one.address} ({one.type})"
        for partner in one.partners:
            named = f": {partner.named}" if partner.named else ""
            where = (
                f"{partner.address} ({partner.place})"
                if partner.address
                else f"{_NOT_IN_VIEW}{named}"
            )
            order = f", {partner.order}" if partner.order else ""
            yield f"  {partner.through}: {where}{order}"
        for request in one.requests:
            on = f" on {request.on}" if request.on else ""
            yield f"  {request.answer}: {request.action}{on}"
            if request.because:
                yield f"      {request.because}"


def as_json(setups: Sequence[ShownSetup]) -> str:
    """*setups* as JSON."""
    import json

    shown = [
        {
            "address": one.address,
            "type": one.type,
            "place": one.place,
            "partners": [
                {
                    "part": partner.part,
                    "through": partner.through,
                    "address": partner.address or None,
                    "value": partner.named or None,
                    "place": partner.place or None,
                    "order": partner.order or None,
                }
                for partner in one.partners
            ],
            "requests": [
                {
                    "name": request.name,
                    "action": request.action,
                    "on": request.on or None,
                    "by": request.by or None,
                    "about": request.about,
                    "answer": request.answer,
                    "because": request.because or None,
                }
                for request in one.requests
            ],
        }
        for one in setups
    ]
    return json.dumps({"setups": shown}, indent=2, ensure_ascii=False) + "\n"
