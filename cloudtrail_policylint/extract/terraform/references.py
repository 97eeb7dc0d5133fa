"""References in expressions: variables, locals, modules, resources, data sources.

An attribute of a resource has the value in its block, or what is known of the
value that AWS assigns: ARNs are built from their known parts, account ids are
twelve digits. ``resource_types`` has the facts.

Sources: developer.hashicorp.com/terraform/language/expressions/references and
the attribute references of the providers.
"""

from __future__ import annotations

from ...base.suggest import nearest
from ...iam.names import SERVICE_ACCOUNTS, URL_SUFFIXES
from ...readers.hcl.syntax import ELEMENT, Call, GetAttr, Index, Name, Splat, keyword
from ...tree.nodes import (
    ACCOUNT,
    ANY,
    FIELD,
    NAME,
    Encoded,
    Hole,
    Map,
    Node,
    Piece,
    Seq,
    Text,
    narrowed,
)
from .. import aws
from ..values import string
from .documents import document
from .instances import instances_of
from .module import Module, address_of, every, meant
from .resource_types import resource_type
from .values import choice, hole_at, is_null, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...readers.hcl.file import Block
    from ...readers.hcl.syntax import Step
    from ...tree.source import Span
    from .resource_types import ResourceType
    from .session import Instance, Scope, Session

_UNKNOWN_IN_ARNS = {
    "partition": "${partition}",
    "region": "${region}",
    "account": "${account}",
    "service_account": "${service account}",
    "generated": "${generated}",
}
"""Field of an ARN that no argument of a resource sets -> how messages spell it."""
PLACES = {"${region}": "region", "${account}": "account"}
"""How the region and account of a resource are spelled in its ARN, and what they are."""


def resolve(session: Session, name: str, steps: Sequence[Step], scope: Scope) -> Node:
    """The value of the reference ``name`` and *steps*; *name* is not in *scope*."""
    last = steps[-1].span
    first = steps[0]
    if name == "data":
        return _resource(session, steps, scope, is_data=True)
    if name == "terraform":
        return hole_at(last, NAME)  # the name of the workspace
    if name in ("each", "count", "self", ELEMENT) or not isinstance(first, GetAttr):
        return hole_at(last)
    if name == "var":
        return session.walk(_variable(session, first), steps[1:], scope)
    if name == "local":
        return session.walk(_local(session, first), steps[1:], scope)
    if name == "module":
        return _output(session, steps, scope)
    if name == "path":
        folder = session.folder if first.name == "module" else "."
        return Text((Piece(folder, first.span),), first.span)
    return _resource(session, (_head(name, first), *steps), scope, is_data=False)


def _head(name: str, first: GetAttr) -> GetAttr:
    """The resource type as a step, so that ``aws_x.y`` is handled like ``data.aws_x.y``."""
    return GetAttr(first.of, name, first.of.span)


# -- variables and locals


def _variable(session: Session, reference: GetAttr) -> Node:
    name, module, span = reference.name, session.module, reference.span
    caller = session.caller
    called_with = caller.block.attributes if caller is not None else module.values
    given = called_with.get(name)
    block = meant(module.variables, (name,), span.source)
    default = block.attributes.get("default") if block is not None else None
    type_ = block.attributes.get("type") if block is not None else None

    def compute() -> Node:
        node = value()
        if type_ is None or not isinstance(type_.expression, Call):
            return node
        from .types import completed

        return completed(session, type_.expression, node)

    def value() -> Node:
        if given is not None and caller is not None:
            node = session.value_in(caller.session, given.expression, caller.instance.scope)
            return hole_at(span) if is_null(node) and default is not None else node
        if given is not None:
            return session.evaluate(given.expression)
        assert default is not None
        session.assume()
        return session.evaluate(default.expression)

    if block is None:
        _note_missing(session, "variable", name, module.variables, span)
    shape = _shape_of_variable(session, name, block)
    if session.unknown_inputs or (given is None and default is None):
        return hole_at(span, shape)
    found = session.memoised(("var", id(given or default)), compute)
    if found is None:
        return hole_at(span)
    found = session.shared(found, span)
    if not isinstance(found, Hole):
        return found
    address, makers = session.origin(found), session.makers(found)
    found = narrowed(found, shape)
    found = session.originating(found, address) if address is not None else found
    return session.made_by(found, makers)


def _shape_of_variable(session: Session, name: str, block: Block | None) -> str:
    if name in names_of_buckets(session.module):
        return NAME
    type_ = block.attributes.get("type") if block is not None else None
    written = keyword(type_.expression) if type_ is not None else ""
    return NAME if written in ("number", "bool") else ANY


def names_of_buckets(module: Module) -> set[str]:
    """The variables that resources of *module* use as the name of a bucket."""
    if module.buckets is None:
        module.buckets = set()
        for block in every(module.resources):
            argument = block.attributes.get(resource_type(block.labels[0]).bucket)
            expression = argument.expression if argument is not None else None
            if (
                isinstance(expression, GetAttr)
                and isinstance(expression.of, Name)
                and expression.of.name == "var"
            ):
                module.buckets.add(expression.name)
    return module.buckets


