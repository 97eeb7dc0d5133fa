"""Messages: a rule's text with the user's own words in it."""

from __future__ import annotations

from itertools import chain

from ..base.record import record
from .shown import LONGEST, listed, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..iam.policy import Document, Statement
    from .elements import Witness
    from .lookups import Lookups
    from .matches import Binding


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
    return listed([w.shown for w in bound] or _own(name, subject))


def _nearest(subject: Subject, lookups: Lookups) -> str:
    """A suggestion for the reported action or key, as the end of a sentence; empty if there is none."""
    witness = subject.witness
    if witness is None or witness.term is None:
        return ""
    near = lookups.nearest(witness.field, witness.term.text.written)
    return f"; did you mean {near}?" if near else ""


def _as_of(_: Subject, lookups: Lookups) -> str:
    """The date of the AWS data."""
    return lookups.catalogue.as_of


def _mistake(subject: Subject, _: Lookups) -> str:
    """What breaks the grammar at the reported place."""
    return _asked("mistake", subject, "the grammar is broken")


def _reason(subject: Subject, lookups: Lookups) -> str:
    """Why the reported text, or the first other witness, is not a valid ARN."""
    witness = subject.witness
    fields = ("resource", "value", "arn")
    first = (witness,) if witness is not None and witness.field in fields else ()
    others = (w for field in fields for w in subject.witnesses.get(field, ()))
    reasons = (lookups.reason(w.term) for w in chain(first, others) if w.term)
    return next((reason for reason in reasons if reason), "it does not have the form of an ARN")


def _element(subject: Subject, _: Lookups) -> str:
    """The element that keeps the statement from every request: ``Resource`` or a condition key."""
    return _asked("element", subject, "one of its elements")


def _because(subject: Subject, _: Lookups) -> str:
    """Why no request meets the reported text or statement, or what the decision rests on."""
    return _asked("because", subject, "no request fits it")


def _request(subject: Subject, _: Lookups) -> str:
    """The action of the request that was asked about."""
    return _asked("request", subject, "the request")


def _covering(subject: Subject, lookups: Lookups) -> str:
    """What stands for the reported element or statement, and makes it redundant."""
    statement, document = subject.binding.statement, subject.document
    if statement is None or document is None or subject.witness is None:
        return "another one"
    witness, redundancy = subject.witness, lookups.redundancy
    if witness.field == "statement":
        other = redundancy.of_statements(document).get(id(statement))
        return _named(other) if other is not None else "another one"
    key = witness.shown, witness.span.key()
    text = redundancy.of(witness.field, statement).get(key)
    for condition in statement.conditions if witness.field == "value" else ():
        if condition.span == witness.condition:
            text = redundancy.of_values(condition, statement).get(key) or text
    if text is None:
        return "another one"
    is_same = text.written == witness.shown and witness.field != "value"
    return shortened(f"an earlier {text.written}" if is_same else text.written)


def _named(statement: Statement) -> str:
    """*statement* by its Sid, else by its line."""
    sid = statement.sid.written if statement.sid is not None else ""
    return shortened(sid) if sid else f"the one in line {statement.span.place().split(':')[-2]}"


def _range(subject: Subject, _: Lookups) -> str:
    """The range that the reported address stands for."""
    from ..iam.addresses import range_of

    return range_of(subject.witness.shown) if subject.witness is not None else "another one"


def _effective(subject: Subject, _: Lookups) -> str:
    """The actions on which the reported elements give the statement an effect."""
    return _names("effective", subject)


def _undenied(subject: Subject, _: Lookups) -> str:
    """The actions that the Deny statements leave."""
    return _names("undenied", subject)


def _names(field: str, subject: Subject) -> str:
    return ", ".join(dict.fromkeys([w.shown for w in subject.witnesses.get(field, ())]))


def _asked(field: str, subject: Subject, otherwise: str) -> str:
    """The witness of *field* that belongs to the reported one, else the first."""
    own = subject.witness
    bound = subject.witnesses.get(field, ())
    if own is not None:
        near = [w for w in bound if w.span in (own.span, own.condition)]
        bound = near or bound
    return shortened(bound[0].shown, LONGEST * 2) if bound else otherwise


PLACEHOLDERS = {
    "nearest": _nearest,
    "as-of": _as_of,
    "mistake": _mistake,
    "reason": _reason,
    "element": _element,
    "because": _because,
    "request": _request,
    "covering": _covering,
    "range": _range,
    "effective": _effective,
    "undenied": _undenied,
}
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
