"""Evaluation of intrinsic functions, as far as the template determines their values.

An unknown value is a ``Hole`` with its known shape; nothing here raises. Values
keep the place where they are written: a parameter's default is at the
parameter, a part of a ``Fn::Sub`` is in its string.

Untrusted input: nesting is followed for ``MAX_DEPTH`` levels, references
included; a resource that names itself is a hole; a node that is used many times
(a YAML alias) is evaluated once.

Source: AWS CloudFormation Template Reference, "Intrinsic function reference".
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...iam.names import URL_SUFFIXES
from ...tree.nodes import (
    ACCOUNT,
    ANY,
    FIELD,
    NAME,
    Choice,
    Encoded,
    Entry,
    Hole,
    Map,
    Node,
    Piece,
    Scalar,
    Seq,
    Text,
    cut,
    narrowed,
    shape_of,
)
from ...tree.source import Span
from .. import aws
from ..values import Part, either, string
from .resource_types import REF_ARN, REF_NAME
from .template import SAM_ROLE_SUFFIX
from .values import joined, length_known, spliced, split, trimmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .template import Resource, Template

MAX_DEPTH = 100
"""Levels of nesting that are evaluated, references included."""

_REFERENCE = regex(r"\$\{([^{}]*)\}")
_UNKNOWN_IN_ARNS = {
    "partition": "${AWS::Partition}",
    "region": "${AWS::Region}",
    "account": "${AWS::AccountId}",
}
"""Field of an ARN that no property of a resource sets -> how messages spell it."""
_TWELVE_DIGITS = regex(r"\^?(?:\\d|\[0-9\])\{12(?:,12)?\}\$?\Z")
_NAMES = regex(
    r"\^?(?:(?:\[(?:a-z|A-Z|0-9|\\[dw.-]|[\w.])+-?\]|\\[dw.-]|[\w-])(?:[*+?]|\{\d++(?:,\d*+)?+\})?|[()|]|\)[*+?])+\$?\Z"
)
"""An AllowedPattern of letters, digits, dots and dashes: it allows no slash and no colon.

