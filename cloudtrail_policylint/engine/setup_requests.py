"""The requests that are made for a resource, with its own bucket, key or role, and the decisions on them.

``rules/facts/resources.yaml`` says which properties say what a request is about.
"""

from __future__ import annotations

from functools import cached_property

from ..base.record import record
from ..decisions.decision import IDENTITY, Decider, Decision, Policies
from ..decisions.statements import Place
from ..decisions.values import alternatives, form, literal, match, tokens, written
from ..findings.finding import IS_PARTNER
from ..iam.arns import ACCOUNT_ID, FIELDS, REGION, split
from ..iam.patterns import MAYBE, NO, YES
from ..setups.model import ACCOUNTS, PARTITIONS, REGIONS, Assumed
from ..tree.nodes import Hole, Piece
from ..tree.source import Related
from .asking.answers import place_of
from .elements import Witness
from .setup_reasons import DENY, OTHER, Open, because, cause_of, denials_in, difference, plain
from .setup_values import own_path, property_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..decisions.profiles import Profile
    from ..decisions.request import Request
    from ..decisions.statements import Answer
    from ..decisions.values import Parts
    from ..iam.policy import Document
    from ..setups.model import Property, Resource
    from ..tree.source import Span
    from .lookups import Lookups

_UNKNOWN = Decision(MAYBE, MAYBE, (), ())
_MOST_RELATED = 3


@record
class Answered:
    """The decision on one request, on what it is, and what it lacks.

    ``partner`` is the resource whose policies decide it; ``properties`` are those that say
    what it is about, ``statements`` are those for its action.
    """

    name: str
    action: str
    on: str
    decision: Decision
    cause: str
    because: str
    partner: Resource | None
    properties: tuple[Witness, ...]
    places: tuple[Span, ...]
    related: tuple[Related, ...]
    statements: tuple[Span, ...] = ()


