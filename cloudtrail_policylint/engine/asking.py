"""What a rule asks about decisions, for one document: imported by the first rule that asks.

Each answer is remembered for the document. A document that may be of several
kinds is asked about as each of them; where the answers differ, they are MAYBE.
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record, replaced
from ..decisions.availability import Availability
from ..decisions.contradictions import contradiction
from ..decisions.decision import IDENTITY, RCP, Decider, Decision, Policies
from ..decisions.denials import Caller, Denials, Left
from ..decisions.principals import ROLE, ROOT, USER
from ..decisions.profiles import Profiles
from ..decisions.reach import (
    OWN,
    Asked,
    asked,
    conditions_met,
    is_literal,
    named_actions,
    open_principal,
    reach_of,
    resources_of,
    settled,
)
from ..decisions.reasons import causes, misses
from ..decisions.request import Request
from ..decisions.statements import Answer, Place, resource_matches
from ..decisions.values import agreed, holes, known, opened
from ..iam.arns import FIELDS, SERVICE, split
from ..iam.kinds import WITH_PRINCIPAL
from ..iam.names import LOG_FOLDER
from ..iam.patterns import MAYBE, NO, YES, parse
from ..iam.policy import Condition
from ..tree.nodes import ACCOUNT, Hole, Piece
from ..tree.source import Related
from .plain import policies_of_holder
from .shown import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..decisions.decision import Layer
    from ..decisions.principals import Principal
    from ..decisions.profiles import Profile
    from ..decisions.reasons import Cause, Miss
    from ..decisions.values import Parts
    from ..iam.catalogue import Catalogue
    from ..iam.policy import Action, Document, Resource, Statement
    from ..tree.nodes import Text
    from ..tree.source import Span

MAX_TRIED = 50
"""Resources, or statements, that are tried one by one: with more, what they allow is not known."""

_HAVE_OWN_RESOURCE = tuple([k for k in WITH_PRINCIPAL if k not in ("rcp", "vpc-endpoint")])
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
class Met:
    """Whether any request meets something, and whether each does; ``because`` says what keeps it."""

    ever: int
    always: int
    because: str = ""
    miss: Miss | None = None


UNTOLD = Met(MAYBE, MAYBE)


@record
class Decided:
    """The decision on one request, and the first of its reasons."""

    action: str
    decision: Decision
    because: str
    span: Span | None


def place_of(kind: str) -> Place:
    """Where a document of *kind* stands."""
    return Place(
        kind,
        names_principals=kind in WITH_PRINCIPAL,
        has_own_resource=kind in _HAVE_OWN_RESOURCE,
    )


def _alike(kind: str) -> object:
    """A key that is the same for kinds of documents that are asked the same about a statement."""
    place = place_of(kind)
    return place.names_principals, place.has_own_resource, kind == "scp"


class Sources:
    """What decisions rest on, made once for all documents of a run."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.available = Availability(catalogue, catalogue.facts)
        self.profiles = Profiles(catalogue.facts, self.available)


