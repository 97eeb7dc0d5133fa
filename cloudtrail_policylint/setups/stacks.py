"""Stacks: a template as it is deployed, those nested in it, and what a value in one refers to."""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import replaced
from ..extract.cloudformation.references import mentions
from ..tree.nodes import Hole, Map, Piece, Text, walk
from .model import NOWHERE
from .values import parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..extract.cloudformation.intrinsics import Evaluator
    from ..extract.cloudformation.template import Resource as Written
    from ..tree.nodes import Node
    from .model import Location, Parts

    Place = tuple["Stack", str]
    """A resource: its stack, and its logical id there."""

MAX_DEPTH = 20
"""Outputs that are followed from one stack to the next."""
MAX_STEPS = 200
"""Values that are read to find out what one refers to."""
_NAME = regex(r"(?:!Ref |!GetAtt |\$\{)([A-Za-z0-9]++)(?:\.(?:Arn|TopicArn|TopicName|KeyId))?\}?")
"""What stands for the name of a resource, in a text or in its ARN."""
_OUTPUT = regex(r"(?:!GetAtt |\$\{)([A-Za-z0-9]++)\.Outputs\.([A-Za-z0-9]++)\}?")
_OF_AWS = ("${AWS::", "!Ref AWS::")
_CHOOSING = ("Fn::If", "Fn::Select", "Fn::FindInMap", "Fn::Split")
"""Functions whose value is one of several, or a part of one."""


class Stack:
    """The template of *evaluator* as the stack *above* deploys it; None for the outermost one.

    ``prefix`` distinguishes its names from those of other stacks. *deployed* says where the
    template of a path is.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        above: Place | None,
        deployed: Callable[[str], Location] | None = None,
    ) -> None:
        self.evaluator = evaluator
        self.template = evaluator.template
        self.root = self.template.root
        self.above = above
        self.prefix: str = f"{above[0].prefix}{above[1]}_" if above is not None else ""
        self.parameters = frozenset(self.template.parameters)
        own = deployed(self.root.span.source.path) if deployed is not None else NOWHERE
        self.location: Location = above[0].location if above is not None and own == NOWHERE else own
        self.below = {
            name: Stack(one, (self, name), deployed) for name, one in evaluator.nested.items()
        }

    def all(self) -> Iterator[Stack]:
        """It, and the stacks in it."""
        left = [self]
        while left:
            stack = left.pop()
            yield stack
            left += stack.below.values()

    def entry(self, resource: Written) -> Map | None:
        """*resource* as the template has it."""
        section = self.root.get("Resources")
        node = section.get(resource.name) if isinstance(section, Map) else None
        return node if isinstance(node, Map) else None

    def conditions(self, resource: Written) -> frozenset[object]:
        """What *resource* exists under, the conditions of the stacks around it included."""
        found: set[object] = set()
        stack, one = self, resource
        while True:
            entry = stack.entry(one)
            condition = entry.get("Condition") if entry is not None else None
            if isinstance(condition, Text):
                found.add(stack.prefix + condition.written)
            if "${" in one.name:  # from a loop
                found.add(id(one))
            if stack.above is None:
                return frozenset(found)
            stack, name = stack.above
            one = stack.template.resources[name]

    # -- references

    def mentioned(self, node: Node | None) -> tuple[list[Place], bool]:
        """The resources that *node* refers to, through parameters and outputs.

        And whether it may be one of several, or a part of one.
        """
        found: dict[tuple[int, str], Place] = {}
        chooses = False
        seen: set[tuple[int, int]] = set()
        left: list[tuple[Stack, Node | None]] = [(self, node)]
        while left and len(seen) < MAX_STEPS:
            stack, at = left.pop()
            if at is None or (id(stack), id(at)) in seen:
                continue
            seen.add((id(stack), id(at)))
            chooses = chooses or _chooses(at)
            for one in mentions(at):
                name, _, attribute = one.partition(".")
                if name in stack.below and attribute.startswith("Outputs."):
                    below = stack.below[name]
                    left.append((below, below.output(attribute.removeprefix("Outputs."))))
                elif name in stack.template.resources:
                    found[id(stack), name] = (stack, name)
                elif name in stack.parameters and stack.above is not None:
                    left.append((stack.above[0], stack.given(name)))
        return list(found.values()), chooses or bool(left)

    def given(self, parameter: str) -> Node | None:
        """What the stack around it gives for *parameter*."""
        if self.above is None:
            return None
        stack, name = self.above
        values = stack.template.resources[name].get("Parameters")
        return values.get(parameter) if isinstance(values, Map) else None

    def output(self, name: str) -> Node | None:
        """The value of the output *name*."""
        outputs = self.root.get("Outputs")
        one = outputs.get(name) if isinstance(outputs, Map) else None
        return one.get("Value") if isinstance(one, Map) else None

    def values(self, hole: Hole, depth: int = 0) -> list[tuple[Stack, Piece | Hole]]:
        """*hole*, or the parts of the value of the output that it is, each with its stack."""
        stack = self.of(hole)
        found = _OUTPUT.fullmatch(hole.written) if stack.below else None
        below = stack.below.get(found.group(1)) if found is not None else None
        if found is None or below is None or depth > MAX_DEPTH:
            return [(stack, hole)]
        values: list[tuple[Stack, Piece | Hole]] = []
        parts = parts_of(below.evaluator.evaluate(below.output(found.group(2))))
        for part in parts if parts is not None else ():
            values += below.values(part, depth + 1) if isinstance(part, Hole) else [(below, part)]
        return values if parts is not None else [(stack, hole)]

    # -- spellings

    def of(self, hole: Hole) -> Stack:
        """The stack in whose template *hole* is written: it, or one around it."""
        stack: Stack | None = self
        while stack is not None:
            if stack.root.span.source is hole.span.source:
                return stack
            stack = stack.above[0] if stack.above is not None else None
        return self

    def spelling(self, hole: Hole) -> str:
        """How *hole* is spelled wherever it has the same value."""
        stack = self.of(hole)
        found = _NAME.fullmatch(hole.written)
        if found is not None:
            name = found.group(1)
            if name in stack.template.resources or name in stack.parameters:
                return f"${{{stack.prefix}{name}}}"
        return hole.written if hole.written.startswith(_OF_AWS) else stack.prefix + hole.written

    def spelt(self, parts: Parts) -> Parts:
        """*parts* with each hole as it is spelled everywhere."""
        return tuple(
            [
                replaced(one, written=self.spelling(one)) if isinstance(one, Hole) else one
                for one in parts
            ]
        )


def _chooses(node: Node) -> bool:
    return any(
        entry.key.literal in _CHOOSING
        for inner in walk(node)
        if isinstance(inner, Map)
        for entry in inner.entries
    )
