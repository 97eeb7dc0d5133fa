"""Whether a request about some resource is allowed, and what nearly allows it."""

from __future__ import annotations

from ...decisions.decision import Decision
from ...decisions.reach import is_literal
from ...decisions.reasons import misses
from ...decisions.statements import Answer, resource_matches
from ...decisions.values import known, opened
from ...iam.arns import FIELDS, SERVICE, split
from ...iam.patterns import MAYBE, NO, YES
from ...tree.source import Related

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ...decisions.values import Parts
    from ...iam.policy import Statement

MAX_TRIED = 50
"""Resources, or statements, that are tried one by one: with more, what they allow is not known."""


def nearly(answers: Iterable[Answer], floor: int) -> Iterator[tuple[Statement, Related]]:
    """The statements of *answers* that nearly allow the request, or possibly if *floor* is MAYBE."""
    for answer in answers:
        missing = list(misses(answer))
        if answer.effect == "Deny" or answer.action == NO or not missing:
            continue
        statement, first = answer.statement, missing[0]
        if all(one.verdict == MAYBE for one in missing):
            if floor == MAYBE:
                yield statement, Related(first.span, "it depends on this Allow")
        elif len(missing) == 1:
            field = first.element.partition("/")[0].lower()
            message = f"this Allow would be enough with a different {field}"
            yield statement, Related(first.span, message)


def of_some_resource(
    said: Sequence[Answer], ask: Callable[[Parts], tuple[int, Sequence[Answer]]]
) -> int:
    """Whether a request about some resource is allowed, where *said* is what statements say about any.

    *ask* gives the verdict and what they say about a resource. The resources
    that each Allow names are tried: what none of them names is not allowed.
    """
    if _is_allowed_somewhere(said):
        return YES
    verdict, tried = NO, 0
    for answer in said:
        if answer.effect == "Deny" or not _may_apply(answer):
            continue
        for parts in _named_by(answer):
            tried += 1
            if tried > MAX_TRIED:
                return MAYBE
            if parts is None:
                verdict = MAYBE
                continue
            allowed, answers = ask(parts)
            if _is_allowed_somewhere(answers):
                return YES
            verdict = max(verdict, min(allowed, MAYBE))
    return verdict


def _named_by(answer: Answer) -> Iterator[Parts | None]:
    """The resources that an Allow is for among those of its request; None where they are not told apart."""
    for resource in answer.statement.resources:
        if resource.complement:
            yield None
            continue
        parts = resource.texts[0].parts
        matches = resource_matches(parts, answer.request, None)
        if matches != NO:
            is_told = matches == MAYBE and _names_service(parts)
            yield opened(parts) if is_told else None
    if not answer.statement.resources:
        yield None


def said_by(decision: Decision) -> list[Answer]:
    """What the statements behind *decision* say."""
    return [answer for layer in decision.layers for answer in layer.answers]


def _names_service(parts: Parts) -> bool:
    """Whether *parts* are an ARN whose service is known."""
    fields = split(parts)
    return len(fields) == FIELDS and known(fields[SERVICE]) is not None


def _is_allowed_somewhere(answers: Sequence[Answer]) -> bool:
    """Whether a request with the right context is surely allowed by statements that give *answers*.

    What the context of a request may be, and which of the resources of a
    pattern it is about, is up to who makes it; what a policy says must be known.
    """
    allowing = [one for one in answers if one.effect == "Allow" and _is_met_with(one)]
    denying = [one for one in answers if one.effect != "Allow" and _may_apply(one)]
    return any(_is_spared(one, denying) for one in allowing[:MAX_TRIED])


def _may_apply(answer: Answer) -> bool:
    if answer.action == NO or answer.resource == NO or answer.condition == NO:
        return False
    return max(answer.principal(deny=answer.effect == "Deny").values()) != NO


def _is_met_with(answer: Answer) -> bool:
    """Whether some context meets the statement, whose other elements fit."""
    if answer.statement.optional or answer.action != YES or answer.resource != YES:
        return False
    if max(answer.principal(deny=False).values()) != YES:
        return False
    return all(
        verdict == YES or (verdict == MAYBE and is_literal(one))
        for one, verdict in answer.conditions
    )


def _is_spared(allow: Answer, denying: Sequence[Answer]) -> bool:
    """Whether a request that meets *allow* can avoid all of the statements *denying*."""
    keys = {(one.key.literal or "").lower() for one in allow.statement.conditions}
    elsewhere = 0
    for deny in denying:
        if deny.effect is None or deny.action != YES:
            return False
        unsure = [one for one, verdict in deny.conditions if verdict == MAYBE]
        if any(is_literal(one) and (one.key.literal or "").lower() not in keys for one in unsure):
            continue
        is_written = all(
            text.literal is not None for one in deny.statement.resources for text in one.texts
        )
        if deny.resource != MAYBE or not is_written:
            return False
        elsewhere += 1
    return elsewhere <= 1  # several might leave out no resource together