class SetupRequests:
    """The requests for *resource*; *partition* is taken for one that is not known."""

    def __init__(self, resource: Resource, lookups: Lookups, partition: str = "") -> None:
        self._resource = resource
        self._lookups = lookups
        self._decider = Decider()
        self._assumed = Assumed(partition, names=True)
        self._profiles = lookups.sources.profiles
        self._answers: dict[str, Answered | None] = {}
        makers = lookups.catalogue.facts.request_makers
        maker = next((one for one in makers if resource.type in one["types"]), None)
        self.made_for: str = maker["for"] if maker else ""
        self.parts: Mapping[str, Sequence[str]] = maker["parts"] if maker else {}
        self.stopped_by: tuple[str, ...] = tuple(maker["stopped-by"]) if maker else ()
        self._partners: dict[str, tuple[Resource | None, int]] = {}

    def names(self) -> list[str]:
        """The requests that may be made for the resource."""
        return [
            name
            for name, profile in self._profiles.by_name.items()
            if profile.made_for == self.made_for
            and profile.decided_by in self.parts
            and not profile.is_hypothetical
        ]

    def named(self) -> list[tuple[str, str]]:
        """The parts that are resources which a property names, each with the property."""
        made = [self._profiles.by_name[name] for name in self.names()]
        about = {part for one in made for part in (one.decided_by, one.about)}
        return [
            (part, names[0])
            for part, names in self.parts.items()
            if part in about and len(names) == 1
        ]

    def policies_on(self, part: str, resource: Resource) -> Iterator[Document]:
        """The policies on *resource* that decide the requests which *part* decides."""
        made = [self._profiles.by_name[name] for name in self.names()]
        for kind in {self._profiles.kind(one): None for one in made if one.decided_by == part}:
            yield from resource.setup.policies(resource, kind, self._assumed).documents

    def profile(self, name: str) -> Profile:
        """The request *name*."""
        return self._profiles.by_name[name]

    def answered(self, name: str) -> Answered | None:
        """The decision on the request *name*; None if it is certainly not made."""
        if name not in self._answers:
            self._answers[name] = self._answer(self._profiles.by_name[name])
        return self._answers[name]

    def _answer(self, profile: Profile) -> Answered | None:
        if profile.made_for != self.made_for or profile.decided_by not in self.parts:
            return None
        made = self._is_made(profile)
        partner, verdict = self._partner(profile.decided_by)
        if made == NO or verdict == NO:
            return None
        if partner is None or verdict == MAYBE or made == MAYBE:
            return self._unknown(profile, partner)
        values, places = self._values
        location = self._resource.location
        shared = self._resource.setup.constants
        shared -= frozenset(PARTITIONS if self._assumed.partition else ())
        shared -= frozenset(REGIONS if location.region else ())
        shared -= frozenset(ACCOUNTS if location.account else ())
        request = self._profiles.request(profile, values, shared)
        kind = self._profiles.kind(profile)
        documents = partner.setup.policies(partner, kind, self._assumed).documents
        decision, answers = self._decide(profile, request, kind, documents)
        cause, near = cause_of(answers)
        if decision.denied == YES:
            cause, near = DENY, denials_in(answers)
        elif decision.allowed != NO:
            cause = OTHER
        on = plain(written(request.resource))
        related = [Related(span, message) for span, message in near[:_MOST_RELATED]] or [
            Related(partner.head(), f"{IS_PARTNER}{partner.owner.name}")
        ]
        return Answered(
            profile.name,
            profile.action,
            on,
            decision,
            cause,
            self._because(cause, request, partner, documents, (decision, answers), on),
            partner,
            tuple(places),
            tuple([span for span, _ in near]),
            tuple(related),
            tuple([one.statement.span for one in answers if one.action != NO]),
        )

    def _because(
        self,
        cause: str,
        request: Request,
        partner: Resource,
        documents: tuple[Document, ...],
        decided: tuple[Decision, list[Answer]],
        on: str,
    ) -> str:
        decision, answers = decided
        if decision.allowed == MAYBE:
            account = self._values[0].get("account")
            return Open(request, self._resource, partner, account).because(documents, answers)
        return difference(cause, answers, request) or because(cause, on, partner)

    def _unknown(self, profile: Profile, partner: Resource | None) -> Answered:
        because = "what it is about is not in view" if partner is None else "it may not be made"
        return Answered(
            profile.name, profile.action, "", _UNKNOWN, OTHER, because, partner, (), (), ()
        )

    def _is_made(self, profile: Profile) -> int:
        verdict = YES
        for name, wanted in profile.when.items():
            found = property_of(self._resource, tuple(name.split(".")), self._lookups)
            verdicts = []
            for item in found.items:
                text = text_of(item.node)
                known = text.literal if text is not None else None
                if known is None or not item.sure:
                    verdicts.append(MAYBE)
                else:
                    verdicts.append(YES if known == wanted else NO)
            verdict = min(verdict, max(verdicts, default=NO if found.complete else MAYBE))
        return verdict

    def _decide(
        self, profile: Profile, request: Request, kind: str, documents: tuple[Document, ...]
    ) -> tuple[Decision, list[Answer]]:
        if profile.is_of_holder:
            layer = self._decider.layer(documents, Place(IDENTITY), request)
            allowed = min(layer.allowed, 2 - layer.denies)
            decision = Decision(allowed, layer.denies, (layer,), ())
            return decision, list(layer.answers)
        decision = self._decider.decide(request, Policies(resource=documents))
        layer = self._decider.layer(documents, place_of(kind), request)
        return decision, list(layer.answers)

    # -- what the request is about

    def _partner(self, part: str) -> tuple[Resource | None, int]:
        """The resource that *part* is, and whether it certainly is; NO if the property is not given."""
        if part not in self._partners:
            self._partners[part] = self._find_partner(part)
        return self._partners[part]

    def _find_partner(self, part: str) -> tuple[Resource | None, int]:
        at: list[tuple[Resource, int]] = [(self._resource, YES)]
        for name in self.parts[part]:
            path = tuple(name.split("."))
            found: dict[int, tuple[Resource, int]] = {}
            given = [property_of(one, path, self._lookups).given for one, _ in at]
            if given and max(given) == NO:
                return None, NO
            for one, verdict in at:
                links = one.links(own_path(one, path, self._lookups))
                for link in links.found:
                    if self._names_part(link.resource, part, name):
                        sure = min(verdict, link.verdict, link.resource.exists_with(one))
                        sure = sure if links.known else min(sure, MAYBE)
                        found[id(link.resource)] = (link.resource, sure)
            at = list(found.values())
        if len(at) != 1:
            return None, MAYBE
        return at[0]

    def _names_part(self, resource: Resource, part: str, name: str) -> bool:
        """Whether *resource* can be the *part*, or what leads to it by *name*."""
        is_last = name == self.parts[part][-1]
        if not is_last:
            part = next((p for p, names in self.parts.items() if list(names) == [name]), part)
        arn = resource.arn
        if arn is None:
            return False
        wanted = form(self._profiles.form(part))
        return any(
            match(tokens(_wild(items), wild=True), value, frozenset()) != NO
            for items in alternatives(wanted)
            for value in alternatives(_without_star(arn))
        )

    def _spelt(self, resource: Resource, parts: Parts) -> Parts:
        """*parts*, which are about *resource*, with each hole as it is spelled everywhere."""
        found: list[Piece | Hole] = []
        for part in parts:
            if isinstance(part, Piece):
                found.append(part)
                continue
            for one in resource.respelt(part, self._assumed):
                value = ""
                if isinstance(one, Hole) and one.written in PARTITIONS:
                    value = self._assumed.partition
                elif isinstance(one, Hole) and one.written in REGIONS:
                    value = resource.location.region
                elif isinstance(one, Hole) and one.written in ACCOUNTS:
                    value = resource.location.account
                found.append(Piece(value, part.span) if value else one)
        return tuple(found)

    @cached_property
    def _values(self) -> tuple[dict[str, Parts], list[Witness]]:
        """The values of the parts of requests, and the properties that say them."""
        values: dict[str, Parts] = {}
        places: list[Witness] = []
        for part, names in self.parts.items():
            name = names[0]
            given = property_of(self._resource, (name,), self._lookups)
            if given.span is not None and given.items:
                text = text_of(given.items[0].node)
                places.append(Witness(name, text.written if text else "", given.span))
            if part == "prefix":
                values[part] = _prefix(given)
                continue
            partner, verdict = self._partner(part)
            if partner is not None and verdict == YES and partner.arn is not None:
                values[part] = _without_star(self._spelt(partner, partner.arn))
        own = self._resource.arn
        if own is not None:
            own = self._spelt(self._resource, own)
            values[self.made_for] = own
            fields = split(own)
            if len(fields) == FIELDS:
                values["account"], values["region"] = fields[ACCOUNT_ID], fields[REGION]
        return values, places


def _prefix(given: Property) -> Parts:
    """The prefix of log files with its slash, as far as it is known."""
    if not given.items and given.complete:
        return ()
    text = text_of(given.items[0].node) if len(given.items) == 1 and given.items[0].sure else None
    known = text.literal if text is not None else None
    if known == "":
        return ()
    if known is None or known.startswith("/") or known.endswith("/"):
        return form("{any}")
    return literal(known + "/")


def _without_star(arn: Parts) -> Parts:
    """*arn* without the ``:*`` that the ARN of a log group may end in."""
    last = arn[-1] if arn else None
    if isinstance(last, Piece) and last.text.endswith(":*"):
        rest = last.text[:-2]
        return (*arn[:-1], Piece(rest, last.span)) if rest else arn[:-1]
    return arn


def _wild(items: Sequence[object]) -> tuple[str, ...]:
    """*items* with a wildcard in place of what is not known."""
    return tuple([one if isinstance(one, str) else "*" for one in items])
