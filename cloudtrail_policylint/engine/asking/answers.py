"""What statements say to requests, as answers to rules."""

from __future__ import annotations

from ...base.record import record, replaced
from ...decisions.reach import Asked, settled
from ...decisions.statements import Answer, Place
from ...decisions.values import agreed
from ...iam.kinds import WITH_PRINCIPAL
from ...iam.patterns import MAYBE
from ...iam.policy import Condition
from ...tree.nodes import ACCOUNT, Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...decisions.reasons import Miss
    from ...tree.nodes import Text


@record
class Met:
    """Whether any request meets something, and whether each does; ``because`` says what keeps it."""

    ever: int
    always: int
    because: str = ""
    miss: Miss | None = None


UNTOLD = Met(MAYBE, MAYBE)
_HAVE_OWN_RESOURCE = tuple([k for k in WITH_PRINCIPAL if k not in ("rcp", "vpc-endpoint")])


def place_of(kind: str) -> Place:
    """Where a document of *kind* stands."""
    return Place(
        kind,
        names_principals=kind in WITH_PRINCIPAL,
        has_own_resource=kind in _HAVE_OWN_RESOURCE,
    )


def alike(kind: str) -> object:
    """A key that is the same for kinds of documents that are asked the same about a statement."""
    place = place_of(kind)
    return place.names_principals, place.has_own_resource, kind == "scp"


def of_all(found: Sequence[Met]) -> Met:
    """What is the same for all possible kinds; MAYBE where they differ."""
    ever, always = agreed(one.ever for one in found), agreed(one.always for one in found)
    return replaced(found[0], ever=ever, always=always)


def answers_of(requests: Sequence[Asked]) -> list[Answer]:
    """What a statement says to *requests*, once for actions that are met alike."""
    return [
        answer
        for answers in {id(one.answers): one.answers for one in requests}.values()
        for answer in answers
    ]


def answered(answer: Answer) -> tuple[int, int]:
    """Whether resource and conditions are met by some request like that of *answer*, and by each."""
    statement = answer.statement
    texts = [text for one in statement.resources for text in one.texts]
    is_told = _are_told(texts, answer)
    found = [settled(answer.resource) if is_told else (answer.resource, answer.resource)]
    for one, verdict in answer.conditions:
        is_told = one.certain and _are_told(texts_of(one), answer)
        found.append(settled(verdict) if is_told else (verdict, verdict))
    return min([ever for ever, _ in found]), min([always for _, always in found])


def possible(verdict: int, texts: Iterable[Text], answer: Answer) -> int:
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


def texts_of(condition: Condition) -> tuple[Text, ...]:
    """The texts of *condition*."""
    return (condition.operator, condition.key, *condition.values)
