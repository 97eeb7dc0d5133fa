"""What keeps a request of a set-up from being allowed, and what an answer depends on, in words."""

from __future__ import annotations

import os

from ..base.lazy_regex import regex
from ..decisions.operators import named
from ..decisions.values import SHAPES, holes, written
from ..iam.arns import FIELDS, split
from ..iam.patterns import MAYBE, NO, YES
from ..setups.model import PARTITIONS, REGIONS
from ..setups.values import with_plain_names
from ..tree.nodes import Hole
from .shown import listed, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..decisions.request import Request
    from ..decisions.statements import Answer
    from ..decisions.values import Parts
    from ..iam.policy import Action, Condition, Document, Resource
    from ..setups.model import Resource as Partner
    from ..tree.source import Span

STATEMENT, PRINCIPAL, RESOURCE, DENY, OTHER = "statement", "principal", "resource", "deny", "other"
"""What a request lacks: a statement for it, the right principal or resource in it; or what denies it.

Any other is a condition key.
"""
_REGION, _ACCOUNT, _PARTITION = _WHERE = ("region", "account", "partition")
_HINT = "the setting deployed can say it"
_FORM = regex(r"(?<!\$)\{(?:any|field|name|account)\}")


def cause_of(answers: Sequence[Answer]) -> tuple[str, list[tuple[Span, str]]]:
    """What keeps the Allows that are for the request from it, and where."""
    near = [
        one
        for one in answers
        if one.effect == "Allow"
        and one.action != NO
        and max(one.principal(deny=False).values()) != NO
    ]
    if not near:
        return STATEMENT, []
    right = [one for one in near if one.resource != NO]
    if not right:
        return RESOURCE, [
            (_place_of("resource", one.statement.resources, one), "this names other resources")
            for one in near
        ]
    keys = []
    places = []
    for one in right:
        missed = [(c, v) for c, v in one.conditions if v == NO]
        for condition, _ in missed[:1]:
            keys.append((condition.key.literal or "").lower())
            place = condition.values[0].span if len(condition.values) == 1 else condition.span
            places.append((place, "this condition does not hold"))
    if len(keys) == len(right) and len(set(keys)) == 1:
        return keys[0], places
    return OTHER, places


def denials_in(answers: Sequence[Answer]) -> list[tuple[Span, str]]:
    """The actions of the statements that certainly deny the request."""
    return [
        (_place_of("action", one.statement.actions, one), "this denies it")
        for one in answers
        if one.effect == "Deny" and max(one.applies(deny=True).values()) == YES
    ]


def _place_of(field: str, elements: Iterable[Action | Resource], answer: Answer) -> Span:
    """Where the statement of *answer* has *elements*: the text if it is one, else the *field*."""
    texts = [text for one in elements for text in one.texts]
    if len(texts) == 1:
        return texts[0].span
    return answer.statement.fields.get(field, answer.statement.span)


def difference(cause: str, answers: Sequence[Answer], request: Request) -> str:
    """Why the one condition that keeps *request* out does not hold; empty if there are more."""
    missed = {
        (
            condition.key.written,
            condition.operator.written,
            tuple(one.written for one in condition.values),
        )
        for answer in answers
        if answer.effect == "Allow" and answer.action != NO
        for condition, verdict in answer.conditions
        if verdict == NO and (condition.key.literal or "").lower() == cause
    }
    if len(missed) != 1:
        return ""
    key, written_operator, values = missed.pop()
    has, operator = request.key(cause), named(written_operator)
    if has.present == NO:
        return f"the request has no {key}"
    if operator is not None and operator.operator is None:
        return f"only requests without {key} meet {written_operator}" if has.present == YES else ""
    if operator is None or operator.operator is None or has.values is None:
        return ""
    if len(has.values) != 1 or len(has.values[0]) != 1 or not has.values[0][0]:
        return ""
    actual = shortened(plain(written(has.values[0][0])))
    if operator.operator.negated:
        return f"{written_operator} excludes {actual}"
    return f"{shortened(with_plain_names(values[0]))} is not {actual}" if len(values) == 1 else ""


def because(cause: str, on: str, partner: Partner) -> str:
    """Why a request about *on* is denied, by what it lacks in the policies of *partner*."""
    name = partner.address
    if cause == STATEMENT:
        return f"no Allow in the policy of {name} is for it"
    if cause == RESOURCE:
        return f"no Allow in the policy of {name} names {on}"
    if cause == DENY:
        return f"a statement of the policy of {name} denies it"
    return f"the conditions of the policy of {name} do not hold"


