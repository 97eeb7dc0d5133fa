"""Messages: a rule's text with the user's own words in it."""

from __future__ import annotations

from itertools import chain

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..iam.policy import Document, Statement
    from .clauses import Binding
    from .elements import Witness
    from .lookups import Lookups

MOST_SHOWN = 3
"""Elements of a list that a message names."""
LONGEST = 100
"""Characters of one element that a message shows."""


@record
class Subject:
    """What a message is about; ``witnesses`` are those of the binding by field."""

    binding: Binding
    witness: Witness | None
    document: Document | None
    witnesses: Mapping[str, Sequence[Witness]]


def by_field(binding: Binding) -> dict[str, list[Witness]]:
    """The witnesses of *binding* by field, for all its messages: there may be thousands."""
    found: dict[str, list[Witness]] = {}
    for witness in binding.witnesses:
        found.setdefault(witness.field, []).append(witness)
    return found


def render(template: str, subject: Subject, lookups: Lookups) -> str:
    """*template* with values for its placeholders."""
    text, at = "", 0
    while True:
        start = template.find("{", at)
        if start < 0:
            return text + template[at:]
        end = template.index("}", start)
        text += template[at:start] + _value(template[start + 1 : end], subject, lookups)
        at = end + 1


def _value(name: str, subject: Subject, lookups: Lookups) -> str:
    if name in PLACEHOLDERS:
        return PLACEHOLDERS[name](subject, lookups)
    witness = subject.witness
    if witness is not None and witness.field == name:
        return shortened(witness.shown)
    bound = subject.witnesses.get(name, ())
    if witness is not None and witness.condition is not None:
        bound = [w for w in bound if w.condition in (witness.condition, None)]
    return _listed([w.shown for w in bound] or _own(name, subject))


def _nearest(subject: Subject, lookups: Lookups) -> str:
    """A suggestion for the reported action, as the end of a sentence; empty if there is none."""
    witness = subject.witness
    if witness is None or witness.term is None:
        return ""
    near = lookups.catalogue.nearest_action(witness.term.text.written)
    return f"; did you mean {near}?" if near else ""


def _reason(subject: Subject, lookups: Lookups) -> str:
    """Why the reported text, or the first other witness, is not a valid ARN."""
    witness = subject.witness
    fields = ("resource", "value", "arn")
    first = (witness,) if witness is not None and witness.field in fields else ()
    others = (w for field in fields for w in subject.witnesses.get(field, ()))
    reasons = (lookups.reason(w.term) for w in chain(first, others) if w.term)
    return next((reason for reason in reasons if reason), "it does not have the form of an ARN")


PLACEHOLDERS = {"nearest": _nearest, "reason": _reason}
"""The placeholders that are not fields: those of ``words.WORDS``."""


def _own(name: str, subject: Subject) -> list[str]:
    """The statement's or the document's own value of the field *name*."""
    statement, document = subject.binding.statement, subject.document
    if name == "kind":
        return list(document.kinds) if document else []
    if statement is None:
        return []
    if name in ("effect", "sid"):
        text = statement.effect if name == "effect" else statement.sid
        return [text.written] if text is not None else []
    return list(_elements(name, statement))


def _elements(name: str, statement: Statement) -> Iterable[str]:
    if name in ("action", "resource"):
        for element in statement.actions if name == "action" else statement.resources:
            shown = ", ".join(text.written for text in element.texts)
            yield f"Not{name.capitalize()} {shown}" if element.complement else shown
    elif name == "principal":
        for principal in statement.principals:
            yield principal.id.written
    else:
        for condition in statement.conditions:
            if name == "value":
                yield from (value.written for value in condition.values)
            else:
                yield condition.operator.written if name == "operator" else condition.key.written


def _listed(values: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(values))
    shown = [shortened(value) for value in distinct[:MOST_SHOWN]]
    more = len(distinct) - MOST_SHOWN
    if more > 0:
        return ", ".join(shown) + f" and {more} more"
    return ", ".join(shown)


def shortened(text: str) -> str:
    """*text* on one line, truncated if it is long."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
