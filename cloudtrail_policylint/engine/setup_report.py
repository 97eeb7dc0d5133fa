"""A resource that CloudTrail makes requests for, as ``lint --show-setups`` shows it."""

from __future__ import annotations

from ..findings.setup import ShownPartner, ShownRequest, ShownSetup, range_of
from ..iam.patterns import NO, YES
from .setup_reasons import DENY
from .setup_requests import SetupRequests
from .setup_values import own_path, property_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decisions.profiles import Profile
    from ..setups.model import Resource
    from ..tree.source import Span
    from .lookups import Lookups
    from .setup_requests import Answered

USUAL_PARTITION = "aws"
"""The partition that is tried where it is not known."""
_ALLOWED, _DENIED, _CANNOT_TELL = "allowed", "denied", "cannot tell"


def shown(resource: Resource, lookups: Lookups) -> ShownSetup:
    """*resource* with its partners and requests."""
    requests = SetupRequests(resource, lookups)
    usual = SetupRequests(resource, lookups, USUAL_PARTITION)
    answers = []
    for name in requests.names():
        answered = requests.answered(name)
        if answered is not None and _verdict(answered) != _ALLOWED and answered.cause != DENY:
            other = usual.answered(name)
            is_told = _verdict(answered) != _CANNOT_TELL
            answered = answered if is_told and (other is None or other.cause != DENY) else other
        if answered is not None:
            answers.append(_request(answered, requests.profile(name)))
    return ShownSetup(
        requests.made_for,
        resource.address,
        resource.type,
        resource.owner.span.place(),
        range_of(resource.owner.span),
        any(requests.profile(one.name).is_of_organization for one in answers),
        tuple(_partners(resource, requests, lookups)),
        tuple(answers),
        requests.stopped_by,
    )


def _verdict(answered: Answered) -> str:
    allowed = answered.decision.allowed
    return _ALLOWED if allowed == YES else _DENIED if allowed == NO else _CANNOT_TELL


def _request(answered: Answered, profile: Profile) -> ShownRequest:
    answer = _verdict(answered)
    return ShownRequest(
        answered.name,
        answered.action,
        answered.on,
        answered.partner.address if answered.partner is not None else "",
        profile.decided_by,
        profile.about,
        answer,
        "" if answer == _ALLOWED else answered.because,
        tuple(map(range_of, answered.statements)),
    )


def _partners(
    resource: Resource, requests: SetupRequests, lookups: Lookups
) -> Iterator[ShownPartner]:
    for part, name in requests.named():
        given = property_of(resource, (name,), lookups)
        if given.given == NO:
            continue
        at = () if given.span is None else (range_of(given.span),)
        links = resource.links(own_path(resource, (name,), lookups))
        certain = [link.resource for link in links.found if link.verdict == YES]
        shown_name = resource.as_written(own_path(resource, (name,), lookups)[0])
        if not certain:
            text = text_of(given.items[0].node) if len(given.items) == 1 else None
            named = (text.literal if text is not None else None) or ""
            yield ShownPartner(part, shown_name, "", "", "", at, (), named)
        for partner in certain:
            place = partner.owner.span.place()
            order = _order(resource, partner)
            ranges = tuple(dict.fromkeys(map(range_of, _spans(part, partner, requests))))
            yield ShownPartner(part, shown_name, partner.address, place, order, at, ranges)


def _spans(part: str, partner: Resource, requests: SetupRequests) -> Iterator[Span]:
    """Where *partner* and its policies are written."""
    yield partner.owner.span
    yield from (holder.owner.span for holder in partner.setup.holders(partner))
    for document in requests.policies_on(part, partner):
        yield document.span
        yield from (statement.span for statement in document.statements)


def _order(resource: Resource, partner: Resource) -> str:
    """Which policies of *partner* that are resources of their own *resource* does not wait for."""
    late = [
        holder.address
        for holder in partner.setup.holders(partner)
        if resource.setup.is_after(resource, holder) == NO
    ]
    return f"does not wait for {', '.join(late)}" if late else ""