class Open:
    """What an answer that cannot be told depends on: the request for *resource*, or the policy of *partner*.

    *account* is how the account of the request is spelled.
    """

    def __init__(
        self, request: Request, resource: Partner, partner: Partner, account: Parts | None
    ) -> None:
        self._request = request
        self._resource = resource
        self._partner = partner
        self._account = written(account or ())

    def because(self, documents: Sequence[Document], answers: Sequence[Answer]) -> str:
        """What the answer depends on, where *answers* are those of the statements of *documents*."""
        name = self._partner.address
        found = self._unknown(answers) if all(one.complete for one in documents) else None
        if found is None:
            return f"it depends on what is not known of the policy of {name}"
        if not found:
            return "it depends on what is not known of the request"
        where = [one for one in _WHERE if one in found]
        names = [f"the {' and '.join(where)} of {self._resource.address}"] if where else []
        names += [one for one in found if one not in where]
        hint = f" ({_HINT})" if {_REGION, _ACCOUNT} & set(where) else ""
        return f"it depends on {listed(names)}: not known from these files{hint}"

    def _unknown(self, answers: Sequence[Answer]) -> list[str] | None:
        """What is not known of the request; None if it is something of a statement."""
        verdicts = [(one, max(one.applies(deny=one.effect == "Deny").values())) for one in answers]
        is_allowed = any(one.effect == "Allow" and verdict == YES for one, verdict in verdicts)
        undecided = [
            one
            for one, verdict in verdicts
            if verdict == MAYBE and not (is_allowed and one.effect == "Allow")
        ]
        found: dict[str, None] = {}
        for one in undecided:
            principal = max(one.principal(deny=one.effect == "Deny").values())
            if one.effect is None or one.statement.optional or MAYBE in (one.action, principal):
                return None
            if one.resource == MAYBE:
                texts = [
                    text.parts for element in one.statement.resources for text in element.texts
                ]
                unknown = self._differing(texts, [self._request.resource])
                if unknown is None:
                    return None
                found |= dict.fromkeys(unknown)
            for condition, verdict in one.conditions:
                unknown = self._of_condition(condition) if verdict == MAYBE else ()
                if unknown is None:
                    return None
                found |= dict.fromkeys(unknown)
        return list(found) if undecided else None

    def _of_condition(self, condition: Condition) -> Iterable[str] | None:
        key = condition.key.literal
        if key is None or not condition.certain:
            return None
        has = self._request.key(key.lower())
        if has.values is None or has.present == MAYBE:
            return [f"{key} of the request"]
        wanted = [value.parts for value in condition.values]
        return self._differing(wanted, [one for values in has.values for one in values])

    def _differing(self, wanted: Sequence[Parts], values: Sequence[Parts]) -> Iterable[str] | None:
        """What is not known of *values* where a text of *wanted* is no wildcard; None if one of them is not known."""
        unknown = [[p for p in text if not isinstance(p, Hole) or not p.values] for text in wanted]
        if holes(map(tuple, unknown)) - self._request.shared:
            return None
        return [
            name
            for value in values
            for text in wanted
            for hole in _compared(text, value)
            if (name := self._name(hole))
        ]

    def _name(self, hole: Hole) -> str:
        """What *hole* of the request is; empty for what differs between such requests."""
        text = hole.written
        if text in SHAPES:
            return ""
        if text in REGIONS:
            return _REGION
        if text in PARTITIONS:
            return _PARTITION
        return _ACCOUNT if text == self._account else with_plain_names(text)


def _compared(text: Parts, value: Parts) -> Iterator[Hole]:
    """The holes of *value* that *text* says something about: in its fields, if both are ARNs."""
    wanted, fields = split(text), split(value)
    if len(wanted) != FIELDS or len(fields) != FIELDS:
        wanted, fields = [text], [value]
    for pattern, field in zip(wanted, fields, strict=True):
        if written(pattern) != written(field):
            yield from _limited(written(pattern), field)


def _limited(pattern: str, value: Parts) -> Iterator[Hole]:
    """The holes of *value* before what the ``*`` at the end of *pattern* stands for."""
    rest = pattern
    is_after_hole = False
    for part in value:
        if rest == "*":
            return
        if isinstance(part, Hole):
            yield part
            is_after_hole = True
        else:
            at = rest.find(part.text) if is_after_hole else 0
            known = os.path.commonprefix([rest[at:], part.text]) if at >= 0 else ""  # noqa: RUF071
            rest = rest[at + len(known) :] if known else rest


def plain(text: str) -> str:
    """*text* with a wildcard in place of what may be anything."""
    return _FORM.sub("*", with_plain_names(text))
