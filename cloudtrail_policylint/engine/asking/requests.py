"""What a document says to the requests of CloudTrail, and of owners of resources."""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...base.record import record, replaced
from ...decisions.decision import IDENTITY, RCP, Decider, Decision, Policies
from ...decisions.reasons import causes
from ...decisions.request import Request
from ...decisions.statements import Answer, Place
from ...decisions.values import holes
from ...iam.patterns import MAYBE, NO, YES
from ...iam.policy import Condition
from ...tree.source import Related
from ..plain import policies_of_holder
from .answers import Met, answered, place_of, possible, texts_of
from .own import is_prefix, log_folder, own_resource
from .somewhere import nearly, of_some_resource, said_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...decisions.profiles import Profile
    from ...decisions.reasons import Cause
    from ...decisions.values import Parts
    from ...iam.policy import Document, Resource, Statement
    from ...tree.source import Span
    from .sources import Sources

PREFIX = "{prefix}"
_PARTS_OF = {
    "s3-bucket": ("bucket",),
    "kms-key": ("key", "topic-key"),
    "sns-topic": ("topic",),
    "cloudtrail-channel": ("channel",),
    "cloudtrail-event-data-store": ("event-data-store",),
    "cloudtrail-dashboard": ("dashboard",),
}
"""The parts of requests that a policy of each kind may belong to."""


@record
class Decided:
    """The decision on one request, and the first of its reasons."""

    action: str
    decision: Decision
    because: str
    span: Span | None


