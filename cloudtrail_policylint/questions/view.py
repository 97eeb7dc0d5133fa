"""What a question is answered by: the identities, resources and policies of the files that were read."""

from __future__ import annotations

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decisions.values import Parts
    from ..iam.policy import Document
    from ..iam.written import Owner

ROLE, USER, GROUP, PERMISSION_SET = "role", "user", "group", "permission-set"
"""Kinds of identities; one of which only the name is known has the kind ""."""
MAX_UNREAD = 3
"""Files that were not read completely and are named."""


@record
class Identity:
    """A role, user, group or permission set with its policies.

    ``unseen`` are the managed policies that it has and whose text is not in view,
    ``unseen_boundaries`` such boundaries, and ``open`` the types of its policies of which something is not known. ``constants`` are spellings
    of holes that have one value in its module or template ``setup``. ``account`` is empty if it is not known.
    """

    kind: str
    owner: Owner
    name: Parts | None
    arn: Parts | None
    policies: tuple[Document, ...]
    boundaries: tuple[Document, ...] = ()
    trust: tuple[Document, ...] = ()
    unseen: tuple[str, ...] = ()
    unseen_boundaries: tuple[str, ...] = ()
    open: frozenset[str] = frozenset()
    constants: frozenset[str] = frozenset()
    account: str = ""
    setup: object = None
    address: str = ""


@record
class Guarded:
    """A resource with policies of its own; ``arn`` is None where only the documents name it."""

    owner: Owner
    arn: Parts
    policies: tuple[Document, ...]
    complete: bool
    constants: frozenset[str] = frozenset()


@record
class Named:
    """A resource with a name in its files: its ARN, its account if that is known, and what it is made with.

    ``key`` names it alone, even where several instances have one name.
    """

    key: str
    arn: Parts
    account: str = ""
    setup: object = None


@record
class OnTargets:
    """A policy of an organization with the accounts and units that it is on; none: it is not known."""

    document: Document
    targets: tuple[str, ...]


def key_of(place: str, address: str) -> str:
    """What names the resource *address* alone, whose owner is written at *place*."""
    return f"{place} {address}"


class View:
    """The policies that were read.

    ``loose`` are policies without an owner: they belong to the principal that is asked about, those of
    ``loose_resources`` to the resource. ``unattached`` have a name, and nobody in view has them. ``named`` are resources whose ARN is known in part, by their owners' names and their addresses, ``placed`` the same by the places of owners and by their keys. ``unread``
    are the paths of files of which a part was not read: any policy may be in them. ``unused`` are those of files that
    set variables only if a command names them.
    """

    def __init__(self) -> None:
        self.identities: list[Identity] = []
        self.guarded: list[Guarded] = []
        self.loose: list[Document] = []
        self.loose_resources: list[Document] = []
        self.scps: list[OnTargets] = []
        self.rcps: list[OnTargets] = []
        self.endpoints: list[Document] = []
        self.unattached: list[Document] = []
        self.named: dict[str, list[Named]] = {}
        self.placed: dict[str, list[Named]] = {}
        self.unread: set[str] = set()
        self.unused: set[str] = set()
        self.files = 0

    def not_read(self) -> Iterator[str]:
        """A line for each file that was not read completely, for some of many."""
        paths = sorted(self.unread)
        yield from (f"{path}: not read completely" for path in paths[:MAX_UNREAD])
        if len(paths) > MAX_UNREAD:
            yield f"{len(paths) - MAX_UNREAD:,} more files: not read completely"
        yield from (f"{path}: not used" for path in sorted(self.unused - self.unread)[:MAX_UNREAD])

    def named_principals(self) -> Iterator[str]:
        """The principals that policies of resources and trust policies name, as far as they are known."""
        documents = [*self.loose_resources, *[one for of in self.guarded for one in of.policies]]
        documents += [one for identity in self.identities for one in identity.trust]
        for document in documents:
            for statement in document.statements:
                for principal in statement.principals:
                    if principal.id.literal is not None:
                        yield principal.id.literal