def _local(session: Session, reference: GetAttr) -> Node:
    span = reference.span
    attribute = meant(session.module.locals, (reference.name,), span.source)
    if attribute is None:
        _note_missing(session, "local value", reference.name, session.module.locals, span)
        return hole_at(span)
    key = ("local", id(attribute))
    found = session.memoised(key, lambda: session.evaluate(attribute.expression))
    return hole_at(span) if found is None else session.shared(found, span)


def _note_missing(
    session: Session, noun: str, name: str, declared: Iterable[tuple[str, ...]], span: Span
) -> None:
    """Add a note if *name* is not *declared*, and all files that may declare it are known."""
    if session.module.declares_all(span.source):
        near = nearest(name, [".".join(labels) for labels in declared])
        session.note(f"undeclared {noun} {name}{near}", span)


# -- modules


def _output(session: Session, steps: Sequence[Step], scope: Scope) -> Node:
    """``module.name.output`` and ``module.name[key].output``."""
    span, first, rest = steps[-1].span, steps[0], steps[1:]
    named = [
        call
        for call in session.module.calls
        if isinstance(first, GetAttr) and call.labels == (first.name,)
    ]
    block = next((call for call in named if call.span.source is span.source), None)
    block = block or (named[0] if named else None)
    key: Node | None = None
    if rest and isinstance(rest[0], Index):
        key, rest = session.evaluate(rest[0].key, scope), rest[1:]
    output = rest[0] if rest else None
    if block is None and isinstance(first, GetAttr):
        calls = [call.labels for call in session.module.calls]
        _note_missing(session, "module", first.name, calls, span)
    if block is None or not isinstance(output, GetAttr):
        return hole_at(span)
    values: list[Node] = []
    for instance in _instances(session, block, key):
        child = session.child(block, instance)
        found = _output_of(session, child, output.name) if child is not None else None
        if found is None:
            return hole_at(span)
        values.append(session.walk(session.shared(found, span), rest[1:], scope))
    return choice(values, span) if values else hole_at(span)


def _output_of(session: Session, child: Session, name: str) -> Node | None:
    """The output *name* of the called module *child*; None if it has none or depends on itself."""
    block = next((block for block in child.module.outputs if block.labels == (name,)), None)
    value = block.attributes.get("value") if block is not None else None
    if value is None:
        return None
    return session.memoised(
        ("output", id(child), name), lambda: session.value_in(child, value.expression)
    )


# -- resources and data sources


def _resource(session: Session, steps: Sequence[Step], scope: Scope, *, is_data: bool) -> Node:
    """``type.name.attribute``, ``type.name[key].attribute`` and ``type.name[*].attribute``."""
    span = steps[-1].span
    if len(steps) < 2 or not isinstance(steps[0], GetAttr) or not isinstance(steps[1], GetAttr):
        return hole_at(span)
    type_, name = steps[0].name, steps[1].name
    blocks = session.module.data if is_data else session.module.resources
    block = meant(blocks, (type_, name), span.source)
    if block is None and (is_data or "_" in type_):  # types start with the name of a provider
        noun = "data source" if is_data else "resource"
        _note_missing(session, noun, f"{type_}.{name}", blocks, steps[1].span)
    rest = steps[2:]
    first = rest[0] if rest else None
    key: Node | None = None
    if isinstance(first, Splat):
        return _splat(session, block, first, rest[1:], scope)
    if isinstance(first, Index):
        key, rest = session.evaluate(first.key, scope), rest[1:]
    attribute = rest[0] if rest else None
    if not isinstance(attribute, GetAttr):
        return hole_at(span)
    if block is None:
        return hole_at(span, shape_of(type_, attribute.name))
    instances = _instances(session, block, key)
    if not instances:
        return hole_at(span) if not instances_of(session, block) else session.fail(span)
    values = [
        session.walk(
            attribute_of(session, block, i, attribute.name, attribute.span), rest[1:], scope
        )
        for i in instances
    ]
    return choice(values, span)


def _instances(session: Session, block: Block, key: Node | None) -> list[Instance]:
    """The instances of *block* that *key* may select."""
    instances = instances_of(session, block)
    picked = string(key) if key is not None else None
    if picked is None:
        return instances
    return [one for one in instances if one.key is None or one.key == picked]


def _splat(
    session: Session, block: Block | None, splat: Splat, rest: Sequence[Step], scope: Scope
) -> Node:
    """``type.name[*].attribute``: of every instance."""
    path: list[GetAttr] = []
    current = splat.body
    while isinstance(current, GetAttr):
        path.append(current)
        current = current.of
    path.reverse()
    if block is None or not path or not isinstance(current, Name):
        return hole_at(splat.span)
    items = []
    for instance in instances_of(session, block):
        value = attribute_of(session, block, instance, path[0].name, splat.span)
        value = session.walk(value, path[1:], scope)
        items.append(value if instance.sure else choice((value, None), splat.span))
    return session.walk(Seq(tuple(items), splat.span), rest, scope)


