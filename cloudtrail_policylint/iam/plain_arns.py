"""ARNs that are right at a glance: most are written out up to the start of their resource."""

from __future__ import annotations

from .arns import (
    ACCOUNT_DIGITS,
    FIELDS,
    NAMED_SERVICES,
    PARTITIONS,
    STAR,
    wrong_region,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .arns import ResourceType


class PlainArns:
    """The ARNs of services with the types *types_of*, in one of *regions*."""

    def __init__(
        self, types_of: Callable[[str], Iterable[ResourceType]], regions: frozenset[str]
    ) -> None:
        self._types_of = types_of
        self._regions = regions
        self._services: dict[str, _Service] = {}
        self._places: dict[tuple[str, str], bool] = {}

    def has(self, text: str) -> bool:
        """Whether *text* is certainly right, so that ``arns.misfit`` finds nothing; False if it is not known."""
        fields = text.split(":", FIELDS - 1)
        if len(fields) < FIELDS or "$" in text or not (text.isascii() and text.isprintable()):
            return False
        start, partition, name, region, account, resource = fields
        if start != "arn" or not self._has_place(partition, region):
            return False
        if account not in ("", STAR) and not (len(account) == ACCOUNT_DIGITS and account.isdigit()):
            return False
        service = self._services.get(name)
        if service is None:
            service = self._services[name] = _Service(name, self._types_of(name))
        if resource in service.heads or (name in NAMED_SERVICES and not _is_usual(resource)):
            return False
        for head, regional, owned in service.types:
            if (
                resource.startswith(head)
                and (region != "" if regional else region in _NOTHING)
                and (account != "" if owned else account in _NOTHING)
            ):
                return True
        return False

    def _has_place(self, partition: str, region: str) -> bool:
        """Whether *partition* has *region*, which may be left out."""
        key = partition, region
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = partition in PARTITIONS and (
                region in _NOTHING
                or (region in self._regions and not wrong_region(partition, region))
            )
        return found


def _is_usual(resource: str) -> bool:
    """Whether the name in *resource* is one that any resource may have."""
    name = resource.partition("/")[2].replace("-", "")
    return (
        3 <= len(name) <= 100
        and "--" not in resource
        and len(resource) < 128
        and name.isalnum()
        and resource[-1] != "-"
        and "/-" not in resource
    )


_NOTHING = ("", STAR)
"""The texts that fit a region or account id of a type that has none."""


class _Service:
    """Of a service, the fixed starts of its resources, and the types that are such a start and any name."""

    def __init__(self, name: str, types: Iterable[ResourceType]) -> None:
        self.heads = {one.head for one in types}
        self.types = [
            (one.head, region == STAR, account == STAR)
            for one in types
            for _, partition, service, region, account, resource in _fields(one)
            if (partition, service, resource) == (STAR, name, one.head + STAR)
            and region in _NOTHING
            and account in _NOTHING
            and "#" not in one.head
            and "?" not in one.head
        ]


def _fields(kind: ResourceType) -> list[list[str]]:
    """The fields of the ARNs of *kind*, if they have the usual ones."""
    fields = kind.operand.text.split(":", FIELDS - 1)
    return [fields] if len(fields) == FIELDS and fields[0] == "arn" else []
