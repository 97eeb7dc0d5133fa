"""The sections of a template: everything that its functions can refer to."""

from __future__ import annotations

from ...base.record import record
from ...tree.nodes import Entry, Map, Node, Seq, Text
from ...tree.source import Span
from .resource_types import ResourceType, resource_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOP = "Fn::ForEach::"
SAM_ROLE_SUFFIX = "Role"
"""The role that SAM generates has the logical id of its function with this suffix."""


@record
class Resource:
    """One entry of Resources; ``name`` is its logical id, ``span`` the whole entry.

    ``defaults`` are properties from the Globals of a SAM template.
    """

    name: str
    type: str
    known: ResourceType
    properties: Map | None
    defaults: Map | None
    metadata: Node | None
    span: Span

    def get(self, name: str) -> Node | None:
        """The property *name*, or its default in Globals; None if *name* is empty."""
        if not name:
            return None
        for properties in (self.properties, self.defaults):
            node = properties.get(name) if properties is not None else None
            if node is not None:
                return node
        return None


class Template:
    """The sections of *root*; sections of the wrong type are ignored.

    ``repeated`` are duplicate logical ids: the last resource of a name is used.
    """

    __slots__ = ("buckets", "loops", "mappings", "parameters", "repeated", "resources", "root")

    def __init__(self, root: Map) -> None:
        self.root = root
        self.parameters = _objects(root.get("Parameters"))
        self.mappings = _objects(root.get("Mappings"))
        self.resources: dict[str, Resource] = {}
        self.repeated: list[Text] = []
        self.loops: dict[str, list[Node]] = {}
        shared = root.get("Globals")
        self._collect(root.get("Resources"), shared if isinstance(shared, Map) else None)
        self.buckets = set(self._names_of_buckets())

    def _names_of_buckets(self) -> Iterator[str]:
        """The names in ``Ref`` that resources use as the name of a bucket."""
        for resource in self.resources.values():
            given = resource.get(resource.known.bucket)
            name = given.get("Ref") if isinstance(given, Map) else None
            if isinstance(name, Text):
                yield name.written

    def _collect(self, section: Node | None, shared: Map | None) -> None:
        pending = [section]
        while pending:
            node = pending.pop()
            if not isinstance(node, Map):
                continue
            for entry in node.entries:
                name = entry.key.written
                if name.startswith(_LOOP):
                    pending.append(self._loop(entry))
                else:
                    self._add(name, entry, shared)

    def _loop(self, entry: Entry) -> Node | None:
        """Add the variable of a ``Fn::ForEach`` and return its body.

        The repeated resources are read once, with all values of the variable
        as what it may be.
        """
        value = entry.value
        if not isinstance(value, Seq) or len(value.items) != 3:
            return None
        variable, collection, body = value.items
        if isinstance(variable, Text) and variable.literal:
            self.loops.setdefault(variable.literal, []).append(collection)
        return body

    def _add(self, name: str, entry: Entry, shared: Map | None) -> None:
        node = entry.value
        if not isinstance(node, Map):
            return
        type_ = node.get("Type")
        if not isinstance(type_, Text):
            return
        known = resource_type(type_.written)
        defaults = (
            shared.get(known.sam_globals) if shared is not None and known.sam_globals else None
        )
        properties = node.get("Properties")
        if name in self.resources and "${" not in name:  # else it is repeated by a loop
            self.repeated.append(entry.key)
        start, end = entry.key.span.start, max(node.span.end, entry.key.span.end)
        self.resources[name] = Resource(
            name,
            type_.written,
            known,
            properties if isinstance(properties, Map) else None,
            defaults if isinstance(defaults, Map) else None,
            node.get("Metadata"),
            Span(entry.key.span.source, start, end),
        )


def _objects(section: Node | None) -> dict[str, Map]:
    if not isinstance(section, Map):
        return {}
    return {e.key.written: e.value for e in section.entries if isinstance(e.value, Map)}
