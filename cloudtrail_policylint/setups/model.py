"""Resources and their relations, whatever their format: properties, references, policies, order.

A verdict is MAYBE wherever something is not in view or not known: a value, a
condition, a module of which the files are not there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property, partial

from ..base.record import record, replaced
from ..extract import aws
from ..iam.normalise import normalise
from ..iam.patterns import MAYBE, NO, YES
from ..iam.policy import Document
from ..iam.written import Found
from ..tree.nodes import NAME, Hole, Node, Piece, Text, narrowed
from ..tree.source import first_line
from .values import Item, literal_of, made_up_name, respelt, same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..iam.written import Owner, Problem
    from ..tree.source import Span
    from .waiting import Insertion

    Parts = tuple[Piece | Hole, ...]
    Path = tuple[str, ...]

PARTITIONS = ("${partition}", "${AWS::Partition}")
"""How a partition is spelled that is not known."""
REGIONS = ("${region}", "${AWS::Region}")
"""How the region is spelled."""
ACCOUNTS = ("${account}", "${AWS::AccountId}")
"""How the account is spelled."""
MAX_LINKS = 20
"""References that are followed from one resource to the next, from an alias to its key for instance."""


@record
class Assumed:
    """What is taken for something that is not known.

    ``partition``: the partition. ``names``: the names that CloudFormation makes up have the
    parts that they always have. ``places``: the region and account in the ARN of a resource are those of that
    resource, where several providers make them differ.
    """

    partition: str = ""
    names: bool = False
    places: bool = False

    @property
    def key(self) -> tuple[str | bool, ...]:
        """What tells it apart from others."""
        return self.partition, self.names, self.places


NOTHING = Assumed()
IN_PLACE = Assumed(places=True)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Text) and node.literal == ""


@record
class Property:
    """A property of a resource.

    ``complete`` is False if there may be other values. ``span`` is where it is
    written in the resource, None if it is not.
    """

    items: tuple[Item, ...]
    complete: bool
    span: Span | None

    @property
    def given(self) -> int:
        """Whether a value is written; an empty text is none."""
        items = [item for item in self.items if not _is_empty(item.node)]
        if self.span is not None and any(item.sure and not item.may_be_null for item in items):
            return YES
        return NO if self.complete and (self.span is None or not items) else MAYBE


ABSENT = Property((), True, None)


@record
class Link:
    """A resource that a property refers to, and whether it certainly does."""

    resource: Resource
    verdict: int


@record
class Links:
    """The resources that a property refers to; ``known`` is False if it may be others."""

    found: tuple[Link, ...]
    known: bool

    def verdict(self, resource: Resource) -> int:
        """Whether *resource* is one of them."""
        own = [link.verdict for link in self.found if link.resource is resource]
        if own:
            return max(own)
        may_be = any(link.resource.may_be(resource) for link in self.found)
        return MAYBE if may_be or not self.known else NO


class Referring:
    """Which resources refer to which others, from the links of each."""

    def __init__(self, every: Iterable[tuple[Resource, Links]]) -> None:
        self._to: dict[int, list[Link]] = {}
        self._others: list[tuple[Resource, Links]] = []  # these may refer to more
        for resource, links in every:
            for link in links.found:
                found = Link(resource, link.verdict)
                self._to.setdefault(id(link.resource), []).append(found)
            if not links.known or any(isinstance(one.resource, Elsewhere) for one in links.found):
                self._others.append((resource, links))

    def to(self, resource: Resource) -> list[Link]:
        """The resources that refer to *resource*, and whether they certainly do."""
        found = [one for one in self._to.get(id(resource), ()) if one.resource is not resource]
        known = {id(one.resource) for one in found}
        for other, links in self._others:
            if id(other) not in known and other is not resource:
                verdict = links.verdict(resource)
                if verdict != NO:
                    found.append(Link(other, verdict))
        return found


@record
class Location:
    """The region and account of a resource; empty if they are not known."""

    region: str
    account: str

    def differs(self, other: Location, field: str) -> int:
        """Whether the *field* of *other* is another one."""
        one, two = getattr(self, field), getattr(other, field)
        return MAYBE if not one or not two else NO if one == two else YES


NOWHERE = Location("", "")


@record
class Policies:
    """The policies of one kind on a resource, and the ``resources`` that have them."""

    documents: tuple[Document, ...]
    resources: tuple[Resource, ...]


class Resource(ABC):
    """One resource, or one instance of a resource that is repeated.

    ``conditions`` are what it exists under: it is there whenever a resource is
    that has the same conditions.
    """

    def __init__(
        self, setup: Setup, type_: str, owner: Owner, conditions: frozenset[object]
    ) -> None:
        self.setup = setup
        self.type = type_
        self.owner = owner
        self.conditions = conditions
        self._links: dict[Path, Links] = {}
        self._documents: dict[tuple[str | bool, ...], tuple[Document, ...] | None] = {}

    @abstractmethod
    def at(self, path: Path, /) -> Property:
        """The property at *path*, by the names that its type has."""

    @abstractmethod
    def find_links(self, path: Path, /) -> Links:
        """The resources that the property at *path* refers to."""

    @property
    @abstractmethod
    def arn(self) -> Parts | None:
        """Its ARN, as far as it is known; None for a type without one."""

    @property
    @abstractmethod
    def name(self) -> Parts | None:
        """The name that users give it; None if AWS makes it up."""

    @property
    @abstractmethod
    def policy_paths(self) -> Mapping[str, str | None]:
        """The properties that are policies, and the kind of each."""

    @property
    @abstractmethod
    def targets(self) -> Sequence[str]:
        """The properties that name what its policies are on, or who has them."""

    @property
    @abstractmethod
    def attached(self) -> str:
        """The property with managed policies that it attaches, if it does that."""

    @property
    @abstractmethod
    def stands_for(self) -> str:
        """The property that names what this is another name of, such as the key of an alias."""

    @abstractmethod
    def read(self, path: Path, /) -> tuple[list[tuple[Node, tuple[Problem, ...]]], bool]:
        """The policies in the property at *path*, and whether it has no unknown ones."""

    @abstractmethod
    def spelling(self, hole: Hole) -> str:
        """How *hole* is spelled wherever it has the same value: the account, or the name of a resource."""

    def may_be(self, _: Resource) -> bool:
        """Whether it and another resource may be one."""
        return False

    @property
    @abstractmethod
    def location(self) -> Location:
        """Where it is, as far as that is known."""

    # -- what follows

    def links(self, path: Path) -> Links:
        """The resources that the property at *path* refers to, and those that these stand for."""
        found = self._links.get(path)
        if found is None:
            self._links[path] = Links((), False)  # if it refers to itself
            found = self._links[path] = self._followed(self.find_links(path))
        return found

    def _followed(self, links: Links) -> Links:
        found = list(links.found)
        known = links.known
        for link in found:
            inner = link.resource.stands_for
            if inner and len(found) < MAX_LINKS:
                more = link.resource.links((inner,))
                known = known and more.known
                found += [
                    Link(one.resource, min(one.verdict, link.verdict))
                    for one in more.found
                    if all(one.resource is not other.resource for other in found)
                ]
        return Links(tuple(found), known)

    def head(self) -> Span:
        """The first line of the resource."""
        return first_line(self.owner.span)

    def as_written(self, name: str) -> str:
        """The name of the property *name* as the file has it."""
        return name

    def whole_text(self, _: str) -> Parts | None:
        """The text between whose colons a property is cut out, such as an ARN; None for others."""
        return None

    def waiting_for(self, _: Resource) -> Insertion | None:
        """What makes it wait for another resource, in its file; None if that is not possible."""
        return None

    def place_of(self, _: Resource) -> Span | None:
        """Where it refers to another resource; None if that is not known."""
        return None

    def exists_with(self, other: Resource) -> int:
        """Whether it exists where *other* does."""
        return YES if self.conditions <= other.conditions else MAYBE

    @property
    def address(self) -> str:
        """Its name among all that are made together: with the modules or stacks, and the instance that it is."""
        return self.owner.name

    def placed_arn(self) -> Parts | None:
        """Its ARN with holes as they are spelled everywhere, and the region and account where it is."""
        if self.arn is None:
            return None
        parts = [self.respelt(p, IN_PLACE) if isinstance(p, Hole) else (p,) for p in self.arn]
        return tuple([part for some in parts for part in some])

    def has_one_value(self, _: Hole) -> bool:
        """Whether a hole in ``placed_arn``, which is not among the constants, has one value nevertheless."""
        return False

    def made_up(self, _: str) -> bool:
        """Whether the text spelled so is a name that CloudFormation makes up."""
        return False

    def respelt(self, hole: Hole, assumed: Assumed = NOTHING) -> Parts:
        """*hole* as it is spelled everywhere, with what is *assumed* of it."""
        return self.respelt_as(hole, self.spelling(hole), assumed)

    def respelt_as(self, hole: Hole, written: str, assumed: Assumed) -> Parts:
        """*hole*, which is spelled *written* everywhere, with what is *assumed* of it."""
        if assumed.names and self.made_up(written):
            return made_up_name(written, hole.span)
        value = assumed.partition if written in PARTITIONS else ""
        if written in REGIONS and written in self.setup.constants:
            value = self.location.region
        if written in ACCOUNTS and written in self.setup.constants:
            value = self.location.account
        if value:
            return (replaced(hole, written=written, values=(value,)),)
        return (hole if written == hole.written else replaced(hole, written=written),)

    def documents(
        self, path: str, kind: str | None, assumed: Assumed = NOTHING
    ) -> tuple[Document, ...] | None:
        """The policies in the property *path*, of *kind*; None if it has unknown ones.

        *assumed* is that of ``respelt``.
        """
        key = (path, *assumed.key)
        if key not in self._documents:
            nodes, known = self.read(tuple(path.split(".")))
            spell = partial(self.respelt, assumed=assumed)
            documents = tuple(
                [
                    normalise(Found(respelt(node, spell), kind, self.owner, problems=some))
                    for node, some in nodes
                ]
            )
            if len(documents) > 1 and "." not in path:  # alternatives
                documents = tuple([as_optional(one) for one in documents])
            self._documents[key] = documents if known else None
        return self._documents[key]


class Elsewhere(Resource):
    """A bucket that is not in view, by the name that a policy in view is on.

    *partition* is how the format spells one that is not known.
    """

    def __init__(self, setup: Setup, type_: str, owner: Owner, name: Parts, partition: str) -> None:
        super().__init__(setup, type_, owner, frozenset())
        self._name = name
        self._partition = partition

    def at(self, _: Path) -> Property:
        """No property is known."""
        return Property((), False, None)

    def find_links(self, _: Path) -> Links:
        """What it refers to is not known."""
        return Links((), False)

    def read(self, _: Path) -> tuple[list[tuple[Node, tuple[Problem, ...]]], bool]:
        """It has no policy itself."""
        return [], True

    def spelling(self, hole: Hole) -> str:
        """*hole* as it is written."""
        return hole.written

    def may_be(self, other: Resource) -> bool:
        """Whether *other* is a bucket that may have this name."""
        if isinstance(other, Elsewhere) or "bucket" not in other.type.lower():
            return False
        if other.name is None:  # AWS makes it up
            return literal_of(self._name) is None
        return same(self._name, other.name) != NO

    def _field(self, _: str) -> Parts:
        return tuple([narrowed(p, NAME) if isinstance(p, Hole) else p for p in self._name])

    @property
    def location(self) -> Location:
        """It is not known."""
        return NOWHERE

    @property
    def arn(self) -> Parts | None:
        """The ARN of the bucket."""
        written = {"partition": self._partition}
        return tuple(aws.arn_of(aws.BUCKET, self.owner.span, written, self._field))

    @property
    def name(self) -> Parts | None:
        """The name of the bucket."""
        return self._name

    @property
    def policy_paths(self) -> Mapping[str, str | None]:
        """None of them is known."""
        return {}

    @property
    def targets(self) -> Sequence[str]:
        """None."""
        return ()

    @property
    def attached(self) -> str:
        """Nothing."""
        return ""

    @property
    def stands_for(self) -> str:
        """Nothing."""
        return ""


class Setup(ABC):
    """All resources that are made together: those of a module with its modules, or of a template."""

    def __init__(self) -> None:
        self.resources: list[Resource] = []
        self._policies: dict[tuple[int | str | bool, ...], Policies] = {}

    @abstractmethod
    def made_after(self, resource: Resource) -> frozenset[int] | None:
        """The ids of the resources that are made before *resource*; None if they are not known."""

    @property
    @abstractmethod
    def constants(self) -> frozenset[str]:
        """Spellings of holes that have one value in all of it."""

    @abstractmethod
    def leaves(self, resource: Resource) -> bool:
        """Whether the name, id or ARN of *resource* is handed to what is not in view."""

    def is_after(self, later: Resource, earlier: Resource) -> int:
        """Whether *later* is made after *earlier*."""
        before = self.made_after(later)
        return MAYBE if before is None else YES if id(earlier) in before else NO

    # -- policies

    def policies(self, resource: Resource, kind: str, assumed: Assumed = NOTHING) -> Policies:
        """The policies of *kind* on *resource*: its own, and those that belong to it.

        If one may be missing, the last is an unknown one. *assumed* is that of ``respelt``.
        """
        key = (id(resource), kind, *assumed.key)
        if key not in self._policies:
            self._policies[key] = self._find_policies(resource, kind, assumed)
        return self._policies[key]

    def _find_policies(self, resource: Resource, kind: str, assumed: Assumed) -> Policies:
        found, complete = self._found(resource, kind, assumed)
        if kind == "identity":
            complete = complete and self._is_complete(resource)
        if kind != "trust" and not isinstance(resource, Elsewhere):
            complete = complete and not self.leaves(resource)
        whole = tuple([one for _, documents in found for one in documents])
        if not complete:
            whole = (*whole, _unseen(resource, kind))
        return Policies(whole, tuple([one for one, _ in found]))

    def in_view(self, resource: Resource, kind: str) -> tuple[tuple[Document, ...], bool]:
        """The policies of *kind* on *resource* that are in view, and whether none has an unknown text."""
        found, complete = self._found(resource, kind, IN_PLACE)
        return tuple([one for _, documents in found for one in documents]), complete

    def has_all_attached(self, identity: Resource) -> bool:
        """Whether all managed policies that something attaches to *identity* are in view."""
        return self._is_complete(identity)

    def _found(
        self, resource: Resource, kind: str, assumed: Assumed
    ) -> tuple[list[tuple[Resource, tuple[Document, ...]]], bool]:
        """The resources with policies of *kind* on *resource*, and whether none is unknown."""
        found: list[tuple[Resource, tuple[Document, ...]]] = []
        complete = True
        for holder, verdict in self._holders(resource, kind):
            exists = min(verdict, holder.exists_with(resource))
            for path, usual in holder.policy_paths.items():
                documents: tuple[Document, ...] | None = ()
                if usual in (kind, None):
                    documents = holder.documents(path, kind, assumed)
                if documents is None:
                    complete = False
                elif documents:
                    found.append((holder, _as_far(exists, documents)))
        if kind != "identity" and len({id(holder) for holder, _ in found}) > 1:
            # A resource has one policy: which of several is in force is not known.
            found = [(one, _as_far(MAYBE, documents)) for one, documents in found]
        return found, complete

    def holders(self, resource: Resource) -> list[Resource]:
        """The resources that have policies on *resource*, without itself."""
        links = self._targeting.to(resource)
        return [one.resource for one in links if one.verdict == YES and one.resource.policy_paths]

    def _holders(self, resource: Resource, kind: str) -> Iterator[tuple[Resource, int]]:
        """The resources that may have policies of *kind* on *resource*, itself among them."""
        found = [Link(resource, YES), *self._targeting.to(resource)]
        if kind == "identity":
            for attaching, whom in self._attaching(resource):
                attached = attaching.links((attaching.attached,)).found
                found += [Link(one.resource, min(one.verdict, whom)) for one in attached]
        best: dict[int, Link] = {}
        for link in found:
            known = best.get(id(link.resource))
            if known is None or known.verdict < link.verdict:
                best[id(link.resource)] = link
        for link in best.values():
            if kind in link.resource.policy_paths.values():
                yield link.resource, link.verdict

    @cached_property
    def _targeting(self) -> Referring:
        """Which resources say that their policies, or what they attach, are for which others."""
        return Referring(
            (one, one.links((name,))) for one in self.resources for name in one.targets
        )

    def _attaching(self, identity: Resource) -> Iterator[tuple[Resource, int]]:
        """What attaches managed policies to *identity*, itself included."""
        if identity.attached:
            yield identity, YES
        for link in self._targeting.to(identity):
            if link.resource.attached:
                yield link.resource, link.verdict

    def _is_complete(self, identity: Resource) -> bool:
        """Whether all managed policies of *identity* are in view."""
        for other, _ in self._attaching(identity):
            given = other.at((other.attached,))
            links = other.links((other.attached,))
            policies = [link for link in links.found if link.resource.policy_paths]
            if len(policies) < len(given.items) or not given.complete or not links.known:
                return False
        return True


def _as_far(verdict: int, documents: tuple[Document, ...]) -> tuple[Document, ...]:
    """*documents* that are in force as far as *verdict* says."""
    return documents if verdict == YES else tuple(map(as_optional, documents))


def as_optional(document: Document) -> Document:
    """*document*, which may not be in force: none of its statements certainly is."""
    statements = tuple([replaced(one, optional=True) for one in document.statements])
    return replaced(document, statements=statements)


def _unseen(resource: Resource, kind: str) -> Document:
    """A policy on *resource* of which nothing is known."""
    return Document(
        kinds=(kind,),
        owner=resource.owner,
        version=None,
        statements=(),
        complete=False,
        in_scope=False,
        span=resource.owner.span,
        problems=(),
    )


def by_names(resources: Iterable[Resource]) -> dict[str, list[Resource]]:
    """*resources* by their known names and ARNs."""
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        for parts in (resource.name, resource.arn):
            text = literal_of(parts)
            if text:
                found.setdefault(text, []).append(resource)
    return found