CloudFormation matches the whole value.
"""
_NAME_TYPES = ("Number", "AWS::EC2::AvailabilityZone::Name")
_LIST_TYPES = ("CommaDelimitedList", "List<")


class Evaluator:
    """Evaluates the values of one template. None is a removed value (``AWS::NoValue``).

    *given* are the values of its parameters, if the stack that uses it is known;
    *unknown_inputs* says that they are unknown. ``caller`` is the evaluator of the template
    with that stack, and the stack; ``nested`` are those of its own stacks.
    """

    def __init__(
        self,
        template: Template,
        given: dict[str, Node] | None = None,
        *,
        unknown_inputs: bool = False,
    ) -> None:
        self.template = template
        self.given = given or {}
        self.unknown_inputs = unknown_inputs
        self.depth = 0
        self.caller: tuple[Evaluator, str] | None = None
        self.nested: dict[str, Evaluator] = {}
        self.setup: object | None = None  # what ``setups`` makes of the template
        self._memo: dict[int, Node | None] = {}
        self._naming: set[str] = set()

    def evaluate(self, node: Node | None) -> Node | None:
        """The value of *node*, with every function in it evaluated."""
        if not isinstance(node, Map | Seq):
            return node
        if id(node) in self._memo:
            return self._memo[id(node)]
        if self.depth >= MAX_DEPTH:
            return Hole("...", node.span)
        self.depth += 1
        try:
            result = self._list(node) if isinstance(node, Seq) else self._object(node)
        finally:
            self.depth -= 1
        self._memo[id(node)] = result
        return result

    def _list(self, node: Seq) -> Node:
        items = [self.evaluate(item) for item in node.items]
        return Seq(tuple([item for item in items if item is not None]), node.span)

    def _object(self, node: Map) -> Node | None:
        if len(node.entries) == 1:
            only = node.entries[0]
            name = only.key.literal or ""
            function = _FUNCTIONS.get(name)
            if function is not None:
                return function(self, only.value, node)
            if name.startswith(("Fn::", "!")) and not name.startswith("Fn::ForEach"):
                return _unknown(node)
        entries: list[Entry] = []
        for entry in node.entries:
            if (entry.key.literal or "").startswith("Fn::"):
                # Fn::ForEach and Fn::Transform make any number of entries.
                key = Text((Hole(entry.key.written, entry.key.span),), entry.key.span)
                entries.append(Entry(key, Hole(entry.key.written, entry.value.span)))
                continue
            value = self.evaluate(entry.value)
            if value is not None:
                entries.append(Entry(entry.key, value))
        return Map(tuple(entries), node.span)

    # -- references

    def reference(self, name: str, span: Span, written: str) -> Node | None:
        """The value of ``Ref`` *name*, which is spelled *written* at *span*."""
        if name.startswith("AWS::"):
            return _pseudo(name, span)
        parameter = self.template.parameters.get(name)
        if parameter is not None:
            value = _parameter(parameter, span, written, self.given.get(name))
            if isinstance(value, Hole) and name in self.template.buckets:
                return narrowed(value, NAME)
            return value
        collections = self.template.loops.get(name)
        if collections is not None:
            return self._loop_value(collections, span, written)
        resource = self.template.resources.get(name)
        if resource is None:
            implicit = self._sam_role(name)
            return Hole(written, span, NAME if implicit else ANY)
        if resource.known.ref == REF_ARN:
            return self._arn(resource, span, written)
        if resource.known.ref != REF_NAME:
            return Hole(written, span)
        parts = self._name(resource, span, written)
        return Text(parts, span) if len(parts) > 1 or isinstance(parts[0], Piece) else parts[0]

    def attribute(self, name: str, attribute: str, span: Span, written: str) -> Node:
        """The value of ``Fn::GetAtt`` for *attribute* of the resource *name*."""
        resource = self.template.resources.get(name)
        if resource is None:
            if attribute == "Arn" and self._sam_role(name):
                path, role = Piece("/", span), Hole(written, span, NAME)
                return _arn(aws.ROLE, span, written, lambda f: (path if f == "path" else role,))
            return Hole(written, span)
        known = resource.known
        if attribute in known.arn_attributes:
            return self._arn(resource, span, written)
        if attribute in known.account_attributes:
            return Hole(written, span, ACCOUNT)
        return Hole(written, span, NAME if attribute in known.name_attributes else ANY)

    def _arn(self, resource: Resource, span: Span, written: str) -> Node:
        makes = resource.known.makes
        if makes is None:
            return Hole(written, span)

        def field(name: str) -> tuple[Part, ...]:
            return (self._path if name == "path" else self._name)(resource, span, written)

        return _arn(makes, span, written, field)

    def _name(self, resource: Resource, span: Span, written: str) -> tuple[Part, ...]:
        """The name of *resource*, as one field of an ARN."""
        makes = resource.known.makes
        shape = FIELD if makes is not None and makes.has_slashes else NAME
        return self._field(resource, resource.get(resource.known.name), shape, span, written)

    def _path(self, resource: Resource, span: Span, written: str) -> tuple[Part, ...]:
        """The path of an IAM *resource*; ``/`` by default."""
        path = resource.get("Path")
        if path is None:
            return (Piece("/", span),)
        return self._field(resource, path, FIELD, span, written)

    def _field(
        self, resource: Resource, given: Node | None, shape: str, span: Span, written: str
    ) -> tuple[Part, ...]:
        """The value of the property *given* of *resource*, as a field of the *shape* in an ARN."""
        unknown = Hole(written, span, shape)
        if given is None or resource.name in self._naming:
            return (unknown,)
        self._naming.add(resource.name)
        try:
            value = self.evaluate(given)
        finally:
            self._naming.discard(resource.name)
        if not isinstance(value, Text | Scalar | Hole | Choice):
            return (unknown,)
        parts = spliced(value, span, written)
        return tuple([narrowed(p, shape) if isinstance(p, Hole) else p for p in parts])

    def _sam_role(self, name: str) -> bool:
        owner = self.template.resources.get(name.removesuffix(SAM_ROLE_SUFFIX))
        return owner is not None and owner.type.startswith("AWS::Serverless::")

    def _loop_value(self, collections: list[Node], span: Span, written: str) -> Node:
        nodes: list[Node | None] = []
        for collection in collections:
            value = self.evaluate(collection)
            nodes.extend(value.items if isinstance(value, Seq) else (Hole(written, span),))
        return either(nodes, span, written)

    # -- functions: each takes its argument and the whole map, whose span the result has

    def _ref(self, argument: Node, node: Map) -> Node | None:
        name = string(argument)
        return self.reference(name, node.span, f"!Ref {name}") if name else _unknown(node)

    def _get_att(self, argument: Node, node: Map) -> Node | None:
        name, attribute = "", ""
        if isinstance(argument, Seq) and len(argument.items) == 2:
            name, attribute = (string(item) or "" for item in argument.items)
        elif isinstance(argument, Text):
            name, _, attribute = (argument.literal or "").partition(".")
        if not name or not attribute:
            return _unknown(node)
        return self.attribute(name, attribute, node.span, f"!GetAtt {name}.{attribute}")

    def _sub(self, argument: Node, node: Map) -> Node | None:
        variables: Map | None = None
        if isinstance(argument, Seq) and len(argument.items) == 2:
            argument, given = argument.items
            variables = given if isinstance(given, Map) else None
        if not isinstance(argument, Text):
            return _unknown(node)
        parts: list[Part] = []
        for part in argument.parts:
            if isinstance(part, Hole) or "${" not in part.text:
                parts.append(part)
            else:
                self._substitute(part, variables, parts)
        return joined(parts, argument.span, "!Sub ...")

    def _substitute(self, piece: Piece, variables: Map | None, parts: list[Part]) -> None:
        at = 0
        for match in _REFERENCE.finditer(piece.text):
            if at < match.start():
                parts.append(cut(piece, at, match.start()))
            at = match.end()
            written, name = match.group(), match.group(1).strip()
            span = cut(piece, match.start(), at).span
            if name.startswith("!"):
                parts.append(Piece("${" + name[1:] + "}", span))
                continue
            given = variables.entry(name) if variables is not None else None
            if given is not None:
                value = self.evaluate(given.value)
            elif "." in name:
                resource, _, attribute = name.partition(".")
                value = self.attribute(resource, attribute, span, written)
            else:
                value = self.reference(name, span, written)
            parts.extend(spliced(value, span, written))
        if at < len(piece.text):
            parts.append(cut(piece, at, len(piece.text)))

    def _join(self, argument: Node, node: Map) -> Node | None:
        if not isinstance(argument, Seq) or len(argument.items) != 2:
            return _unknown(node)
        delimiter, items = argument.items[0], self.evaluate(argument.items[1])
        if not isinstance(delimiter, Text) or delimiter.literal is None:
            return _unknown(node)
        return self._joined(delimiter, items, node)

    def _joined(self, delimiter: Text, items: Node | None, node: Map) -> Node:
        if isinstance(items, Choice):
            branches = [self._joined(delimiter, branch, node) for branch in items.branches]
            return Choice(tuple(branches), items.span)
        if not isinstance(items, Seq):
            return _unknown(node)
        if any(isinstance(i, Choice) and any(b is None for b in i.branches) for i in items.items):
            return _unknown(node)
        parts: list[Part] = []
        for index, item in enumerate(items.items):
            if index and delimiter.literal:
                parts.extend(delimiter.parts)
            parts.extend(spliced(item, item.span, "!Join ..."))
        return joined(parts, node.span, "!Join ...")

    def _if(self, argument: Node, node: Map) -> Node | None:
        if not isinstance(argument, Seq) or len(argument.items) != 3:
            return _unknown(node)
        branches = tuple([self.evaluate(item) for item in argument.items[1:]])
        return None if branches == (None, None) else Choice(branches, node.span)

    def _select(self, argument: Node, node: Map) -> Node | None:
        if not isinstance(argument, Seq) or len(argument.items) != 2:
            return _unknown(node)
        index = string(self.evaluate(argument.items[0])) or ""
        items = self.evaluate(argument.items[1])
        if not index.isascii() or not index.isdigit() or len(index) > 6:
            return _unknown(node)
        if not isinstance(items, Seq) or int(index) >= len(items.items):
            return _unknown(node)
        return items.items[int(index)] if length_known(items) else _unknown(node)

    def _split(self, argument: Node, node: Map) -> Node | None:
        if not isinstance(argument, Seq) or len(argument.items) != 2:
            return _unknown(node)
        delimiter, value = string(argument.items[0]), self.evaluate(argument.items[1])
        if not delimiter or not isinstance(value, Text):
            return _unknown(node)
        texts = split(value, delimiter)
        return Seq(tuple(texts), node.span) if texts is not None else _unknown(node)

    def _find_in_map(self, argument: Node, node: Map) -> Node | None:
        if not isinstance(argument, Seq) or len(argument.items) < 3:
            return _unknown(node)
        name = string(self.evaluate(argument.items[0]))
        candidates: list[Node] = (
            [self.template.mappings[name]] if name in self.template.mappings else []
        )
        keys = [self.evaluate(key) for key in argument.items[1:3]]
        for key in keys:
            candidates = _below(candidates, key)
        # AWS::LanguageExtensions: a default for keys that the map does not have.
        options = argument.items[3] if len(argument.items) > 3 else None
        default = options.get("DefaultValue") if isinstance(options, Map) else None
        if default is not None and not (candidates and all(map(string, keys))):
            value = self.evaluate(default)
            candidates += [value] if value is not None else []
        if not candidates:
            return _unknown(node)
        if len(candidates) == 1:
            return candidates[0]
        written = f"!FindInMap {name}"
        if any(string(candidate) is None for candidate in candidates):
            return Hole(written, node.span)
        return either(candidates, node.span, written)

    def _to_json_string(self, argument: Node, node: Map) -> Node | None:
        content = self.evaluate(argument)
        return Encoded(content, node.span) if content is not None else _unknown(node)


_FUNCTIONS: dict[str, Callable[[Evaluator, Node, Map], Node | None]] = {
    "Ref": Evaluator._ref,
    "Fn::FindInMap": Evaluator._find_in_map,
    "Fn::GetAtt": Evaluator._get_att,
    "Fn::If": Evaluator._if,
    "Fn::Join": Evaluator._join,
    "Fn::Select": Evaluator._select,
    "Fn::Split": Evaluator._split,
    "Fn::Sub": Evaluator._sub,
    "Fn::ToJsonString": Evaluator._to_json_string,
}


def _unknown(node: Map) -> Hole:
    """The unknown value of a function."""
    name = node.entries[0].key.written.removeprefix("Fn::").removeprefix("!")
    argument = string(node.entries[0].value)
    return Hole(f"!{name} {argument if argument and len(argument) <= 40 else '...'}", node.span)


def _pseudo(name: str, span: Span) -> Node | None:
    written = f"${{{name}}}"
    if name == "AWS::NoValue":
        return None
    if name == "AWS::AccountId":
        return Hole(written, span, ACCOUNT)
    if name == "AWS::Partition":
        return Hole(written, span, NAME, aws.PARTITIONS)
    if name == "AWS::URLSuffix":
        return Hole(written, span, NAME, URL_SUFFIXES)
    return Hole(written, span, NAME if name in ("AWS::Region", "AWS::StackName") else ANY)


def _parameter(parameter: Map, span: Span, written: str, given: Node | None) -> Node:
    """The value of a parameter: *given*, one of its allowed values, its default, or unknown.

    Two defaults are ignored: an empty one, because it asks for a value, and that
    of an SSM parameter, because it is the name of the value.
    """
    type_ = string(parameter.get("Type")) or "String"
    if type_.startswith("AWS::SSM::Parameter::Value"):
        return Hole(written, span)
    is_list = type_.startswith(_LIST_TYPES)
    if given is not None:
        return _listed(given) if is_list else given
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, Seq) and allowed.items:
        values = [string(item) for item in allowed.items]
        known = tuple([value for value in values if value is not None])
        if is_list or len(known) < len(values):
            return Hole(written, span)
        return Hole(written, span, shape_of(known), known)
    default = parameter.get("Default")
    literal = string(default)
    if default is not None and literal:
        text = Text(spliced(default, default.span, written), default.span)
        return _listed(text) if is_list else text
    pattern = string(parameter.get("AllowedPattern")) or ""
    if _TWELVE_DIGITS.match(pattern) and not is_list:
        return Hole(written, span, ACCOUNT)
    is_name = type_ in _NAME_TYPES or type_.endswith("::Id") or _NAMES.match(pattern)
    return Hole(written, span, NAME if is_name and not is_list else ANY)


def _listed(value: Node) -> Node:
    """*value*, a comma-separated list, as a list."""
    if isinstance(value, Choice):
        branches = tuple([_listed(b) if b is not None else None for b in value.branches])
        return Choice(branches, value.span)
    texts = split(value, ",") if isinstance(value, Text) else None
    return Seq(tuple([trimmed(item) for item in texts]), value.span) if texts is not None else value


def _arn(
    resource: aws.AwsResource, span: Span, written: str, field: Callable[[str], tuple[Part, ...]]
) -> Text:
    """The ARN of a *resource*, which is referred to at *span* as *written*."""
    unknown = {**_UNKNOWN_IN_ARNS, "generated": written}
    return joined(aws.arn_of(resource, span, unknown, field), span, written)


def _below(nodes: list[Node], key: Node | None) -> list[Node]:
    """The values of the maps among *nodes* at *key*, or at every key that it may be."""
    literal = string(key)
    keys: tuple[str, ...] | None = (literal,) if literal is not None else None
    if isinstance(key, Hole) and key.values is not None:
        keys = key.values
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Map):
            found.extend(e.value for e in node.entries if keys is None or e.key.literal in keys)
    return found