class Requests:
    """Answers what *document* says to requests."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._profiles = sources.profiles
        self._decider = Decider()
        self._requests: dict[tuple[str, str], Request] = {}
        self._answers: dict[tuple[int, str], Answer] = {}
        self._decided: dict[str, Decided | None] = {}

    def names(self, wanted: Iterable[str]) -> Iterator[Profile]:
        """Those of the requests *wanted* to which statements of a document of this kind may apply."""
        for name in wanted:
            profile = self._profiles.by_name[name]
            if self._kind(profile) is not None:
                yield profile

    def decides(self, wanted: Iterable[str]) -> Iterator[Profile]:
        """Those of the requests *wanted* that a document of this kind decides."""
        for name in wanted:
            profile = self._profiles.by_name[name]
            if self._profiles.kind(profile) in self._document.kinds:
                yield profile

    def _kind(self, profile: Profile) -> str | None:
        """As which kind the document is asked about the request *profile*; None if it says nothing to it."""
        kind = self._profiles.kind(profile)
        if kind in self._document.kinds:
            return kind
        is_limit = RCP in self._document.kinds and not profile.is_of_holder
        return RCP if is_limit and self._profiles.request(profile).reaches_rcps else None

    def request(self, statement: Statement, profile: Profile) -> Met:
        """Whether *statement* applies to some request *profile*, and whether to each."""
        answer = self._answer(statement, profile)
        principal = max(answer.principal(deny=answer.effect == "Deny").values())
        ever, always = answered(answer)
        if ever != NO and statement.resources:
            ever = min(
                ever, max([self._reaches(answer, one, profile) for one in statement.resources])
            )
        rest = min(answer.action, principal)
        if len(self._document.kinds) > 1:
            return Met(MAYBE, min(always, rest, MAYBE))
        return Met(min(ever, rest), min(always, rest))

    def keeps(self, statement: Statement, element: Resource | Condition, profile: Profile) -> int:
        """Whether *element* keeps *statement* from each request *profile*."""
        answer = self._answer(statement, profile)
        most = MAYBE if len(self._document.kinds) > 1 else YES
        if not isinstance(element, Condition):
            return min(most, YES - self._reaches(answer, element, profile))
        (verdict,) = [verdict for one, verdict in answer.conditions if one is element]
        if not element.certain:
            return min(YES - verdict, MAYBE)
        return min(most, YES - possible(verdict, texts_of(element), answer))

    def _answer(self, statement: Statement, profile: Profile) -> Answer:
        key = (id(statement), profile.name)
        found = self._answers.get(key)
        if found is None:
            kind = self._kind(profile)
            assert kind is not None
            request = self._request(profile)
            found = Answer(statement, self._document, place_of(kind), request)
            self._answers[key] = found
        return found

    def _reaches(self, answer: Answer, resource: Resource, profile: Profile) -> int:
        """Whether *resource* is that of some request *profile*, which *answer* is about.

        The path of a log file has the prefix of the trail that the policy is for.
        """
        ever = possible(answer.among(resource), resource.texts, answer)
        folder = None
        if ever != NO and not resource.complement and PREFIX in profile.resource:
            folder = log_folder(resource.texts[0].parts)
        if folder is None:
            return ever
        bucket, prefix = folder
        if not is_prefix(prefix):
            return NO
        values = {"bucket": bucket, "prefix": prefix}
        request = self._profiles.request(profile, values, holes(folder))
        own = Answer(answer.statement, self._document, answer.place, request)
        return possible(own.among(resource), resource.texts, own)

    def decided(self, profile: Profile) -> Decided:
        """The decision on the request *profile* by this document, or by all of its holder."""
        found = self._decided.get(profile.name)
        if found is None:
            found = self._decided[profile.name] = self._decide(profile)
        return found

    def near_request(self, profile: Profile, floor: int) -> Iterator[tuple[Statement, Related]]:
        """The statements that nearly allow the request *profile*, or possibly if *floor* is MAYBE."""
        yield from nearly(said_by(self.decided(profile).decision), floor)

    def _decide(self, profile: Profile) -> Decided:
        request = self._request(profile)
        decision = self._decision(profile, request)
        reasons = causes(decision, request)
        first = reasons[0] if reasons else None
        if len(self._document.kinds) > 1:
            decision = replaced(decision, allowed=MAYBE, denied=min(MAYBE, decision.denied))
        elif decision.allowed == MAYBE:
            allowed = self._of_some(profile, decision)
            # What an Allow is for is not allowed only where a Deny is for it, too.
            denied = decision.denied if allowed == MAYBE else YES - allowed
            decision = replaced(decision, allowed=allowed, denied=denied)
        return Decided(profile.action, decision, _plain(first.says) if first else "", _place(first))

    def _decision(self, profile: Profile, request: Request) -> Decision:
        """The decision on *request*, whatever its open parts are."""
        if not profile.is_of_holder:
            return self._decider.decide(request, Policies(resource=(self._document,)))
        layer = self._decider.layer(policies_of_holder(self._document), Place(IDENTITY), request)
        allowed = min(layer.allowed, 2 - layer.denies)
        lacking = (IDENTITY,) if allowed != YES else ()
        return Decision(allowed, layer.denies, (layer,), lacking)

    def _of_some(self, profile: Profile, decision: Decision) -> int:
        """Whether the request *profile* is allowed for some set-up: its trail, path or log group.

        *decision* is that on the request of any set-up, which is MAYBE.
        """
        documents = (
            policies_of_holder(self._document) if profile.is_of_holder else (self._document,)
        )
        if not all(one.complete for one in documents):
            return MAYBE

        def answers(parts: Parts) -> tuple[int, list[Answer]]:
            request = self._profiles.request(profile, shared=holes((parts,)), resource=parts)
            found = self._decision(profile, request)
            return found.allowed, said_by(found)

        return of_some_resource(said_by(decision), answers)

    def _request(self, profile: Profile) -> Request:
        kind = self._profiles.kind(profile)
        key = (profile.name, kind)
        found = self._requests.get(key)
        if found is None:
            parts = _PARTS_OF.get(kind, ()) if kind in self._document.kinds else ()
            own = own_resource(self._document, kind) if parts else None
            values = dict.fromkeys(parts, own) if own is not None else {}
            shared = holes(values.values())
            found = self._requests[key] = self._profiles.request(profile, values, shared)
        return found


def _plain(text: str) -> str:
    """*text* with a wildcard in place of what is not known."""
    return _HOLE.sub("*", text)


_HOLE = regex(r"\{(?:any|field|name|account)\}")


def _place(cause: Cause | None) -> Span | None:
    return cause.span if cause is not None else None
