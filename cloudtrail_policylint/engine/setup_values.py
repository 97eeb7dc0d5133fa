"""The properties of resources by the names that rules use, and their values as texts."""

from __future__ import annotations

from ..setups.model import Item, Property, parts_of
from ..tree.nodes import Piece, Scalar, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..setups.model import Path, Resource
    from ..tree.nodes import Node
    from ..tree.source import Span
    from .lookups import Lookups

_TRUTHS = ("true", "false")


def property_of(resource: Resource, path: Path, lookups: Lookups) -> Property:
    """The property at *path* of *resource*, by the name that rules use, or its default."""
    facts = lookups.resource_facts(resource.type)
    names: Mapping[str, str] = facts.get("names", {})
    found = resource.at(tuple(names.get(name, name) for name in path))
    if found.items or not found.complete:
        return found
    default = facts.get("defaults", {}).get(".".join(path))
    if default is None:
        return found
    text = literal_text(default, resource.owner.span)
    return Property((Item(text, sure=True),), True, None)


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
