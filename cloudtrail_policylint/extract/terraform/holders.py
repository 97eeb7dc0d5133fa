"""Relations between resources: identities and their policies, trails and what they use."""

from __future__ import annotations

from ...iam.written import FoundAttachment, Owner
from ...tree.nodes import Hole, Node, Text, as_text
from ..values import leaves
from .instances import instances_of, nested
from .module import address_of, every
from .resource_types import resource_type
from .values import is_null, is_rest, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...readers.hcl.file import Block
    from .session import Scope, Session

_LOOKED_UP = "data.aws_iam_policy."
_UNNAMED = ("${each.", "${count.", "${...")


class Relations:
    """The relations between the resources of a module.

    ``attachments`` refer to managed policies outside of the module;
    ``only_boundaries`` are policies of the module (by address) that are used
    as permissions boundaries only.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.attachments: list[FoundAttachment] = []
        self._seen: set[tuple[str, int, int, str]] = set()
        self._attached: dict[str, dict[str, None]] = {}
        self._holders: dict[str, tuple[str, ...]] = {}
        self._names = self._named()
        boundaries: set[str] = set()
        for block in every(session.module.resources):
            self._attach(block, boundaries)
            if resource_type(block.labels[0]).of_organization:
                self._attach_to_targets(block)
        for block in every(session.module.data):
            if block.labels[0] == "aws_iam_policy":
                self._look_up(block)
        self.only_boundaries = boundaries - self._attached.keys()
        self._partners = self._used_by_trails()

    # -- references between resources

    def _named(self) -> dict[tuple[str, str], str]:
        """Resource type and name -> the address of the resource."""
        found: dict[tuple[str, str], str] = {}
        for block in every(self.session.module.resources):
            type_ = block.labels[0]
            known = resource_type(type_)
            attribute = block.attributes.get(known.name) if known.by_name else None
            if attribute is None:
                continue
            for instance in instances_of(self.session, block):
                text = text_of(self.session.evaluate(attribute.expression, instance.scope))
                if text is not None and text.written:
                    found.setdefault((type_, text.written), address_of(block))
        return found

    def _identified(self, node: Node, types: tuple[str, ...]) -> Iterator[str]:
        """The resources of *types* that *node* refers to: addresses, or names as written."""
        for leaf in leaves(node):
            if is_null(leaf) or is_rest(leaf):
                continue
            origin = self.session.origin(leaf)
            if origin is not None:
                yield origin
                continue
            text = as_text(leaf)
            if text is None or not text.written or text.written.startswith(_UNNAMED):
                continue
            known = (self._names.get((type_, text.written)) for type_ in types)
            yield next((address for address in known if address), text.written)

    def _values(self, block: Block, path: str, scope: Scope) -> Iterator[Node]:
        """The values at *path* in *block*; a dot leads into nested blocks."""
        name, _, rest = path.partition(".")
        if rest:
            for one in nested(self.session, block, name, scope):
                yield from self._values(one.block, rest, one.scope)
        elif name in block.attributes:
            yield self.session.evaluate(block.attributes[name].expression, scope)

    # -- holders

    def holders(self, block: Block) -> tuple[str, ...]:
        """The identities that the policies of the resource *block* apply to, or the targets of an SCP."""
        address = address_of(block)
        if address not in self._holders:
            self._holders[address] = tuple(self._find_holders(block, address))
        return self._holders[address]

    def _find_holders(self, block: Block, address: str) -> dict[str, None]:
        known = resource_type(block.labels[0])
        if known.is_identity:
            return {address: None}
        found = dict(self._attached.get(address, {}))
        for name, identity in known.holders.items():
            for instance in instances_of(self.session, block):
                for value in self._values(block, name, instance.scope):
                    found.update(dict.fromkeys(self._identified(value, (identity,))))
        if known.targets:
            found.update(self._targets(block))
        return found

    def _targets(self, block: Block) -> dict[str, None]:
        """The accounts and units of an organization that *block* names."""
        return {
            target: None
            for instance in instances_of(self.session, block)
            for value in self._values(block, resource_type(block.labels[0]).targets, instance.scope)
            for target in self._identified(value, ())
        }

    def _attach_to_targets(self, block: Block) -> None:
        """Note the targets of the policies of an organization that *block* attaches."""
        path = resource_type(block.labels[0]).of_organization
        for instance in instances_of(self.session, block):
            for value in self._values(block, path, instance.scope):
                for leaf in leaves(value):
                    policy = self.session.origin(leaf)
                    if policy is not None:
                        self._attached.setdefault(policy, {}).update(self._targets(block))

    def _attach(self, block: Block, boundaries: set[str]) -> None:
        known = resource_type(block.labels[0])
        if not known.attaches and not known.boundary:
            return
        owner = Owner(address_of(block), block.span)
        for instance in instances_of(self.session, block):
            if known.attaches:
                holders: dict[str, None] = {} if known.holders else {owner.name: None}
                for name, identity in known.holders.items():
                    for value in self._values(block, name, instance.scope):
                        holders.update(dict.fromkeys(self._identified(value, (identity,))))
                for value in self._values(block, known.attaches, instance.scope):
                    for policy in self._refer(value, owner, tuple(holders)):
                        self._attached.setdefault(policy, {}).update(holders)
            if known.boundary:
                for value in self._values(block, known.boundary, instance.scope):
                    boundaries.update(self._refer(value, owner, ()))

    def _refer(self, value: Node, owner: Owner, holders: tuple[str, ...]) -> list[str]:
        """The module's policies that *value* refers to; add attachments for other policies."""
        own: list[str] = []
        for leaf in leaves(value):
            origin = self.session.origin(leaf)
            if origin is not None and resource_type(origin.partition(".")[0]).is_managed_policy:
                own.append(origin)
            elif isinstance(leaf, Text | Hole) and not (origin or "").startswith(_LOOKED_UP):
                text = as_text(leaf)
                assert text is not None
                self._add(FoundAttachment(text, owner, holders))
        return own

    def _look_up(self, block: Block) -> None:
        """Add the policy that a ``data.aws_iam_policy`` names; it is reported there."""
        owner = Owner(address_of(block), block.span)
        for instance in instances_of(self.session, block):
            for name in ("arn", "name"):
                for value in self._values(block, name, instance.scope):
                    self._refer(value, owner, ())

    def _add(self, attachment: FoundAttachment) -> None:
        """Add *attachment*, unless another instance of its owner has the same."""
        span = attachment.arn.span
        key = (attachment.owner.name, id(span.source), span.start, attachment.arn.written)
        if key not in self._seen:
            self._seen.add(key)
            self.attachments.append(attachment)

    # -- trails

    def _used_by_trails(self) -> set[str]:
        """The resources that trails and event data stores write to, encrypt with and act as."""
        found: set[str] = set()
        for block in every(self.session.module.resources):
            for name, partners in resource_type(block.labels[0]).uses.items():
                for instance in instances_of(self.session, block):
                    for value in self._values(block, name, instance.scope):
                        found.update(self._identified(value, partners))
        for block in every(self.session.module.resources):
            for name, types in resource_type(block.labels[0]).alias_of.items():
                for value in self._values(block, name, {}) if address_of(block) in found else ():
                    found.update(self._identified(value, types))
        return found

    def on_cloudtrail(self, block: Block) -> bool:
        """Whether the policies of *block* are on a CloudTrail resource or one that a trail uses."""
        type_ = block.labels[0]
        if type_.startswith(("aws_cloudtrail", "awscc_cloudtrail")):
            return True
        if address_of(block) in self._partners:
            return True
        for name, targets in resource_type(type_).target.items():
            for instance in instances_of(self.session, block):
                for value in self._values(block, name, instance.scope):
                    if not self._partners.isdisjoint(self._identified(value, targets)):
                        return True
        return not self._partners.isdisjoint(self.holders(block))
