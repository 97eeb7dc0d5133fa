"""Which condition keys a request may carry, from the data.

The Service Authorization Reference says it for the keys of services and for
tags, ``rules/facts/global-keys.yaml`` for those of all services.
"""

from __future__ import annotations

from functools import cached_property

from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import Piece
from .conditions import ABSENT, OPEN, Key
from .values import form, one_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..iam.arns import ResourceType
    from ..iam.catalogue import Catalogue, Facts, KnownAction
    from .values import Parts

_PRESENT = {"never": NO, "sometimes": MAYBE, "always": YES}
_TRUTHS = one_of(("true", "false"))

_NO_OWNER = ("ebs", "events")
"""Services none of whose requests has ``aws:ResourceAccount`` ("AWS global condition context keys")."""
_SELDOM_OWNER = ("ec2", "route53", "workspaces")
"""Services some of whose requests do not have it."""


@record
class GlobalKey:
    """A condition key of all services; ``present`` by kind of principal, None where the catalogue says it."""

    present: Mapping[str, int] | None
    values: tuple[tuple[Parts, ...], ...] | None
    many: bool


@record
class SameAccount:
    """Condition keys, in lower case, whose values name the account of one thing.

    ``path`` is a part of an ARN that names it too, around ``{account}``; ``by`` is the
    service whose requests this is about, empty for all requests.
    """

    keys: tuple[str, ...]
    by: str
    path: str


MAX_REMEMBERED = 10_000
"""Resources, and texts compared with one of them, of which the result is remembered."""


class Availability:
    """Which condition keys requests may carry."""

    def __init__(self, catalogue: Catalogue, facts: Facts) -> None:
        self.catalogue = catalogue
        self._facts = facts
        self._matches: dict[object, dict[str, int]] = {}

    @cached_property
    def _globals(self) -> dict[str, GlobalKey]:
        return {raw["name"].lower(): _global(raw) for raw in self._facts.global_keys}

    @cached_property
    def _own(self) -> frozenset[str]:
        """Keys that exist though the reference does not list them."""
        return frozenset([name.lower() for name in self._facts.keys])

    @cached_property
    def same_accounts(self) -> tuple[SameAccount, ...]:
        """The elements of a statement that name the account of one thing."""
        return tuple(
            [
                SameAccount(
                    tuple([key.lower() for key in raw["keys"]]),
                    raw.get("by", ""),
                    raw.get("path", ""),
                )
                for raw in self._facts.same_accounts
            ]
        )

    @cached_property
    def rcp_services(self) -> frozenset[str]:
        """The services that resource control policies apply to."""
        return self.catalogue.rcp_services()

    def key(
        self, name: str, kind: str, action: KnownAction | None, types: Sequence[ResourceType]
    ) -> Key:
        """What the data says of the condition key *name*, in lower case.

        It does of a request that a principal of *kind* makes for *action*, None for
        one that the catalogue does not have, on a resource of one of *types*.
        """
        known = self._global(name)
        if known is None:
            return OPEN if self._may_be_there(name, action, types) else ABSENT
        if known.present is None:
            present = self._of_catalogue(name, action, types)
        else:
            present = known.present.get(kind, known.present["else"])
        return Key(present, known.values, known.many) if present != NO else ABSENT

    def matches_of(self, resource: Parts) -> dict[str, int]:
        """What is known so far of the texts of ``Resource`` that stand for *resource*.

        Many requests are about the same resources, and are compared with the same texts.
        """
        key = tuple(
            [p.text if isinstance(p, Piece) else (p.written, p.shape, p.values) for p in resource]
        )
        if len(self._matches) > MAX_REMEMBERED or len(self._matches.get(key, ())) > MAX_REMEMBERED:
            self._matches.clear()
        return self._matches.setdefault(key, {})

    def is_of_principal(self, name: str) -> bool:
        """Whether a request carries the condition key *name* depending on who makes it."""
        known = self._global(name.lower())
        return known is not None and known.present is not None and len(known.present) > 1

    def _global(self, name: str) -> GlobalKey | None:
        """The global key *name*, in lower case."""
        return self._globals.get(name) or self._globals.get(name.partition("/")[0] + "/*")

    def has_many(self, name: str) -> bool:
        """Whether the condition key *name* may have several values."""
        lower = name.lower()
        known = self._global(lower)
        return known.many if known is not None else self.catalogue.is_array(lower)

    def _of_catalogue(
        self, name: str, action: KnownAction | None, types: Sequence[ResourceType]
    ) -> int:
        if action is None or action.types is None:
            return MAYBE
        return MAYBE if self.catalogue.carries(action, types, name) else NO

    def _may_be_there(
        self, name: str, action: KnownAction | None, types: Sequence[ResourceType]
    ) -> bool:
        """Whether a request for *action* may carry the key *name* of a service."""
        prefix = name.partition(":")[0]
        if name in self._own or prefix == "aws" or self.catalogue.service(prefix) is None:
            return True
        return self._of_catalogue(name, action, types) != NO

    def has_owner(self, service: str) -> bool:
        """Whether all requests to *service* have ``aws:ResourceAccount``."""
        return service not in _NO_OWNER and service not in _SELDOM_OWNER


def _global(raw: Mapping[str, Any]) -> GlobalKey:
    given = raw["present"]
    present: Mapping[str, int] | None
    if given == "catalogue":
        present = None
    elif isinstance(given, str):
        present = {"else": _PRESENT[given]}
    else:
        present = {kind: _PRESENT[word] for kind, word in given.items()}
    values: tuple[tuple[Parts, ...], ...] | None = None
    if raw["type"] == "Bool":
        values = ((_TRUTHS,),)
    elif "form" in raw:
        values = tuple([(form(text),) for text in raw["form"]])
    return GlobalKey(present, values, bool(raw.get("many")))
