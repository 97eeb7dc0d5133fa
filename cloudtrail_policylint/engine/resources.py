"""Compiled matches of resources with their partners: imported by the first rule that asks for more than the type."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..findings.finding import IS_PARTNER
from ..iam.patterns import MAYBE, NO, YES
from ..setups.model import Elsewhere, Link, Links, Property, Referring
from ..tree.source import Related
from .elements import SingleTest, Witness
from .matches import Binding, DocumentMatch, Held
from .properties import PropertyTest, View, listed, shown
from .scene import Scene
from .setup_values import LOCATION, literal_text, location_at, own_path, property_of
from .words import compiled
from .words.word import negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..iam.policy import Document
    from ..setups.model import Location, Path, Resource, Setup
    from .lookups import Lookups
    from .setup_requests import Answered, SetupRequests
    from .stray import Stray
    from .words.word import Given


class SetupMatch:
    """The match of a resource with properties, partners, policies or requests."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._tests = tests_of(given, lookups)
        self._lookups = lookups

    def held(self, resource: Resource, subjects: dict[int, Subject]) -> Held | None:
        """How the match certainly holds for *resource*; None if it does not.

        *subjects* keeps what other matches have asked about it.
        """
        subject = subjects.get(id(resource))
        if subject is None:
            subject = subjects[id(resource)] = Subject(resource, self._lookups)
        found: list[Witness] = [
            Witness("type", resource.type, resource.owner.span),
            Witness("address", resource.owner.name, resource.owner.span),
        ]
        related: list[Related] = []
        for test in self._tests:
            if test.verdict(resource, subject) != YES:
                return None
        for test in self._tests:
            found += test.witnesses(resource, subject)
            related += test.related(resource, subject)
        late = [one for test in self._tests for one in test.late(resource, subject)]
        binding = Binding(None, tuple(found))
        return Held(binding, tuple(distinct(related)), resource, tuple(late))


def distinct(related: Iterable[Related]) -> Iterator[Related]:
    """*related* without those at the same place as another."""
    seen = set()
    for one in related:
        key = one.span.key()
        if key not in seen:
            seen.add(key)
            yield one


class Subject:
    """The resource that a rule is about, while it is checked."""

    def __init__(self, resource: Resource, lookups: Lookups) -> None:
        self.resource = resource
        self.lookups = lookups
        self._scenes: dict[int, tuple[Document, Scene]] = {}
        self._requests: SetupRequests | None = None

    def scene(self, document: Document) -> Scene:
        """*document* while it is checked."""
        found = self._scenes.get(id(document))
        if found is None:
            found = self._scenes[id(document)] = (document, Scene(document, self.lookups))
        return found[1]

    def requests(self) -> SetupRequests:
        """The requests that are made for the resource."""
        if self._requests is None:
            from .setup_requests import SetupRequests

            self._requests = SetupRequests(self.resource, self.lookups)
        return self._requests


class _Test(ABC):
    """One field of a match."""

    @abstractmethod
    def verdict(self, resource: Resource, subject: Subject, /) -> int:
        """The verdict on *resource*."""

    def witnesses(self, _: Resource, _subject: Subject, /) -> Iterable[Witness]:
        """The witnesses of a resource that passed."""
        return ()

    def related(self, _: Resource, _subject: Subject, /) -> Iterable[Related]:
        """Other places that the verdict on a resource depends on."""
        return ()

    def late(self, _: Resource, _subject: Subject, /) -> Iterable[Resource]:
        """The partners of whose order something is asked."""
        return ()


