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
    from collections.abc import Callable, Container, Iterable

    from .arns import ResourceType


class PlainArns:
    """The ARNs of services with the types *types_of*, in one of *regions*."""

    def __init__(
        self, types_of: Callable[[str], Iterable[ResourceType]], regions: frozenset[str]
    ) -> None:
        self._types_of = types_of
        self._regions = regions
        self._services: dict[str, _Service] = {}

    def has(self, text: str) -> bool:
        """Whether *text* is certainly right, so that ``arns.misfit`` finds nothing; False if it is not known."""
        fields = text.split(":", FIELDS - 1)
        if len(fields) < FIELDS or "$" in text or not (text.isascii() and text.isprintable()):
            return False
        start, partition, name, region, account, resource = fields
        if start != "arn" or partition not in PARTITIONS:
            return False
        if region not in ("", STAR) and (
            region not in self._regions or wrong_region(partition, region)
        ):
            return False
        if account not in ("", STAR) and not (len(account) == ACCOUNT_DIGITS and account.isdigit()):
            return False
        service = self._services.get(name)
        if service is None:
            service = self._services[name] = _Service(name, self._types_of(name))
        if resource in service.heads or (name in NAMED_SERVICES and not _is_usual(resource)):
            return False
        return any(
            resource.startswith(head) and region in regions and account in accounts
            for head, regions, accounts in service.types
        )


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


class _Any:
    """All texts but the empty one."""

    def __contains__(self, text: object) -> bool:
        return text != ""


_PLACES: dict[str, Container[str]] = {STAR: _Any(), "": frozenset(("", STAR))}
"""The texts that fit a region or account id of a type: if it has one, and if it has none."""


class _Service:
    """Of a service, the fixed starts of its resources, and the types that are such a start and any name."""

    def __init__(self, name: str, types: Iterable[ResourceType]) -> None:
        self.heads = {one.head for one in types}
        self.types = [
            (one.head, _PLACES[region], _PLACES[account])
            for one in types
            for _, partition, service, region, account, resource in _fields(one)
            if (partition, service, resource) == (STAR, name, one.head + STAR)
            and region in _PLACES
            and account in _PLACES
            and "#" not in one.head
            and "?" not in one.head
        ]


def _fields(kind: ResourceType) -> list[list[str]]:
    """The fields of the ARNs of *kind*, if they have the usual ones."""
    fields = kind.operand.text.split(":", FIELDS - 1)
    return [fields] if len(fields) == FIELDS and fields[0] == "arn" else []