def attribute_of(session: Session, block: Block, instance: Instance, name: str, span: Span) -> Node:
    """The attribute *name* of one instance of *block*, referred to at *span*."""
    source = id(span.source)  # values that AWS assigns have the place of the reference
    key = (id(block), instance.key, name, source, span.start)
    found = session.memoised(key, lambda: _attribute(session, block, instance, name, span))
    if found is None:
        return hole_at(span, shape_of(block.labels[0], name))
    address = session.origin(found) or address_of(block)
    makers = (*session.makers(found), (session, block, instance))
    return session.made_by(session.originating(session.shared(found, span), address), makers)


def _attribute(session: Session, block: Block, instance: Instance, name: str, span: Span) -> Node:
    type_ = block.labels[0]
    if block.type == "data":
        special = _data_attribute(session, block, instance, name, span)
        if special is not None:
            return special
    shape = shape_of(type_, name)
    if shape == ACCOUNT:
        return hole_at(span, ACCOUNT)
    known = resource_type(type_)
    if known.makes is not None and name in known.arn_attributes:
        makes = known.makes
        if makes is aws.LOG_GROUP:
            from .providers import log_groups_have_wildcard

            makes = aws.LOG_STREAMS if log_groups_have_wildcard(session) else makes
        return _arn(session, block, instance, known, makes, span)
    written = block.attributes.get(known.id_repeats if name == "id" else name)
    if written is None:
        return hole_at(span, shape)
    value = session.value_of(written.expression, instance.scope)
    if is_null(value):
        return hole_at(span, shape)
    return narrowed(value, shape) if isinstance(value, Hole) else value


def shape_of(type_: str, name: str) -> str:
    """The shape of the attribute *name* of resources of *type_*."""
    known = resource_type(type_)
    if name in known.account_attributes:
        return ACCOUNT
    names = known.name_attributes
    return NAME if name in names or (name == "id" and known.id_repeats in names) else ANY


def _arn(
    session: Session,
    block: Block,
    instance: Instance,
    known: ResourceType,
    resource: aws.AwsResource,
    span: Span,
) -> Node:
    """The ARN of the *resource* that *block* creates, from the known arguments."""
    own = block.attributes.get("arn") if block.type == "data" else None
    if own is not None:
        return session.evaluate(own.expression, instance.scope)

    def field(name: str) -> Sequence[Piece | Hole]:
        if name == "path":
            return _path_of(session, block, instance, span)
        shape = FIELD if resource.has_slashes else NAME
        return _name_of(session, block, instance, known.name, shape, span)

    parts = aws.arn_of(resource, span, _UNKNOWN_IN_ARNS, field)
    for part in parts:
        if isinstance(part, Hole) and part.written in PLACES:
            session.made_by(part, ((session, block, instance),))
    return Text(tuple(parts), span)


def _path_of(
    session: Session, block: Block, instance: Instance, span: Span
) -> Sequence[Piece | Hole]:
    path = block.attributes.get("path")
    if block.type == "data":
        return (Piece("/", span), Hole("${path}", span))
    if path is None:
        return (Piece("/", span),)
    value = text_of(session.value_of(path.expression, instance.scope))
    return value.parts if value is not None else (hole_at(span, FIELD),)


def _name_of(
    session: Session, block: Block, instance: Instance, name: str, shape: str, span: Span
) -> Sequence[Piece | Hole]:
    """The name in an ARN, which never has a colon."""
    attribute = block.attributes.get(name)
    text = None
    if attribute is not None:
        text = text_of(session.value_of(attribute.expression, instance.scope))
    if text is None:
        return (hole_at(span, shape),)
    return tuple([narrowed(p, shape) if isinstance(p, Hole) else p for p in text.parts])


# -- data sources with values of their own


def _data_attribute(
    session: Session, block: Block, instance: Instance, name: str, span: Span
) -> Node | None:
    type_ = block.labels[0]
    if type_ == "aws_iam_policy_document" and name in ("json", "minified_json"):
        return Encoded(document(session, block, instance), span)
    if type_ == "template_file" and name == "rendered":
        return _rendered(session, block, instance, span)
    if (type_, name) == ("aws_partition", "partition"):
        return hole_at(span, NAME, aws.PARTITIONS)
    if (type_, name) == ("aws_partition", "dns_suffix"):
        return hole_at(span, NAME, URL_SUFFIXES)
    if (type_, name) == ("aws_cloudtrail_service_account", "id"):
        return hole_at(span, ACCOUNT, SERVICE_ACCOUNTS)
    if (type_, name) == ("aws_iam_policy", "arn") and "arn" not in block.attributes:
        return hole_at(span)  # an AWS managed policy or not, at an unknown path
    return None


def _rendered(session: Session, block: Block, instance: Instance, span: Span) -> Node | None:
    """The text of ``data.template_file``, the predecessor of ``templatefile()``."""
    template = block.attributes.get("template")
    if template is None:
        return None
    text = session.evaluate(template.expression, instance.scope)
    written = block.attributes.get("vars")
    variables: Node = Map((), span)
    if written is not None:
        variables = session.evaluate(written.expression, instance.scope)
    if not isinstance(text, Text):
        return hole_at(span)
    from .string_functions import filled_in

    return filled_in(session, text, variables)
