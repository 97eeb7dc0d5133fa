"""Cached lookups of the texts of policies in the AWS catalogue."""

from __future__ import annotations

from functools import cached_property

from ..iam.arns import MISFITS, PLACED, Shape, misfit, region_of, service_of
from ..iam.normalise import nearest_element
from ..iam.patterns import MAYBE, NO, YES, Pattern
from ..iam.plain_arns import PlainArns
from ..tree.nodes import Hole, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ..iam.arns import ResourceType
    from ..iam.catalogue import Catalogue, KnownAction
    from ..iam.policy import Document
    from .asking.sources import Sources
    from .redundancy import Redundancy


MAX_HOLDERS = 100
"""Holders of policies of which it is remembered what they may do."""


class Term:
    """One text of an element; *make* makes its form."""

    __slots__ = ("_form", "_make", "text")

    def __init__(self, text: Text, make: Callable[[], Pattern | Shape]) -> None:
        self.text = text
        self._make = make
        self._form: Pattern | Shape | None = None

    @property
    def form(self) -> Pattern | Shape:
        """The text as a pattern, or as a shape where it may be an ARN: many tests need neither."""
        if self._form is None:
            self._form = self._make()
        return self._form


def shape_term(text: Text) -> Term:
    """*text* of which the form is that of a text that may be an ARN."""
    return Term(text, lambda: Shape(text.parts, variables=True))


class Lookups:
    """The AWS catalogue, and caches of what follows from it for a text, by ``Text.known``."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._misfits: dict[object, tuple[int, str]] = {}
        self._sources: Sources | None = None
        self._types: dict[object, tuple[ResourceType | None, ...] | None] = {}
        self._allowed: dict[object, tuple[object, dict[str, int]]] = {}

    @property
    def sources(self) -> Sources:
        """What decisions rest on, loaded when a rule first asks for one."""
        if self._sources is None:
            from .asking.sources import Sources

            self._sources = Sources(self.catalogue)
        return self._sources

    def allowed_to(self, documents: Sequence[Document]) -> dict[str, int]:
        """What is known so far of the actions that all *documents* of a holder allow.

        Each of them asks the same: without this, the time would grow with the square
        of their number.
        """
        key = frozenset(
            (one.kinds, id(one.statements), id(one.version), one.complete) for one in documents
        )
        found = self._allowed.get(key)
        if found is None:
            if len(self._allowed) == MAX_HOLDERS:
                del self._allowed[next(iter(self._allowed))]
            # The documents are kept, so that no other one gets the same id.
            found = self._allowed[key] = (tuple(documents), {})
        return found[1]

    @cached_property
    def redundancy(self) -> Redundancy:
        """What is redundant in statements, loaded when a rule first asks for it."""
        from .redundancy import Redundancy

        return Redundancy()

    @cached_property
    def _resource_facts(self) -> dict[str, Mapping[str, Any]]:
        return {one["type"]: one for one in self.catalogue.facts.resource_types}

    def resource_facts(self, type_: str) -> Mapping[str, Any]:
        """What ``rules/facts/resources.yaml`` says of resources of *type_*."""
        return self._resource_facts.get(type_, {})

    def nearest(self, field: str, text: str) -> str | None:
        """What was probably meant by *text*, an action, a condition key or an element."""
        if field == "key":
            return self.catalogue.nearest_key(text)
        if field == "element":
            return nearest_element(text)
        return self.catalogue.nearest_action(text)

    def misfit(self, term: Term) -> tuple[int, str]:
        """The verdict and reason of ``arns.misfit`` for the service that the text names."""
        key = term.text.known
        found = self._misfits.get(key)
        if found is None:
            found = self._misfits[key] = self._misfit(term)
        return found

    def may_misfit(self, text: Text) -> bool:
        """Whether something may be wrong with *text* as an ARN."""
        found = self._misfits.get(text.known)
        return (self.misfit(shape_term(text)) if found is None else found)[0] != NO

    @cached_property
    def _plain_arns(self) -> PlainArns:
        return PlainArns(self.catalogue.types_of_arn_service, self.catalogue.facts.regions)

    def _misfit(self, term: Term) -> tuple[int, str]:
        literal = term.text.literal
        if literal is not None and self._plain_arns.has(literal):
            return NO, ""
        assert isinstance(term.form, Shape)
        arn = term.form.arn
        service = named_service(term)
        kinds = self.catalogue.types_of_arn_service(service) if service else ()
        found = misfit(term.text.parts, term.form, kinds)
        if arn is None or found[1] in PLACED:
            return found
        region, regions = region_of(arn), self.catalogue.facts.regions
        if region and regions and region not in regions:
            return YES, "region-name"
        if found[0] == NO:
            return found
        has = arn.service is not None and self.catalogue.service(arn.service) is not None
        if arn.service is None or (has and found[0] == MAYBE):
            return MAYBE, ""
        # The types of other services may have such ARNs, too.
        every = self.catalogue.every_type_of_arn_service(arn.service)
        if not every:
            return YES, "service"
        return misfit(term.text.parts, term.form, every) if len(every) > len(kinds) else found

    def reason(self, term: Term) -> str:
        """Why the text cannot name a resource, in words for a message; empty if it can."""
        return MISFITS.get(self.misfit(term)[1], "")

    def types_of(self, action: Term) -> tuple[ResourceType | None, ...] | None:
        """The resource types that *action* accepts; None if unknown.

        None among the types means that it accepts no resource.
        """
        key = action.text.known
        if key not in self._types:
            self._types[key] = self._accepted(action)
        return self._types[key]

    def _accepted(self, term: Term) -> tuple[ResourceType | None, ...] | None:
        # Actions whose types the catalogue does not know are unlikely to be what a pattern is for.
        actions = [one for one in self.expansion(term) or () if one.types is not None]
        if not actions:
            return None
        found: dict[str, ResourceType | None] = {}
        for one in actions:
            for kind in one.types or ():
                found[kind.name] = kind
            if not one.types:
                found[""] = None
        return tuple(found.values())

    def expansion(self, term: Term) -> tuple[KnownAction, ...] | None:
        """The actions that an action's pattern matches; None if it does not name one service."""
        prefix, known = prefix_of(term.text)
        if not known or "*" in prefix or "?" in prefix or not prefix:
            return None
        assert isinstance(term.form, Pattern)
        found: dict[str, KnownAction] = {}
        for glob in term.form.globs:
            for action in self.catalogue.expand(prefix, glob):
                found[action.full_name] = action
        return tuple(found.values())


def prefix_of(text: Text) -> tuple[str, bool]:
    """The service prefix of an action in lower case, and whether it is completely known."""
    found = ""
    for part in text.parts:
        if isinstance(part, Hole):
            return found, False
        head, colon, _ = part.text.partition(":")
        found += head.lower()
        if colon:
            return found, True
    return "", True


def named_service(term: Term) -> str | None:
    """The service in the third field of an ARN, else the field as written; None if unknown."""
    assert isinstance(term.form, Shape)
    named = term.form.arn.service if term.form.arn is not None else None
    return named if named is not None else service_of(term.text.parts)