class Asking:
    """Answers what rules ask about *document*."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._sources = sources
        self._available = sources.available
        self._profiles = sources.profiles
        self._decider = Decider()
        self._asked: dict[object, list[Asked]] = {}
        self._statements: dict[int, Met] = {}
        self._actions: dict[object, Met] = {}
        self._conditions: dict[int, dict[int, Met]] = {}
        self._by_action: dict[tuple[int, int], Met] = {}
        self._never_met: dict[tuple[int, str, int], frozenset[int]] = {}
        self._requests: dict[tuple[str, str], Request] = {}
        self._answers: dict[tuple[int, str], Answer] = {}
        self._decided: dict[str, Decided | None] = {}
        self._denials: dict[str, Denials] = {}
        self._lefts: dict[tuple[int, str], Left] = {}
        self._undenied: dict[tuple[int, str], int] = {}

    # -- whether a statement, or one of its elements, is ever met

    def statement(self, statement: Statement) -> Met:
        """Whether any request meets *statement*, and whether all that it is about do."""
        found = self._statements.get(id(statement))
        if found is None:
            actions = _named(statement)
            kinds = {_alike(kind): kind for kind in self._document.kinds}.values()
            found = self._statements[id(statement)] = _of_all(
                [self._met(statement, self._about(statement, kind), actions) for kind in kinds]
            )
        return found

    def together(self, statement: Statement) -> Met:
        """Whether the elements of *statement* can be met together: NO if two exclude one another."""
        found = contradiction(statement, self._document, self._available, frozenset())
        return Met(NO, NO, found.because, found.miss) if found else Met(YES, NO)

    def action(self, statement: Statement, action: Action) -> Met:
        """Whether *statement* is met by any request for *action*, one of its elements."""
        if action.complement or action.texts[0].literal is None:
            return UNTOLD
        return _of_all([self._action(statement, action, kind) for kind in self._document.kinds])

    def _action(self, statement: Statement, action: Action, kind: str) -> Met:
        key = (id(statement), _alike(kind), action.known)
        found = self._actions.get(key)
        if found is None:
            requests = self._requests_for(statement, kind, (action,))
            found = self._actions[key] = self._met(statement, requests, action.texts[0].written)
        return found

    def _met(self, statement: Statement, requests: Sequence[Asked], actions: str) -> Met:
        """Whether any of *requests* meets *statement*; *actions* is what they are for."""
        reach = reach_of(statement, self._document, requests, self._available)
        if reach.ever == NO:
            miss = reach.miss
            if reach.because:
                return Met(NO, NO, reach.because, miss)
            because = f"nothing about {actions} fits it"
            if miss is not None:
                because = _because(miss, actions)
            return Met(NO, NO, because, miss)
        found = [_answered(one) for one in _answers(requests)]
        ever = max([one for one, _ in found], default=MAYBE)
        return Met(ever, min([one for _, one in found], default=MAYBE))

    def condition(self, statement: Statement, condition: Condition) -> Met:
        """Whether any request that *statement* is about meets *condition*, one of its elements."""
        found = self._conditions.get(id(statement))
        if found is None:
            found = self._conditions[id(statement)] = self._of_conditions(statement)
        return found.get(id(condition), UNTOLD)

    def _of_conditions(self, statement: Statement) -> dict[int, Met]:
        found: dict[int, list[Met]] = {}
        for kind in self._document.kinds:
            for one, ever, always in conditions_met(self._about(statement, kind)):
                met = Met(ever, always)
                if is_literal(one):
                    met = Met(settled(ever)[0], settled(always)[1])
                found.setdefault(id(one), []).append(met)
        return {key: _of_all(every) for key, every in found.items()}

    def why(self, statement: Statement, condition: Condition) -> str:
        """Why no request, or each, that *statement* is about meets *condition*."""
        answers = _answers(self._about(statement, self._document.kinds[0]))
        return self._why(statement, condition, answers, _named(statement))

    def _why(
        self, statement: Statement, condition: Condition, answers: Sequence[Answer], actions: str
    ) -> str:
        """Why none of the requests of *answers*, which are for *actions*, meets *condition*, or each does."""
        key = condition.key.written
        name = key.lower()
        if not all(one.request.key(name).present == NO for one in answers):
            return f"{key} never has such a value in a request for {actions}"
        if statement.principals and self._available.is_of_principal(name):
            by = listed([one.id.written for one in statement.principals])
            return f"{key} is never in a request by {by}"
        return f"{key} is never in a request for {actions}"

    def condition_by_action(self, statement: Statement, condition: Condition) -> Met:
        """Whether *condition* is met for each of the actions of *statement*: NO if there is one without."""
        key = (id(statement), id(condition))
        found = self._by_action.get(key)
        if found is None:
            found = self._by_action[key] = _of_all(
                [
                    self._condition_by_action(statement, condition, kind)
                    for kind in self._document.kinds
                ]
            )
        return found

    def _condition_by_action(self, statement: Statement, condition: Condition, kind: str) -> Met:
        verdict, actions, answers = YES, [], []
        for action in statement.actions:
            if action.complement:
                continue
            if action.texts[0].literal is None:
                verdict = min(verdict, MAYBE)
                continue
            if id(condition) in self._never_met_for(statement, kind, action):
                verdict = NO
                actions.append(action.texts[0].written)
                answers += _answers(self._requests_for(statement, kind, (action,)))
        because = self._why(statement, condition, answers, listed(actions)) if actions else ""
        return Met(verdict, verdict, because)

    def _never_met_for(self, statement: Statement, kind: str, action: Action) -> frozenset[int]:
        """The ids of the conditions that no request for *action* meets, found once for all conditions."""
        key = (id(statement), kind, id(action))
        found = self._never_met.get(key)
        if found is None:
            requests = self._requests_for(statement, kind, (action,))
            found = self._never_met[key] = _never_met(requests)
        return found

    def _about(self, statement: Statement, kind: str) -> list[Asked]:
        key = (id(statement), _alike(kind))
        found = self._asked.get(key)
        if found is None:
            found = self._asked[key] = self._requests_for(statement, kind, statement.actions)
        return found

    def _requests_for(
        self, statement: Statement, kind: str, actions: Sequence[Action]
    ) -> list[Asked]:
        """The requests for *actions* that *statement* of a policy of *kind* is about."""
        return asked(
            statement,
            self._document,
            place_of(kind),
            self._available,
            kinds=(*OWN, ROOT) if kind == "scp" else OWN,
            actions=actions,
        )

    # -- what Deny statements leave

    def effect(self, statement: Statement, action: Action, name: str) -> int:
        """Whether *action*, one of its elements, gives *statement* an effect on the action *name*.

        A Deny has one where some request meets it, an Allow where Deny statements in view
        leave some such request.
        """
        covered = action.covers(parse(name.lower()))
        if covered == NO:
            return NO
        found = self._left(statement, name)
        return min(covered, found.met if _effect(statement) == "Deny" else found.left)

    def denied(self, statement: Statement, action: Action) -> Met:
        """Whether Deny statements in view deny what *statement* allows for *action*, one of its elements."""
        if action.complement or action.texts[0].literal is None:
            return UNTOLD
        found = [
            self._left(statement, name)
            for name, known_action in named_actions((action,), self._available.catalogue)
            if known_action is not None
        ]
        return Met(MAYBE, min([one.denied for one in found if one.met != NO], default=NO))

    def denying(self, statement: Statement, action: Action) -> Iterator[Statement]:
        """The Deny statements in view that are about the known actions of *action*."""
        seen = set()
        for name, _ in named_actions((action,), self._available.catalogue):
            for one in self._denials_of(self._document.kinds[0]).about(name):
                if id(one) not in seen and one is not statement:
                    seen.add(id(one))
                    yield one

    def _left(self, statement: Statement, name: str) -> Left:
        key = (id(statement), name)
        found = self._lefts.get(key)
        if found is None:
            lefts = [
                self._denials_of(kind).left(statement, name, _callers(kind))
                for kind in self._document.kinds
            ]
            found = self._lefts[key] = Left(
                agreed([one.met for one in lefts]),
                agreed([one.left for one in lefts]),
                agreed([one.denied for one in lefts]),
            )
        return found

    def undenied(self, statement: Statement, name: str) -> int:
        """Whether no Deny in view denies *name* on the resources of *statement* to a caller whom no policy names."""
        key = (id(statement), name)
        found = self._undenied.get(key)
        if found is None:
            caller = self._profiles.stranger
            found = agreed(
                self._denials_of(kind).undenied(statement, name, caller)
                for kind in self._document.kinds
            )
            found = found if self._document.complete else min(found, MAYBE)
            self._undenied[key] = found
        return found

    def _denials_of(self, kind: str) -> Denials:
        """The Deny statements in view where the document is of *kind*."""
        found = self._denials.get(kind)
        if found is None:
            others = [one for one in self._document.companions if one.kinds == (kind,)]
            found = self._denials[kind] = Denials(
                (self._document, *others), place_of(kind), self._available
            )
        return found

    # -- the requests that CloudTrail makes, and owners of resources

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
        ever, always = _answered(answer)
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
        return min(most, YES - _possible(verdict, _texts(element), answer))

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
        ever = _possible(answer.among(resource), resource.texts, answer)
        folder = None
        if ever != NO and not resource.complement and PREFIX in profile.resource:
            folder = log_folder(resource.texts[0].parts)
        if folder is None:
            return ever
        bucket, prefix = folder
        if not _is_prefix(prefix):
            return NO
        values = {"bucket": bucket, "prefix": prefix}
        request = self._profiles.request(profile, values, holes(folder))
        own = Answer(answer.statement, self._document, answer.place, request)
        return _possible(own.among(resource), resource.texts, own)

    def decided(self, profile: Profile) -> Decided:
        """The decision on the request *profile* by this document, or by all of its holder."""
        found = self._decided.get(profile.name)
        if found is None:
            found = self._decided[profile.name] = self._decide(profile)
        return found

    def near_request(self, profile: Profile, floor: int) -> Iterator[tuple[Statement, Related]]:
        """The statements that nearly allow the request *profile*, or possibly if *floor* is MAYBE."""
        yield from _nearly(_answers_of(self.decided(profile).decision), floor)

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
            return found.allowed, _answers_of(found)

        return _of_some_resource(_answers_of(decision), answers)

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

    # -- what the holder of identity policies may do

    def allowed(self, action: str) -> int:
        """Whether the holders of an identity policy may carry out *action*, which one may be about."""
        documents = policies_of_holder(self._document)
        return agreed(self._may(action, kind, documents) for kind in (USER, ROLE))

    def near(self, action: str, floor: int) -> Iterator[tuple[Statement, Related]]:
        """The statements that nearly allow the holders *action*, or possibly if *floor* is MAYBE."""
        documents = policies_of_holder(self._document)
        (parts, *_) = resources_of(self._available.catalogue.action(action))
        layer = self._layer(documents, open_principal(ROLE), action, parts)
        yield from _nearly(layer.answers, floor)

    def _may(self, action: str, kind: str, documents: tuple[Document, ...]) -> int:
        is_seen = all(one.complete for one in documents)
        principal = open_principal(kind)

        def answers(parts: Parts) -> tuple[int, Sequence[Answer]]:
            layer = self._layer(documents, principal, action, parts)
            return min(layer.allowed, 2 - layer.denies), layer.answers

        verdict = NO
        for parts in resources_of(self._available.catalogue.action(action)):
            allowed, said = answers(parts)
            if allowed == MAYBE:
                allowed = _of_some_resource(said, answers)
            verdict = max(verdict, allowed)
        return verdict if is_seen else max(verdict, MAYBE)

    def _layer(
        self, documents: tuple[Document, ...], principal: Principal, action: str, resource: Parts
    ) -> Layer:
        request = Request(
            principal, action, resource, available=self._available, shared=holes((resource,))
        )
        return self._decider.layer(documents, Place(IDENTITY), request)


def _of_all(found: Sequence[Met]) -> Met:
    """What is the same for all possible kinds; MAYBE where they differ."""
    ever, always = agreed(one.ever for one in found), agreed(one.always for one in found)
    return replaced(found[0], ever=ever, always=always)


def _callers(kind: str) -> list[Caller]:
    """Those whom a policy of *kind* may be for: the root user has no policies of its own."""
    kinds = (USER, ROLE, ROOT) if kind == "scp" else (USER, ROLE)
    return [Caller(open_principal(one), {}) for one in kinds]


def _answers(requests: Sequence[Asked]) -> list[Answer]:
    """What a statement says to *requests*, once for actions that are met alike."""
    return [
        answer
        for answers in {id(one.answers): one.answers for one in requests}.values()
        for answer in answers
    ]


def _nearly(answers: Iterable[Answer], floor: int) -> Iterator[tuple[Statement, Related]]:
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


def _never_met(requests: Sequence[Asked]) -> frozenset[int]:
    """The ids of the conditions of a statement that none of *requests* meets."""
    return frozenset(
        id(one)
        for one, ever, _ in conditions_met(requests)
        if (settled(ever)[0] if is_literal(one) else ever) == NO
    )


def _answered(answer: Answer) -> tuple[int, int]:
    """Whether resource and conditions are met by some request like that of *answer*, and by each."""
    statement = answer.statement
    texts = [text for one in statement.resources for text in one.texts]
    is_told = _are_told(texts, answer)
    found = [settled(answer.resource) if is_told else (answer.resource, answer.resource)]
    for one, verdict in answer.conditions:
        is_told = one.certain and _are_told(_texts(one), answer)
        found.append(settled(verdict) if is_told else (verdict, verdict))
    return min([ever for ever, _ in found]), min([always for _, always in found])


def _possible(verdict: int, texts: Iterable[Text], answer: Answer) -> int:
    """Whether what *verdict* says of the request of *answer* and of *texts* holds for some such request."""
    return settled(verdict)[0] if _are_told(texts, answer) else verdict


def _are_told(texts: Iterable[Text], answer: Answer) -> bool:
    """Whether *texts* are known but for what the request of *answer* has, too, and ids of accounts.

    Of any account there are requests.
    """
    return all(
        isinstance(part, Piece) or part.shape == ACCOUNT or part.written in answer.request.shared
        for text in texts
        for part in text.parts
    )


def _texts(condition: Condition) -> tuple[Text, ...]:
    return (condition.operator, condition.key, *condition.values)


# -- what the documents of a holder allow


def _of_some_resource(
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


def _answers_of(decision: Decision) -> list[Answer]:
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


# -- the resource that a policy belongs to


def own_resource(document: Document, kind: str) -> Parts | None:
    """The resource that *document* belongs to, if its statements name one alone without wildcards.

    Of several buckets it is the one with log files.
    """
    found: dict[object, Parts] = {}
    with_logs: dict[object, Parts] = {}
    for statement in document.statements:
        for resource in statement.resources:
            for text in resource.texts:
                parts = _at_slash(text.parts)[0] if kind == "s3-bucket" else text.parts
                wild = any(isinstance(one, Piece) and _has_wildcard(one.text) for one in parts)
                if not wild and not _is_foreign(parts, kind):
                    name = tuple([_said(part) for part in parts])
                    found[name] = parts
                    if kind == "s3-bucket" and log_folder(text.parts) is not None:
                        with_logs[name] = parts
    if len(found) > 1:
        found = with_logs
    return next(iter(found.values())) if len(found) == 1 else None


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _is_foreign(parts: Parts, kind: str) -> bool:
    """Whether *parts* are the ARN of another service than that of a policy of *kind*."""
    fields = split(parts)
    service = known(fields[SERVICE]) if len(fields) == FIELDS else None
    return service is not None and service != kind.partition("-")[0]


def _said(part: Piece | Hole) -> object:
    return part.text if isinstance(part, Piece) else (part.written,)


def _at_slash(parts: Parts) -> tuple[Parts, Parts | None]:
    """What is before and behind the first slash of *parts*; None behind where there is no slash."""
    for at, part in enumerate(parts):
        if isinstance(part, Piece) and "/" in part.text:
            head, _, tail = part.text.partition("/")
            before = (*parts[:at], Piece(head, part.span)) if head else parts[:at]
            behind = (Piece(tail, part.span), *parts[at + 1 :]) if tail else parts[at + 1 :]
            return before, behind
    return parts, None


def log_folder(parts: Parts) -> tuple[Parts, Parts] | None:
    """The bucket of *parts*, a path of log files, and the prefix of their trail; None if it is none."""
    for at in range(len(parts) - 1, -1, -1):
        part = parts[at]
        if isinstance(part, Piece) and LOG_FOLDER in part.text:
            before = Piece(part.text.rpartition(LOG_FOLDER)[0], part.span)
            bucket, prefix = _at_slash(opened((*parts[:at], before)))
            return (bucket, prefix) if prefix is not None else None
    return None


def _is_prefix(parts: Parts) -> bool:
    """Whether *parts* are empty, or may be a prefix and a slash."""
    if not parts:
        return True
    first, last = parts[0], parts[-1]
    begins = not isinstance(first, Piece) or not first.text.startswith("/")
    return begins and (not isinstance(last, Piece) or last.text.endswith("/"))


# -- words for messages


def _effect(statement: Statement) -> str | None:
    return statement.effect.literal if statement.effect is not None else None


def _named(statement: Statement) -> str:
    """The actions of *statement*, for a message."""
    return listed([text.written for one in statement.actions for text in one.texts])


def _because(miss: Miss, actions: str) -> str:
    """What *miss* says about all requests for *actions*."""
    if not miss.element.startswith("Condition/"):
        return f"no request for {actions} is about such a {miss.element}"
    key = miss.element.split("/", 2)[2]
    if miss.actual is None:
        return f"{key} is never in a request for {actions}"
    return f"{key} is never {listed(miss.wanted)} in a request for {actions}"


def _plain(text: str) -> str:
    """*text* with a wildcard in place of what is not known."""
    return _HOLE.sub("*", text)


_HOLE = regex(r"\{(?:any|field|name|account)\}")


def _place(cause: Cause | None) -> Span | None:
    return cause.span if cause is not None else None
