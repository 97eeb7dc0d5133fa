"""Why a request was denied: what AWS said, what the files say, and what to write."""

from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import record, replaced
from ..decisions.call import no_action
from ..decisions.principals import ROLE as A_ROLE
from ..decisions.principals import Principal
from ..decisions.reasons import DENY
from ..decisions.values import UNKNOWN
from ..iam.patterns import YES
from .ask import Answered, Asker, Question
from .delivery import Refused, refused, spans
from .languages import HCL, JSON, YAML, is_block, language, written
from .messages import EVENT, PUBLIC_ACCESS
from .resources import check_resource
from .suggest import Suggestion, suggestions
from .who import Who, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..findings.finding import Finding
    from ..findings.setup import ShownRequest, ShownSetup
    from ..tree.source import Span
    from .messages import Denial
    from .view import View

_NO_CONTEXT: Mapping[str, tuple[str, ...]] = {}
_SOMEBODY = "somebody whom the record does not name"
_NAMES = {
    "identity": "identity policies of the principal, its groups and their managed policies",
    "scp": "service control policies of the organization",
    "boundary": "the permissions boundary of the principal",
    "session": "session policies: whoever assumes the role may pass them",
    "resource": "the policy of the resource",
    "trust": "the trust policy of the role",
    "vpc-endpoint": "the policy of a VPC endpoint that the request goes through",
    "rcp": "resource control policies of the organization",
}
"""The types of policies that may have denied a request, those that do most often first."""


@record
class Asked:
    """What the options say in place of the message."""

    principal: str | None = None
    action: str | None = None
    resource: str | None = None
    account: str | None = None
    context: Mapping[str, tuple[str, ...]] = _NO_CONTEXT


@record
class SetUp:
    """Why CloudTrail refuses a set-up: findings that explain it, and requests that are denied.

    ``refused`` are requests that policies do not allow for which no trail is in view.
    """

    findings: tuple[Finding, ...]
    denied: tuple[tuple[ShownSetup, ShownRequest], ...]
    refused: tuple[Refused, ...] = ()


@record
class Why:
    """The explanation of *denial*, which was met *count* times.

    ``answers`` are the decisions on the requests that it is about; ``look_at`` is what remains to be looked at.
    """

    denial: Denial
    count: int
    answers: tuple[Answered, ...]
    set_up: SetUp | None
    suggestions: tuple[Suggestion, ...]
    look_at: tuple[str, ...]

    @property
    def answered(self) -> Answered | None:
        """The decision that explains it: the first that is not allowed."""
        return next(
            (one for one in self.answers if one.verdict != YES), next(iter(self.answers), None)
        )

    @property
    def word(self) -> str:
        """The answer: ``denied``, ``not-allowed``, ``allowed``, ``set-up`` or ``unknown``."""
        if self.set_up is not None:
            return "set-up"
        if self.may_be_denied:
            return "denied"
        return self.answered.word if self.answered is not None else "unknown"

    @property
    def may_be_denied(self) -> bool:
        """Whether AWS says that a statement denies it, and the files have one that may."""
        answered = self.answered
        if answered is None or answered.word not in ("not-allowed", "unknown"):
            return False
        return self.denial.explicit and any(
            cause.effect == DENY and (not self.denial.kind or _is_of(cause.kind, self.denial.kind))
            for cause in answered.causes
        )

    @property
    def certain(self) -> bool:
        """Whether the files say for certain what the answer is."""
        if self.set_up is not None:
            return self.has_cause
        return self.word != "unknown" and not self.may_be_denied

    @property
    def has_cause(self) -> bool:
        """Whether the files have the cause."""
        if self.set_up is not None:
            return bool(self.set_up.findings or self.set_up.denied or self.set_up.refused)
        answered = self.answered
        if answered is None or answered.verdict == YES:
            return False
        if answered.word in ("denied", "not-allowed"):
            return True
        return any(
            cause.answer is not None and cause.effect != "allow" for cause in answered.causes
        )


class Explainer:
    """Explains denials by the policies of *view*."""

    def __init__(self, view: View, asked: Asked) -> None:
        self._asker = Asker(view)
        self._view = view
        self._asked = asked

    def explain(self, denial: Denial, count: int, set_up: SetUp | None = None) -> Why:
        """The explanation of *denial*; *set_up* is what was found for a refusal of a set-up."""
        refusal = denial.refusal
        asked = self._asked
        principal = asked.principal or denial.principal
        if refusal is not None and not (refusal.actions and principal):
            found = set_up or SetUp((), ())
            texts = tuple(set_up_suggestions(found))
            return Why(denial, count, (), found, texts, (refusal.look_at,))
        if not principal and denial.form == EVENT:  # of many records, one may not say it
            principal = _SOMEBODY
        if not principal:
            raise UsageError(
                "the message does not say who made the request: say --principal, "
                "and --resource where it is about one"
            )
        actions = refusal.actions if refusal is not None else (asked.action or denial.action,)
        if refusal is None:
            self._check_asked(actions)
        who = self._who(principal)
        answers = []
        for action in actions:
            resource = asked.resource or (denial.resource if refusal is None else "") or None
            question = Question(
                principal,
                _known(action),
                None if resource == "*" else resource,
                {**(denial.context or {}), **asked.context},
                asked.account,
            )
            answers.append(_in_order(self._asker.ask(who, question), denial))
        why = Why(denial, count, tuple(answers), None, (), ())
        assert why.answered is not None
        texts = tuple(
            {
                repr(text): text
                for one in answers
                if no_action(one.action) is None
                for text in suggestions(one, is_denied=denial.explicit)
            }.values()
        )
        unheard = [no_action(one.action) for one in answers]
        look_at = (*filter(None, unheard), *_look_at(why.answered, denial))
        return replaced(why, suggestions=texts, look_at=look_at)

    def _check_asked(self, actions: Sequence[str]) -> None:
        """Raise ``UsageError`` for an action or a resource of the options that there cannot be."""
        missing = no_action(self._asked.action) if self._asked.action is not None else None
        if missing is not None:
            raise UsageError(missing)
        check_resource(self._view, self._asked.resource, actions)

    def _who(self, text: str) -> Who:
        try:
            found = find(self._view, text)
        except UsageError:
            if self._asked.principal is not None:
                raise
            found = []
        if found:
            return found[0]
        return Who(text, Principal(A_ROLE, UNKNOWN, UNKNOWN, UNKNOWN), None)


