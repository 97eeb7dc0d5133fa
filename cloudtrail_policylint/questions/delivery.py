"""What policies let CloudTrail do where no trail is in view: the requests that a trail makes.

A refusal of a set-up is explained by the trail and its partners. Where the trail is made elsewhere, by
hand or by another repository, the policies that are for CloudTrail can still say what they lack.
"""

from __future__ import annotations

from ..base.record import record
from ..decisions.call import availability
from ..decisions.decision import IDENTITY, TRUST, Decider, Policies
from ..decisions.profiles import Profiles
from ..decisions.reasons import causes
from ..decisions.values import written
from ..engine.asking.own import log_folder
from ..engine.asking.requests import PREFIX
from ..iam.patterns import NO
from . import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..decisions.profiles import Profile
    from ..decisions.reasons import Cause
    from ..decisions.values import Parts
    from ..iam.policy import Document, Statement
    from ..tree.source import Span
    from .refusals import Refusal
    from .view import View

_TRAIL = "trail"
CLOUDTRAIL = "cloudtrail.amazonaws.com"


@record
class Refused:
    """A request of CloudTrail that policies of *kind* certainly do not allow; *document* is the first of them."""

    kind: str
    document: Document
    action: str
    on: str
    causes: tuple[Cause, ...]

    @property
    def statement(self) -> dict[str, Any]:
        """The statement that allows it."""
        found: dict[str, Any] = {"Effect": "Allow"}
        if self.kind != IDENTITY:
            found["Principal"] = {"Service": CLOUDTRAIL}
        found["Action"] = self.action
        if self.kind != TRUST:
            found["Resource"] = "*" if self.kind == "kms-key" else self.on
        return found


def refused(view: View, refusal: Refusal) -> Iterator[Refused]:
    """The requests behind *refusal* that policies in *view* for CloudTrail do not allow."""
    available = availability()
    profiles = Profiles(available.catalogue.facts, available)
    for profile in profiles.by_name.values():
        is_usual = profile.made_for == _TRAIL and not profile.when and not profile.is_hypothetical
        if is_usual and _is_about(profile, refusal):
            yield from _of_profile(view, profile, profiles)


def _is_about(profile: Profile, refusal: Refusal) -> bool:
    """Whether *refusal* may come from a denial of *profile*."""
    if profile.is_of_holder:
        return "log-group" in refusal.about
    # Which key is that of the topic is not known here.
    return profile.decided_by in refusal.about and profile.decided_by != "topic-key"


def _of_profile(view: View, profile: Profile, profiles: Profiles) -> Iterator[Refused]:
    kind = profiles.kind(profile)
    for arn, policies in _policies(view, kind):
        part = {} if arn is None or kind == IDENTITY else {profile.decided_by: arn}
        requests = [
            profiles.request(profile, {**part, **folder}) for folder in _folders(profile, policies)
        ]
        decisions = [Decider().decide(request, policies) for request in requests]
        if all(one.allowed == NO for one in decisions):
            on = nearest.shown(written(requests[0].resource))
            every = causes(decisions[0], requests[0])
            own = [one for one in every if one.kind == kind or not profile.is_of_holder]
            document = (*policies.identity, *policies.resource)[0]
            found = nearest.kept(own, profile.action)
            yield Refused(kind, document, profile.action, on, tuple(found))


def _folders(profile: Profile, policies: Policies) -> list[dict[str, Parts]]:
    """The prefixes that *policies* let CloudTrail write below: a trail may have any of them."""
    found = []
    for statement in _statements(policies.resource) if PREFIX in profile.resource else ():
        for resource in statement.resources:
            folder = None if resource.complement else log_folder(resource.texts[0].parts)
            if folder is not None:
                found.append({"prefix": folder[1]})
    return found or [{}]


def _statements(documents: Sequence[Document]) -> Iterator[Statement]:
    for document in documents:
        yield from document.statements


def _policies(view: View, kind: str) -> Iterator[tuple[Parts | None, Policies]]:
    """The policies of *kind* that are for CloudTrail, with the ARN of their resource."""
    for one in view.identities:
        if not any(map(_names_service, one.trust)):
            continue
        if kind == IDENTITY and one.policies and not one.unseen:
            yield one.arn, Policies(identity=one.policies, unknown=one.open)
        elif kind == TRUST:
            yield one.arn, Policies(resource=one.trust)
    for guarded in view.guarded:
        if guarded.complete and _is_for_cloudtrail(guarded.policies, kind):
            yield guarded.arn, Policies(resource=guarded.policies)
    for loose in view.loose_resources:
        if loose.complete and _is_for_cloudtrail((loose,), kind):
            yield None, Policies(resource=(loose,))


def _is_for_cloudtrail(documents: tuple[Document, ...], kind: str) -> bool:
    return any(one.kinds == (kind,) and _names_service(one) for one in documents)


def _names_service(document: Document) -> bool:
    """Whether *document* names CloudTrail as a service, or by its old accounts, and not in other words."""
    texts = [one.span.text.lower() for one in document.statements]
    if any("cloudtrail." in text for text in texts):
        return True
    return document.in_scope and not any("cloudtrail" in text for text in texts)


def spans(view: View, refusal: Refusal) -> Iterator[Span]:
    """Where the policies for CloudTrail are that *refusal* may be about."""
    available = availability()
    profiles = Profiles(available.catalogue.facts, available)
    kinds = {profiles.kind(one) for one in profiles.by_name.values() if _is_about(one, refusal)}
    documents = [
        *(document for one in view.guarded for document in one.policies),
        *(document for one in view.identities for document in (*one.trust, *one.policies)),
        *view.loose_resources,
        *view.loose,
    ]
    yield from (
        one.span for one in documents if kinds.intersection(one.kinds) and _names_service(one)
    )
