"""The resources of a Terraform plan or state in JSON.

Values that are only known after apply are not in it. The configuration, which a
plan has and a state does not, says what each argument refers to.

Source: developer.hashicorp.com/terraform/internals/json-format ("Configuration
Representation", "Expression Representation").
"""

from __future__ import annotations

from functools import cached_property

from ..base.lazy_regex import regex
from ..extract import aws
from ..extract.detect import read_policy
from ..extract.terraform.plan import maps_in, resources_in
from ..extract.terraform.resource_types import resource_type
from ..iam.patterns import MAYBE, YES
from ..tree.nodes import NAME, Hole, Map, Piece, Seq, Text
from .model import NOWHERE, Link, Links, Location, Property, Resource, Setup, by_names
from .values import Item, items_at, literal_of, parts_of, plain_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..iam.written import Owner, Problem
    from ..tree.nodes import Node
    from .model import Parts, Path

    Reference = tuple[str, str]  # the address without keys, and the attribute

MAX_RESOURCES = 5_000
MAX_NAMES = 50_000
_KEY = regex(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_UNKNOWN = "(known after apply)"
_WRITTEN = {"partition": "${partition}", "region": "${region}", "account": "${account}"}
_NAMING = ("id", "arn", "bucket", "name")
"""Attributes that stand for a resource."""
_CONSTANT = ("each", "count", "path", "terraform", "self")
"""What references start with that are to no block; ``each`` and ``count`` have expressions of their own."""
_ORDER = ("depends_on", "count_expression", "for_each_expression")
_CALL = "(call)"


class Plan(Setup):
    """The resources of one plan, or of one state; *deployed* says where that of a path is."""

    def __init__(self, root: Map, deployed: Callable[[str], Location] | None = None) -> None:
        super().__init__()
        self.configuration = Configuration(root)
        path = root.span.source.path
        self.usual = deployed(path) if deployed is not None else NOWHERE
        self._before: dict[str, frozenset[int] | None] = {}
        self._is_whole = any(
            isinstance(root.get(name), Map) for name in ("planned_values", "values")
        )
        for type_, owner, values in resources_in(root):
            if len(self.resources) <= MAX_RESOURCES:
                self.resources.append(PlannedResource(self, type_, owner, values))
        if len(self.resources) > MAX_RESOURCES:
            self.resources.clear()

    @cached_property
    def by_block(self) -> dict[str, list[Resource]]:
        """The resources by the addresses of their blocks."""
        found: dict[str, list[Resource]] = {}
        for one in self.resources:
            found.setdefault(block_of(one.owner.name), []).append(one)
        return found

    @cached_property
    def names(self) -> dict[str, list[Resource]]:
        """The resources by their known names and ARNs."""
        return by_names(self.resources)

    @cached_property
    def constants(self) -> frozenset[str]:
        """The account, region and partition if there is one provider, and the names of resources."""
        names = [f"${{{one.owner.name}}}" for one in self.resources]
        is_one = len(self.configuration.providers) == 1
        return frozenset([*names, *(_WRITTEN.values() if is_one else ())])

    def made_after(self, resource: Resource) -> frozenset[int] | None:
        """The ids of the resources that are made before *resource*; None if they are not known."""
        block = block_of(resource.owner.name)
        if block not in self._before:
            names = self.configuration.reached(block)
            self._before[block] = (
                None
                if names is None
                else frozenset(id(one) for name in names for one in self.by_block.get(name, ()))
            )
        return self._before[block]

    def leaves(self, _: Resource) -> bool:
        """Whether a policy may be missing: ``-target`` leaves out resources, as no count does."""
        return not self._is_whole or self._lacks_policies

    @cached_property
    def _lacks_policies(self) -> bool:
        types = self.configuration.types
        return any(
            resource_type(type_).policies or resource_type(type_).attaches
            for block, type_ in types.items()
            if block not in self.by_block
        )


class PlannedResource(Resource):
    """One resource of a plan with its known values."""

    def __init__(self, setup: Plan, type_: str, owner: Owner, values: Map) -> None:
        super().__init__(setup, type_, owner, frozenset())
        self.plan = setup
        self._block = block_of(owner.name)
        self._values = values
        self._known = resource_type(type_)

    def at(self, path: Path) -> Property:
        """The value at *path*; unknown if it is only configured."""
        wanted = plain_name(path[0])
        written = [e.value for e in self._values.entries if plain_name(e.key.written) == wanted]
        items, complete = items_at(written[-1] if written else None, path[1:])
        if items:
            return Property(tuple(items), complete, written[-1].span)
        if self.plan.configuration.has(self._block, path[0]):
            unknown = Hole(_UNKNOWN, self.owner.span)
            return Property((Item(unknown, sure=True, may_be_null=True),), False, self.head())
        return Property((), complete, None)

    def find_links(self, path: Path) -> Links:
        """The resources whose name or ARN it is, or that the configuration refers to."""
        given = self.at(path)
        texts = [literal_of(parts_of(item.node)) for item in given.items]
        found: dict[int, Link] = {}
        for item, text in zip(given.items, texts, strict=True):
            for one in self.plan.names.get(text, ()) if text else ():
                found[id(one)] = Link(one, YES if item.sure else MAYBE)
        if None not in texts:
            return Links(tuple(found.values()), given.complete)
        names, known = self.plan.configuration.named(self._block, path[0])
        others = [one for name in names for one in self.plan.by_block.get(name, ())]
        known = known and len(others) == len(names) == len(texts) == 1
        for one in others:
            found.setdefault(id(one), Link(one, YES if known else MAYBE))
        return Links(tuple(found.values()), known)

    @cached_property
    def location(self) -> Location:
        """The region and account of its provider."""
        given = self._values.get("region")
        own = literal_of(parts_of(given)) or ""
        found = self.plan.configuration.location(self._block, self.plan.usual)
        return Location(own or found.region, found.account)

    @property
    def arn(self) -> Parts | None:
        """Its ARN, or what it will be as far as that is known."""
        for name in self._known.arn_attributes:
            given = self.at((name,))
            parts = parts_of(given.items[0].node) if given.items else None
            if literal_of(parts):
                return parts
        makes = self._known.makes
        if makes is None:
            return None

        def field(name: str) -> Parts:
            return (Piece("/", self.owner.span),) if name == "path" else self._field()

        written = {**_WRITTEN, "generated": f"${{{self.owner.name}}}"}
        return tuple(aws.arn_of(makes, self.owner.span, written, field))

    def _field(self) -> Parts:
        name = self.name
        if name is not None and literal_of(name) is not None:
            return name
        return (Hole(f"${{{self.owner.name}}}", self.owner.span, NAME),)

    @property
    def name(self) -> Parts | None:
        """The argument that is its name."""
        given = self.at((self._known.name,))
        return parts_of(given.items[0].node) if len(given.items) == 1 else None

    @property
    def policy_paths(self) -> Mapping[str, str | None]:
        """The arguments that are policies."""
        return self._known.policies

    @property
    def targets(self) -> Sequence[str]:
        """The arguments that name what its policies are on, or who has them."""
        return (*self._known.target, *self._known.holders)

    @property
    def attached(self) -> str:
        """The argument with managed policies that it attaches."""
        return self._known.attaches

    @property
    def stands_for(self) -> str:
        """The argument that names what it is an alias of, or on."""
        return next(iter((*self._known.alias_of, *self._known.target)), "")

    def read(self, path: Path) -> tuple[list[tuple[Node, tuple[Problem, ...]]], bool]:
        """The policies in the argument at *path*."""
        given = self.at(path)
        found: list[tuple[Node, tuple[Problem, ...]]] = []
        known = given.complete
        for item in given.items:
            policies = read_policy(item.node)
            found += policies
            known = known and bool(policies)
        return found, known

    def spelling(self, hole: Hole) -> str:
        """*hole* as it is written."""
        return hole.written


# -- the configuration


class Configuration:
    """What the blocks of a plan's configuration refer to.

    Arguments, outputs and calls of modules have addresses as blocks do:
    ``module.a.var.b``, ``module.a.output.c``, ``module.a``. ``module.a.all`` is
    everything in a module.
    """

    def __init__(self, root: Map) -> None:
        self.types: dict[str, str] = {}
        self.providers: set[str] = set()
        self._provider_of: dict[str, str] = {}
        self._locations: dict[str, Location] = {}
        self._refers: dict[str, dict[str, list[Reference]]] = {}
        configuration = root.get("configuration")
        top = configuration.get("root_module") if isinstance(configuration, Map) else None
        if isinstance(configuration, Map):
            variables = {name: one.get("value") for name, one in _entries(root.get("variables"))}
            for key, provider in _entries(configuration.get("provider_config")):
                self._locations[key] = _location(provider, variables)
        modules = [("", top)]
        while modules:
            prefix, module = modules.pop()
            if isinstance(module, Map):
                modules += self._read(prefix, module)

    def _read(self, prefix: str, module: Map) -> Iterator[tuple[str, Node | None]]:
        """Read *module*; return the modules that it calls, with their prefixes."""
        call: list[Reference] = [(prefix.removesuffix("."), "")] if prefix else []
        everything = list(call)
        for block in maps_in(module.get("resources")):
            named = ("address", "type", "mode", "provider_config_key")
            texts = [block.get(name) for name in named]
            address, type_, mode, provider = [
                t.written if isinstance(t, Text) else "" for t in texts
            ]
            at = prefix + address
            self._refers[at] = {
                **_arguments(block.get("expressions"), prefix),
                **_arguments(block, prefix, _ORDER),
                _CALL: call,
            }
            everything.append((at, ""))
            if mode == "managed":
                self.types[at] = type_
                self.providers.add(provider)
                self._provider_of[at] = provider
        for name, output in _entries(module.get("outputs")):
            refers = _arguments(output, prefix, ("expression", "depends_on"))
            self._refers[f"{prefix}output.{name}"] = {**refers, _CALL: call}
        for name, called in _entries(module.get("module_calls")):
            at = f"{prefix}module.{name}"
            self._refers[at] = {**_arguments(called, prefix, _ORDER), _CALL: call}
            for argument, references in _arguments(called.get("expressions"), prefix).items():
                self._refers[f"{at}.var.{argument}"] = {argument: references}
            everything.append((f"{at}.all", ""))
            yield f"{at}.", called.get("module")
        if prefix:
            self._refers[f"{prefix}all"] = {_CALL: everything}

    def has(self, block: str, argument: str) -> bool:
        """Whether the *argument* of *block* is written."""
        wanted = plain_name(argument)
        return any(plain_name(name) == wanted for name in self._refers.get(block, ()))

    def location(self, block: str, usual: Location) -> Location:
        """Where the resources of *block* are; *usual* is where the provider without alias is."""
        key = self._provider_of.get(block, "")
        found = self._locations.get(key, NOWHERE)
        if not key or "." in key.rpartition(":")[2]:
            return found
        return Location(found.region or usual.region, found.account or usual.account)

    def named(self, block: str, argument: str) -> tuple[list[str], bool]:
        """The blocks that *argument* of *block* refers to, and whether it is certainly what they are."""
        wanted = plain_name(argument)
        arguments = self._refers.get(block, {}).items()
        references = [one for key, given in arguments if plain_name(key) == wanted for one in given]
        found: dict[str, None] = {}
        known = True
        for at, attribute in references:  # it grows
            if at in self.types:
                found[at] = None
                known = known and attribute in _NAMING
            elif ("var." in at or "output." in at) and len(references) < MAX_NAMES:
                inner = self._refers.get(at, {})
                more = [one for key, given in inner.items() if key != _CALL for one in given]
                known = known and len(more) == 1
                references += more
            else:
                known = False
        return list(found), known

    def reached(self, block: str) -> set[str] | None:
        """What is made before *block*; None if that is not known, as with locals."""
        if block not in self._refers:
            return None
        seen = {block}
        stack = [block]
        while stack:
            for references in self._refers.get(stack.pop(), {}).values():
                for at, _ in references:
                    if at.rpartition(".")[2] == "local" or len(seen) > MAX_NAMES:
                        return None
                    if at not in seen:
                        seen.add(at)
                        stack.append(at)
        return seen - {block}


def _location(provider: Map, variables: Mapping[str, Node | None]) -> Location:
    """The region and account that the configuration of *provider* says."""
    expressions = provider.get("expressions")
    given = expressions.get("region") if isinstance(expressions, Map) else None
    region = ""
    if isinstance(given, Map):
        names = [text for text in _references(given) if text.startswith("var.")]
        value = given.get("constant_value")
        if value is None and len(names) == 1 and provider.get("module_address") is None:
            value = variables.get(names[0].removeprefix("var."))
        region = literal_of(parts_of(value)) or ""
    allowed = expressions.get("allowed_account_ids") if isinstance(expressions, Map) else None
    accounts = allowed.get("constant_value") if isinstance(allowed, Map) else None
    account = None
    if isinstance(accounts, Seq) and len(accounts.items) == 1:
        account = literal_of(parts_of(accounts.items[0]))
    return Location(region, account or "")


def block_of(address: str) -> str:
    """The address of the block of the instance at *address*."""
    return _KEY.sub("", address)


def _entries(node: Node | None) -> Iterator[tuple[str, Map]]:
    for entry in node.entries if isinstance(node, Map) else ():
        if isinstance(entry.value, Map):
            yield entry.key.written, entry.value


def _arguments(
    node: Node | None, prefix: str, names: Sequence[str] = ()
) -> dict[str, list[Reference]]:
    """The references in each of *node*'s arguments, or only in those with *names*."""
    return {
        entry.key.written: [one for text in _references(entry.value) for one in _read(text, prefix)]
        for entry in (node.entries if isinstance(node, Map) else ())
        if not names or entry.key.written in names
    }


def _references(node: Node) -> Iterator[str]:
    """The references in *node*, without the shorter forms that follow one in a plan."""
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, Map):
            stack += [entry.value for entry in at.entries if entry.key.written != "constant_value"]
        elif isinstance(at, Seq):
            stack += [item for item in at.items if not isinstance(item, Text)]
            last = ""
            for item in at.items:
                if isinstance(item, Text) and not last.startswith(
                    (f"{item.written}.", f"{item.written}[")
                ):
                    last = item.written
                    yield last


def _read(text: str, prefix: str) -> Iterator[Reference]:
    """The reference *text* of a module with the *prefix*."""
    steps = block_of(text).split(".")
    if steps[0] in _CONSTANT:
        if steps[0] in ("each", "count"):
            yield "", ""  # which value it is, is not known; what it is of, is another argument
    elif steps[0] == "local":
        yield f"{prefix}local", ""
    elif steps[0] == "module" and len(steps) > 1:
        inner = f"output.{steps[2]}" if len(steps) > 2 else "all"
        yield f"{prefix}module.{steps[1]}.{inner}", ""
    else:
        length = 3 if steps[0] == "data" else 2
        yield prefix + ".".join(steps[:length]), steps[length] if len(steps) > length else ""