def _known(action: str) -> str:
    """*action* as the catalogue spells it: a message may be about one that is newer than the data."""
    from ..decisions.call import availability

    found = availability().catalogue.action(action)
    return found.full_name if found is not None else action


def _in_order(answered: Answered, denial: Denial) -> Answered:
    """*answered* with the reasons first that are of the type that AWS named."""
    if not denial.kind:
        return answered
    named = [one for one in answered.causes if _is_of(one.kind, denial.kind)]
    rest = [one for one in answered.causes if not _is_of(one.kind, denial.kind)]
    return replaced(answered, causes=(*named, *rest))


def _is_of(kind: str, named: str) -> bool:
    """Whether a policy of *kind* is of the type that a message has *named*."""
    return kind == named or (named == "resource" and kind not in (*_NAMES, "session"))


def _look_at(answered: Answered, denial: Denial) -> Iterator[str]:
    """What may have denied the request and has not been found: the type that AWS names comes first."""
    if denial.kind == PUBLIC_ACCESS:
        yield (
            "S3 Block Public Access of the bucket and the account: it refuses a policy that is public; "
            "limit the policy's Principal or add conditions"
        )
        return
    explained = {cause.kind for cause in answered.causes if cause.effect != "allow"}
    if denial.kind and not any(_is_of(kind, denial.kind) for kind in explained):
        policy = f" ({denial.policy})" if denial.policy else ""
        yield f"{_NAMES[denial.kind]}{policy}: AWS names it, and nothing in these files denies it there"
    if answered.verdict != YES:
        return
    skipped = {denial.kind, "trust" if not answered.action.startswith("sts:") else ""}
    if answered.request.principal.kind != A_ROLE:
        skipped.add("session")
    yield from (text for kind, text in _NAMES.items() if kind not in skipped)


# -- set-ups


def set_up_of(
    denial: Denial, findings: Sequence[Finding], setups: Sequence[ShownSetup], view: View
) -> SetUp:
    """What of *findings* and *setups* explains the refusal of *denial*, else what policies of *view* do."""
    from ..decisions.call import availability
    from ..decisions.profiles import Profiles

    refusal = denial.refusal
    assert refusal is not None
    about = [one for one in findings if _mentions(one, refusal.name)]
    available = availability()
    profiles = Profiles(available.catalogue.facts, available).by_name
    denied = [
        (setup, request)
        for setup in setups
        for request in setup.requests
        if request.answer == "denied" and profiles[request.name].decided_by in refusal.about
    ]
    if about or denied:
        return SetUp(tuple(about), () if about else tuple(denied))
    places = list(spans(view, refusal))
    errors = [
        one
        for one in findings
        if one.severity == "error"
        and one.certain
        and any(_contains(place, one) for place in places)
    ]
    return SetUp(tuple(errors), (), tuple(refused(view, refusal)))


def _contains(place: Span, finding: Finding) -> bool:
    span = finding.span
    return span.source.path == place.source.path and place.start <= span.start < place.end


def _mentions(finding: Finding, name: str) -> bool:
    """Whether *finding* or its rule says that the defect leads to the exception *name*."""
    rule = finding.rule
    texts = (
        finding.message,
        rule.summary,
        rule.why,
        rule.fix,
        *[one.get("says", "") for one in rule.references],
    )
    return any(name in text for text in texts)


def set_up_suggestions(set_up: SetUp) -> Iterator[Suggestion]:
    """What to write for each finding of *set_up*, and each request that policies do not allow."""
    for finding in set_up.findings:
        span = finding.span
        line, _ = span.source.position(span.start)
        path = span.source.path.lower()
        form = (
            HCL
            if path.endswith((".tf", ".tofu"))
            else YAML
            if path.endswith((".yaml", ".yml"))
            else JSON
        )
        yield Suggestion(form, span.source.path, line, " ".join(finding.rule.fix.split()), "")
    for denied in set_up.refused:
        document = denied.document
        form = language(document)
        line, _ = document.span.source.position(document.span.start)
        text = written(denied.statement, form, is_block=is_block(document))
        caution = "" if denied.kind == "identity" else "with aws:SourceArn, the ARN of the trail"
        yield Suggestion(form, document.span.source.path, line, text, caution)
