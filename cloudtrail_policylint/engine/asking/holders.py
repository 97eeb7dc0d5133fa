"""What the holders of an identity policy may do."""

from __future__ import annotations

from ...decisions.decision import IDENTITY, Decider
from ...decisions.principals import ROLE, USER
from ...decisions.reach import open_principal, resources_of
from ...decisions.request import Request
from ...decisions.statements import Answer, Place
from ...decisions.values import agreed, holes
from ...iam.patterns import MAYBE, NO
from ...tree.source import Related
from ..plain import policies_of_holder
from .somewhere import nearly, of_some_resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...decisions.decision import Layer
    from ...decisions.principals import Principal
    from ...decisions.values import Parts
    from ...iam.policy import Document, Statement
    from .sources import Sources


class Holders:
    """Answers what the holders of *document* may do."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._available = sources.available
        self._decider = Decider()

    def allowed(self, action: str) -> int:
        """Whether the holders of an identity policy may carry out *action*, which one may be about."""
        documents = policies_of_holder(self._document)
        return agreed(self._may(action, kind, documents) for kind in (USER, ROLE))

    def near(self, action: str, floor: int) -> Iterator[tuple[Statement, Related]]:
        """The statements that nearly allow the holders *action*, or possibly if *floor* is MAYBE."""
        documents = policies_of_holder(self._document)
        (parts, *_) = resources_of(self._available.catalogue.action(action))
        layer = self._layer(documents, open_principal(ROLE), action, parts)
        yield from nearly(layer.answers, floor)

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
                allowed = of_some_resource(said, answers)
            verdict = max(verdict, allowed)
        return verdict if is_seen else max(verdict, MAYBE)

    def _layer(
        self, documents: tuple[Document, ...], principal: Principal, action: str, resource: Parts
    ) -> Layer:
        request = Request(
            principal, action, resource, available=self._available, shared=holes((resource,))
        )
        return self._decider.layer(documents, Place(IDENTITY), request)
