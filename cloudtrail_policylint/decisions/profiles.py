"""The requests of CloudTrail and of owners of resources, as ``rules/facts/requests.yaml`` has them.

Resource and condition keys are texts with parts in braces (``{bucket}``, ``{trail}``). A part that
nobody gives a value is open: it may be any text of the form that the data says.
"""

from __future__ import annotations

from functools import cached_property

from ..base.lazy_regex import regex
from ..base.record import record
from .conditions import ABSENT, having
from .decision import IDENTITY, resource_kind
from .denials import UNNAMED, Caller
from .principals import ACCOUNT, ROLE, principal_of
from .reach import open_principal
from .request import Request
from .values import form, literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..iam.catalogue import Facts
    from .availability import Availability
    from .conditions import Key
    from .principals import Principal
    from .values import Parts

STRANGER = "stranger"
"""Stands in ``request-keys`` for a caller whom no policy names."""
HOLDER = "holder"
"""Stands for the role or user that has the identity policies, in place of a principal."""
ANYBODY = "anybody"
"""Stands for somebody whom no policy names, in place of a principal."""
OWNER = "owner"
"""Stands for some principal of the account that the resource belongs to."""

_ALWAYS: Mapping[str, str] = {}
_PART = regex(r"\{([a-z-]+)\}")


@record
class Profile:
    """One request: ``by`` whom, which ``action`` on what, and the ``keys`` that it carries, or does not: None."""

    name: str
    by: str
    action: str
    resource: str
    keys: Mapping[str, str | None]
    made_for: str = ""
    when: Mapping[str, str] = _ALWAYS
    """The properties of what it is made for without which it is not made."""

    is_hypothetical: bool = False
    """Whether it is made in special cases only, or there to be compared with."""

    @property
    def decided_by(self) -> str:
        """The part of the request that its policies are on: the first of its resource, or the role."""
        return "role" if self.is_of_holder else self.about or "role"

    @property
    def about(self) -> str:
        """The first part of its resource; empty if that names none."""
        found = _PART.search(self.resource)
        return found.group(1) if found is not None else ""

    @property
    def is_of_organization(self) -> bool:
        """Whether it is about an organization."""
        return "organization" in _PART.findall(self.resource)

    @property
    def is_of_holder(self) -> bool:
        """Whether identity policies decide it, those of a role that CloudTrail uses or of a user."""
        return self.by == HOLDER


class Profiles:
    """All profiles; ``request`` makes requests of them."""

    def __init__(self, facts: Facts, available: Availability) -> None:
        self._facts = facts
        self._available = available
        self._forms = dict(facts.request_parts)
        self._kinds: dict[str, str] = {}

    @cached_property
    def by_name(self) -> dict[str, Profile]:
        """The profiles by name."""
        common = dict(self._facts.request_keys)
        return {
            raw["name"]: _profile(raw, common.get(raw["by"], {})) for raw in self._facts.requests
        }

    def form(self, part: str) -> str:
        """What the *part* of a request looks like."""
        return self._forms.get(part, "{any}")

    def kind(self, profile: Profile) -> str:
        """The kind of the policies that decide *profile*: the holder's, or those of the resource."""
        if profile.is_of_holder:
            return IDENTITY
        found = self._kinds.get(profile.name)
        if found is None:
            found = self._kinds[profile.name] = resource_kind(self.request(profile))
        return found

    @cached_property
    def stranger(self) -> Caller:
        """A caller whom no policy names."""
        keys = dict(self._facts.request_keys).get(STRANGER, {})
        return Caller(UNNAMED, {name: self._key(name, text, {}) for name, text in keys.items()})

    def request(
        self,
        profile: Profile,
        values: Mapping[str, Parts] | None = None,
        shared: frozenset[str] = frozenset(),
        resource: Parts | None = None,
    ) -> Request:
        """The request of *profile* with *values* of parts, or about *resource*.

        Spellings of holes in *shared* mean the same value in the request and in the policies.
        """
        kind = {HOLDER: ROLE, OWNER: ACCOUNT}.get(profile.by)
        by = open_principal(kind) if kind is not None else _principal(profile.by)
        known = values or {}
        return Request(
            by,
            profile.action,
            resource or self._filled(profile.resource, known),
            available=self._available,
            context={name: self._key(name, text, known) for name, text in profile.keys.items()},
            shared=shared,
        )

    def _key(self, name: str, text: str | None, values: Mapping[str, Parts]) -> Key:
        if text is None:
            return ABSENT
        return having(self._filled(text, values), many=self._available.has_many(name))

    def _filled(self, text: str, values: Mapping[str, Parts]) -> Parts:
        """*text* with the *values* of its parts, or what they look like."""
        found: list[Any] = []
        at = 0
        for part in _PART.finditer(text):
            found += literal(text[at : part.start()]) if part.start() > at else ()
            name = part.group(1)
            value = values.get(name)
            found += value if value is not None else form(self._forms.get(name, part.group()))
            at = part.end()
        if at < len(text):
            found += literal(text[at:])
        return tuple(found)


def _principal(by: str) -> Principal:
    return principal_of(None if by == ANYBODY else by)


def _profile(raw: Mapping[str, Any], common: Mapping[str, str | None]) -> Profile:
    keys = {**common, **raw.get("keys", {})}
    return Profile(
        raw["name"],
        raw["by"],
        raw["action"],
        raw["resource"],
        keys,
        raw["for"],
        raw.get("when", _ALWAYS),
        raw.get("hypothetical", False),
    )
