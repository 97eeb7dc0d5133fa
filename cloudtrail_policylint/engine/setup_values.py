"""The properties of resources by the names that rules use, and their values as texts."""

from __future__ import annotations

from ..iam.arns import ACCOUNT_ID, FIELDS, REGION, split
from ..iam.patterns import YES
from ..setups.model import NOWHERE, Location, Property
from ..setups.values import Item, literal_of, parts_of
from ..tree.nodes import Piece, Scalar, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..setups.model import Path, Resource
    from ..tree.nodes import Node
    from ..tree.source import Span
    from .lookups import Lookups

LOCATION = ("region", "account")
_HOME = {f"home_{name}": name for name in LOCATION}
"""Properties that every resource has: where it is."""
_TRUTHS = ("true", "false")


def property_of(resource: Resource, path: Path, lookups: Lookups) -> Property:
    """The property at *path* of *resource*, by the name that rules use, or its default."""
    facts = lookups.resource_facts(resource.type)
    names: Mapping[str, str] = facts.get("names", {})
    found = resource.at(tuple(names.get(name, name) for name in path))
    if found.items or not found.complete:
        return found
    if path[0] in _HOME:
        known = getattr(resource.location, _HOME[path[0]])
        text = literal_text(known, resource.owner.span)
        items = [Item(text, sure=True)] if known else []
        return Property(tuple(items), bool(known), resource.owner.span if known else None)
    default = facts.get("defaults", {}).get(".".join(path))
    if default is None:
        return found
    text = literal_text(default, resource.owner.span)
    return Property((Item(text, sure=True),), True, None)


def location_at(resource: Resource, name: str, lookups: Lookups) -> Location:
    """Where that is which the property *name* of *resource* names: an ARN, or a resource in view."""
    given = property_of(resource, (name,), lookups)
    links = resource.links(own_path(resource, (name,), lookups))
    found = [link.resource.location for link in links.found if link.verdict == YES]
    is_one = links.known and bool(found) and all(one == found[0] for one in found)
    linked = found[0] if is_one else NOWHERE
    text = text_of(given.items[0].node) if len(given.items) == 1 else None
    if text is None or not given.items[0].sure:
        return NOWHERE
    fields = split(resource.whole_text(name) or text.parts)
    if len(fields) < FIELDS:
        return linked
    region, account = literal_of(fields[REGION]), literal_of(fields[ACCOUNT_ID])
    return Location(region or linked.region, account or linked.account)


def own_path(resource: Resource, path: Path, lookups: Lookups) -> Path:
    """*path* as the type of *resource* names it."""
    names: Mapping[str, str] = lookups.resource_facts(resource.type).get("names", {})
    return tuple(names.get(name, name) for name in path)


def text_of(node: Node) -> Text | None:
    """*node* as a text; a boolean as ``true`` or ``false``."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return literal_text("true" if node.value else "false", node.span)
    if isinstance(node, Text) and (node.literal or "").lower() in _TRUTHS:
        return literal_text((node.literal or "").lower(), node.span)
    parts = parts_of(node)
    return Text(parts, node.span) if parts is not None else None


def literal_text(text: str, span: Span) -> Text:
    """The text *text*, placed at *span*."""
    return Text((Piece(text, span),), span)