def tests_of(given: Given, lookups: Lookups) -> list[_Test]:
    """The tests of the fields *given*, the cheapest first."""
    found: list[_Test] = []
    if "stray" in given:
        found.append(_Stray())
    for field in ("property", "apart", "partner", "policy", "request"):
        tests = given.get(field)
        if tests is None:
            continue
        if field == "property":
            found += [_OfProperty(name, one, lookups) for name, one in tests.items()]
        elif field == "apart":
            found.append(_Apart(tests, lookups))
        else:
            kinds: dict[str, Any] = {"partner": _Partner, "policy": _Policy, "request": _Request}
            for one in tests if isinstance(tests, list) else [tests]:
                found += [
                    kinds[field](quantifier, test, lookups) for quantifier, test in one.items()
                ]
    return found


class _Type:
    """The test of the type of a resource."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._test = SingleTest("type", given, lookups)

    def verdict(self, resource: Resource) -> int:
        """The verdict on *resource*."""
        return self._test.verdict(literal_text(resource.type, resource.owner.span))


# -- properties


class _OfProperty(_Test):
    """The tests of one property of a resource."""

    def __init__(self, name: str, given: Any, lookups: Lookups) -> None:
        self._tests = [PropertyTest(name, one, lookups) for one in listed(given)]
        self._lookups = lookups

    def _view(self, resource: Resource) -> View:
        def read(path: Path) -> Property:
            return property_of(resource, path, self._lookups)

        names = self._lookups.resource_facts(resource.type).get("names", {})
        return View(read, names, resource.owner.span)

    def verdict(self, resource: Resource, _: Subject) -> int:
        view = self._view(resource)
        return min(test.verdict(view) for test in self._tests)

    def witnesses(self, resource: Resource, _: Subject) -> Iterator[Witness]:
        """The values that passed the last test."""
        yield from self._tests[-1].witnesses(self._view(resource), None)


# -- partners


class _Partner(_Test):
    """``partner``: the resources that one refers to, or that refer to it."""

    def __init__(self, quantifier: str, given: Given, lookups: Lookups) -> None:
        self._quantifier = quantifier
        self._through: str | None = given.get("through")
        self._by: str | None = given.get("by")
        words = given.get("order", {})
        self._order = [test.order for test in compiled("order", words, lookups) if test.order]
        self._type = _Type(given["type"], lookups)
        self._tests = tests_of({k: v for k, v in given.items() if k != "type"}, lookups)
        self._lookups = lookups
        self._found: tuple[Setup, list[Resource], Referring | None] | None = None

    @property
    def finds(self) -> bool:
        """Whether the partners that pass are what is looked for."""
        return self._quantifier != "none"

    def verdict(self, resource: Resource, subject: Subject) -> int:
        found = NO
        links = self._links(resource)
        for link in links.found:
            found = max(found, min(link.verdict, self._one(link.resource, subject)))
        if not links.known:
            found = max(found, MAYBE)
        if self._quantifier == "none":
            return negated(found)
        return found

    def _one(self, partner: Resource, subject: Subject) -> int:
        verdict = min(self._type.verdict(partner), partner.exists_with(subject.resource))
        for test in self._tests:
            if verdict == NO:
                return NO
            verdict = min(verdict, test.verdict(partner, subject))
        for order in self._order if verdict != NO else ():
            verdict = min(verdict, order(_orders(partner, subject.resource)))
        return verdict

    def _links(self, resource: Resource) -> Links:
        if self._through is not None:
            return resource.links(
                own_path(resource, tuple(self._through.split(".")), self._lookups)
            )
        setup = resource.setup
        if self._found is None or self._found[0] is not setup:
            self._found = (setup, self._of_type(setup), None)
        _, of_type, referring = self._found
        if self._by is None:
            others = [one for one in of_type if one is not resource]
            return Links(tuple([Link(one, YES) for one in others]), True)
        if referring is None:
            path = tuple(self._by.split("."))
            referring = Referring(
                (one, one.links(own_path(one, path, self._lookups))) for one in of_type
            )
            self._found = (setup, of_type, referring)
        found = referring.to(resource)
        is_seen = not isinstance(resource, Elsewhere) and not resource.setup.leaves(resource)
        return Links(tuple(found), is_seen)

    def _of_type(self, setup: Setup) -> list[Resource]:
        """The resources of *setup* whose type passes."""
        return [one for one in setup.resources if self._type.verdict(one) != NO]

    def _passing(self, resource: Resource, subject: Subject) -> Iterator[Resource]:
        for link in self._links(resource).found if self._quantifier != "none" else ():
            if min(link.verdict, self._one(link.resource, subject)) == YES:
                yield link.resource

    def witnesses(self, resource: Resource, subject: Subject) -> Iterator[Witness]:
        inner = [test for test in self._tests if isinstance(test, _Partner) and test.finds]
        for partner in self._passing(resource, subject):
            if not inner:
                yield Witness("partner", partner.owner.name, partner.owner.span)
            if self._order:
                place = partner.place_of(subject.resource)
                yield Witness("reference", subject.resource.owner.name, place or partner.head())
            for test in self._tests:
                yield from test.witnesses(partner, subject)
        if self._through is not None and self._quantifier != "none":
            path = own_path(resource, tuple(self._through.split(".")), self._lookups)
            given = resource.at(path)
            if given.span is not None and given.items:
                yield Witness(self._through, shown(given.items[0].node), given.span)

    def late(self, resource: Resource, subject: Subject) -> Iterator[Resource]:
        """The partners that passed a test of the order."""
        for partner in self._passing(resource, subject):
            if self._order:
                yield partner
            for test in self._tests:
                yield from test.late(partner, subject)

    def related(self, resource: Resource, subject: Subject) -> Iterator[Related]:
        for partner in self._passing(resource, subject):
            yield Related(partner.head(), f"{IS_PARTNER}{partner.owner.name}")
            for test in self._tests:
                yield from test.related(partner, subject)


def _orders(partner: Resource, subject: Resource) -> dict[str, int]:
    """Whether *partner* is made before *subject*, after it, or independently."""
    setup = subject.setup
    before = setup.is_after(subject, partner)
    after = setup.is_after(partner, subject)
    return {
        "before": before,
        "after": after,
        "unordered": min(negated(before), negated(after)),
    }


class _Apart(_Test):
    """``apart``: what a property names is in another region or account."""

    def __init__(self, given: Given, lookups: Lookups) -> None:
        self._through: str = given["through"]
        self._from: str | None = given.get("from")
        words = {"in": given["in"]}
        self._tests = [test.place for test in compiled("apart", words, lookups) if test.place]
        self._lookups = lookups

    def _places(self, resource: Resource) -> tuple[Location, Location]:
        there = location_at(resource, self._through, self._lookups)
        if self._from is None:
            return there, resource.location
        return there, location_at(resource, self._from, self._lookups)

    def verdict(self, resource: Resource, _: Subject) -> int:
        there, here = self._places(resource)
        found = {name: there.differs(here, name) for name in LOCATION}
        return min(test(found) for test in self._tests)

    def witnesses(self, resource: Resource, _: Subject) -> Iterator[Witness]:
        there, here = self._places(resource)
        name = next(name for name in LOCATION if there.differs(here, name) == YES)
        span = resource.owner.span
        yield Witness("there", f"{name} {getattr(there, name)}", span)
        yield Witness("here", getattr(here, name), span)
        given = property_of(resource, (self._through,), self._lookups)
        if given.span is not None and given.items:
            yield Witness(self._through, shown(given.items[0].node), given.span)

    def related(self, resource: Resource, _: Subject) -> Iterator[Related]:
        links = resource.links(own_path(resource, (self._through,), self._lookups))
        for link in links.found if links.known else ():
            if link.verdict == YES:
                yield Related(link.resource.head(), f"{IS_PARTNER}{link.resource.owner.name}")


# -- policies and requests


class _Policy(_Test):
    """``policy``: the policies on a resource, those that belong to it included."""

    def __init__(self, quantifier: str, given: Given, lookups: Lookups) -> None:
        self._quantifier = quantifier
        self._kinds = given["kind"]["is"]
        self._match = DocumentMatch(given, lookups)

    def _documents(self, resource: Resource) -> Iterator[Document]:
        for kind in self._kinds:
            yield from resource.setup.policies(resource, kind).documents

    def verdict(self, resource: Resource, subject: Subject) -> int:
        verdicts = [
            min(
                self._match.verdict(subject.scene(one), MAYBE),
                MAYBE if not one.complete and not one.statements else YES,
            )
            if one.complete
            else max(MAYBE, self._match.verdict(subject.scene(one), MAYBE))
            for one in self._documents(resource)
        ]
        if self._quantifier == "every":
            return min(verdicts, default=NO)
        most = max(verdicts, default=NO)
        return negated(most) if self._quantifier == "none" else most

    def related(self, resource: Resource, subject: Subject) -> Iterator[Related]:
        for one in self._documents(resource) if self._quantifier != "none" else ():
            scene = subject.scene(one)
            if one.complete and self._match.verdict(scene, YES) == YES:
                for binding in self._match.bindings(scene, YES):
                    place = binding.statement.span if binding.statement else one.span
                    yield Related(
                        place, "in this statement" if binding.statement else "this policy"
                    )


class _Stray(_Test):
    """``stray``: a policy in the resource names another one than it is on."""

    def verdict(self, resource: Resource, _: Subject) -> int:
        return YES if next(iter(self._strays(resource)), None) is not None else NO

    def witnesses(self, resource: Resource, _: Subject) -> Iterator[Witness]:
        """The Resources that are, and what the policy is on."""
        for one in self._strays(resource):
            yield Witness("stray", one.text, one.span)
            yield Witness("on", one.on, one.span)

    def _strays(self, resource: Resource) -> Iterator[Stray]:
        from .stray import strays

        yield from strays(resource)


class _Request(_Test):
    """``request``: the decisions on the requests that are made for a resource."""

    def __init__(self, quantifier: str, given: Given, lookups: Lookups) -> None:
        self._quantifier = quantifier
        self._tests = list(compiled("request", given, lookups))
        self._names = given["is"]
        self._may_be_allowed = given.get("decision") == "possible"

    def _one(self, answered: Answered) -> int:
        """The verdict on one request."""
        verdict = YES
        for test in self._tests:
            if test.decision is not None:
                verdict = min(verdict, test.decision(answered.decision))
            if test.cause is not None:
                verdict = min(verdict, test.cause(answered.cause))
        return verdict

    def verdict(self, _: Resource, subject: Subject) -> int:
        made = [one for one in map(subject.requests().answered, self._names) if one is not None]
        verdicts = [self._one(one) for one in made]
        if self._quantifier == "every":
            return min(verdicts, default=NO)
        found = max(verdicts, default=NO)
        return negated(found) if self._quantifier == "none" else found

    def _passing(self, subject: Subject) -> Iterator[Answered]:
        for name in self._names if self._quantifier == "some" else ():
            answered = subject.requests().answered(name)
            if answered is not None and self._one(answered) == YES:
                yield answered

    def witnesses(self, resource: Resource, subject: Subject) -> Iterator[Witness]:
        for answered in self._passing(subject):
            yield Witness("request", answered.action, resource.owner.span)
            if not self._may_be_allowed:
                yield Witness("on", answered.on, resource.owner.span)
            yield Witness("because", answered.because, resource.owner.span)
            for span in answered.places:
                yield Witness("cause", answered.because, span)
                yield Witness("request", answered.action, span)
                yield Witness("because", answered.because, span)
            if answered.partner is not None:
                yield Witness("partner", answered.partner.owner.name, answered.partner.owner.span)
            yield from answered.properties

    def related(self, _: Resource, subject: Subject) -> Iterator[Related]:
        for answered in self._passing(subject):
            yield from answered.related
