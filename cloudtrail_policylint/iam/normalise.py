"""From a policy as written to the policy model.

This module knows the grammar: one or many, ``Not*`` elements, principals,
conditions. What breaks the grammar becomes a ``Problem`` at its place, and the
rest is still read. Alternatives (``Fn::If``, ``? :``) become elements of their
own.
"""

from __future__ import annotations

from ..base import limits
from ..tree.nodes import (
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
    as_text,
    branches,
    children,
    walk,
)
from ..tree.placeholders import with_placeholders
from ..tree.source import Span
from .arns import STAR, Shape, action_head, arn_head
from .kinds import WITH_PRINCIPAL, WITHOUT_PRINCIPAL, guess_kind
from .names import LOG_FOLDER, concerns_cloudtrail
from .policy import Action, Attachment, Condition, Document, Principal, Resource, Statement
from .written import Found, FoundAttachment, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
"""The elements of a statement (IAM User Guide, "Grammar of the IAM JSON policy language")."""
_FOLDED = {one.lower(): one for one in ELEMENTS}
WRONG_TYPE, WRONG_PRINCIPAL, MIXED_TYPES = MISTAKES = ("type", "principal", "mixed")
"""The mistakes in the grammar that only the values as written show: one of another JSON type than its
element takes, a Principal that is neither an object nor a star, and condition values of several types."""
_PRINCIPAL = 'an object or "*"'
_BROKEN = ("embedded-policy-not-json", "template-text")


def normalise(found: Found, kind_of_path: str | None = None, number: int = 0) -> Document:
    """The policy model of *found*, the document *number* of its file or module.

    *kind_of_path* is the kind that the settings give for the file; it is used if
    the place in the file does not show the kind. Problems of the grammar are in
    the result.
    """
    return _Normaliser(found).document(kind_of_path, number)


def nearest_element(name: str) -> str | None:
    """The element of a statement that is misspelt as *name*: in another letter case, or a typo."""
    from ..base.suggest import is_misspelt

    folded = name.lower()
    if folded in _FOLDED:
        return _FOLDED[folded]
    return next((one for one in ELEMENTS if is_misspelt(folded, one.lower())), None)


def normalise_attachment(found: FoundAttachment) -> Attachment:
    """The policy model of a reference to a managed policy."""
    arn = with_placeholders(found.arn)
    return Attachment(arn, Shape(arn.parts, variables=False), found.owner, _mentions((arn,)))


class _Normaliser:
    def __init__(self, found: Found) -> None:
        self.found = found
        self.problems: list[Problem] = list(found.problems)
        self.mistakes: list[Problem] = []
        self.misspelt = False
        self.complete = found.complete
        self.misread = found.misread or any(p.name in _BROKEN for p in found.problems)

    def document(self, kind_of_path: str | None, number: int) -> Document:
        node = self.found.node
        version: Text | None = None
        statements: list[Statement] = []
        if self.too_large(node):
            self.complete = False
        else:
            if isinstance(node, Map):
                version = self.single(node.get("Version"), "Version")
                if any(_has_hole(entry.key) for entry in node.entries):
                    self.complete = False
                statements = list(self.statements(node.get("Statement")))
            else:
                statements = list(self.statements(node))
        if version is None and (self.misread or not self.complete or not isinstance(node, Map)):
            version = _unknown_version(node)
        kind = self.found.kind or kind_of_path
        kinds = (kind,) if kind else self.possible(statements)
        return Document(
            kinds=kinds,
            owner=self.found.owner,
            version=version,
            statements=tuple(statements),
            complete=self.complete,
            in_scope=self.in_scope(kinds, node, statements),
            span=node.span,
            problems=tuple(self.problems),
            types=self.found.types,
            holders=self.found.holders,
            blocks=self.found.blocks,
            related=self.found.related,
            number=number,
            node=node if isinstance(node, Map) else None,
            mistakes=tuple(self.mistakes),
            misread=self.misread,
        )

    # -- problems

    def problem(self, name: str, message: str, span: Span) -> None:
        self.problems.append(Problem(name, message, span))

    def mistake(self, name: str, message: str, span: Span) -> None:
        """Add a mistake in the grammar; not where the value may be what is left of another one."""
        if not self.misread:
            self.mistakes.append(Problem(name, message, span))

    def wrong_type(self, field: str, node: Node, wanted: str, name: str = WRONG_TYPE) -> None:
        self.mistake(name, f"{field} is {_type_of(node)}, not {wanted}", node.span)

    def unknown_element(self, name: str) -> None:
        """Note whether *name* is an element of a statement, misspelt."""
        if self.misspelt or self.misread:
            return
        self.misspelt = nearest_element(name) is not None

    def too_large(self, node: Node) -> bool:
        """Whether the document has too many nodes (a shared node counts at each visit).

        If not, its duplicate keys are added to the problems.
        """
        stack = [node]
        twice: list[Text] = []
        budget = limits.in_force().policy
        while stack:
            budget -= 1
            if budget < 0:
                most = f"{limits.in_force().policy:,} values {limits.named('policy')}"
                message = f"the policy was not checked: it expands to more than {most}"
                self.problem("limit-exceeded", message, node.span)
                return True
            at = stack.pop()
            if isinstance(at, Map):
                seen: set[str] = set()
                for entry in at.entries:
                    key = entry.key.literal
                    if key in seen:
                        twice.append(entry.key)
                    elif key is not None:
                        seen.add(key)
                    stack.append(entry.value)
            elif not isinstance(at, Text | Encoded):
                stack.extend(children(at))
        for name in twice:
            message = f"duplicate key {name.literal}: only the last one is used"
            self.problem("duplicate-key", message, name.span)
        return False

    # -- statements

    def statements(self, node: Node | None) -> Iterator[Statement]:
        optional = isinstance(node, Choice)
        for item in branches(node):
            if isinstance(item, Seq):
                for inner in item.items:
                    yield from self.statements_of(inner, optional=optional)
            else:
                yield from self.statements_of(item, optional=optional)

    def statements_of(self, node: Node, *, optional: bool) -> Iterator[Statement]:
        optional = optional or isinstance(node, Choice)
        for item in branches(node):
            if isinstance(item, Map):
                yield self.statement(item, optional=optional)
            elif isinstance(item, Seq):
                if item.items:
                    self.wrong_type("a statement", item, "an object")
                for inner in item.items:
                    yield from self.statements_of(inner, optional=optional)
            elif isinstance(item, Hole | Encoded) or _is_unknown_text(item):
                self.complete = False
            else:
                self.wrong_type("a statement", item, "an object")

    def statement(self, node: Map, *, optional: bool) -> Statement:
        fields: dict[str, Span] = {}
        for entry in node.entries:
            name = entry.key.literal or ""
            if name not in ELEMENTS:
                self.unknown_element(name)
            fields.setdefault(name.removeprefix("Not").lower(), entry.key.span)
        return Statement(
            effect=self.effect(node.get("Effect")),
            sid=self.single(node.get("Sid"), "Sid"),
            actions=tuple(self.actions(node)),
            resources=tuple(self.resources(node)),
            principals=tuple(self.principals(node)),
            conditions=tuple(self.conditions(node)),
            fields=fields,
            node=node,
            span=node.span,
            optional=optional,
        )

    def single(self, node: Node | None, field: str) -> Text | None:
        """The one string of a field; of alternatives it is the likely one, or else unknown."""
        options = list(branches(node))
        if not options:
            return None
        first = options[0]
        if len(options) > 1 and not (isinstance(node, Choice) and node.likely):
            return Text((Hole("one of several", first.span),), first.span)
        text = _as_text(first)
        if text is None:
            self.wrong_type(field, first, "a string")
        return text

    def effect(self, node: Node | None) -> Text | None:
        """The effect of a statement; of alternatives one that AWS refuses, if one is."""
        for option in branches(node) if isinstance(node, Choice) else ():
            if isinstance(option, Text) and option.literal not in (None, "Allow", "Deny"):
                return option
        return self.single(node, "Effect")

    def actions(self, node: Map) -> Iterator[Action]:
        for entry, complement in _entries(node, "Action"):
            for texts in self.listed(entry, complement=complement):
                if complement:
                    yield Action(texts, complement, entry.key.span, None, None)
                else:
                    known = texts[0].known
                    yield Action(texts, complement, texts[0].span, known, action_head(known))

    def resources(self, node: Map) -> Iterator[Resource]:
        for entry, complement in _entries(node, "Resource"):
            for texts in self.listed(entry, complement=complement):
                if complement:
                    yield Resource(texts, complement, entry.key.span, None, None)
                else:
                    known = texts[0].known
                    yield Resource(texts, complement, texts[0].span, known, arn_head(known))

    def listed(self, entry: Entry, *, complement: bool) -> Iterator[tuple[Text, ...]]:
        """The texts of each element: one text, or for a complement all texts of one branch."""
        for branch in branches(entry.value):
            texts = tuple(self.strings(branch, entry.key.written))
            if not complement:
                yield from ((text,) for text in texts)
            elif texts or (isinstance(branch, Seq) and not branch.items):
                yield texts

    def principals(self, node: Map) -> Iterator[Principal]:
        for entry, complement in _entries(node, "Principal"):
            field = entry.key.written
            for value in branches(entry.value):
                if isinstance(value, Map):
                    for inner in value.entries:
                        for text in self.strings(inner.value, f"{field} {inner.key.written}"):
                            one = _of_service(text) if inner.key.literal == "Service" else text
                            yield Principal(inner.key, one, complement, text.span)
                    continue
                whole = _as_text(value)
                if whole is None:
                    self.wrong_type(field, value, _PRINCIPAL, WRONG_PRINCIPAL)
                elif whole.literal is None:
                    yield Principal(whole, whole, complement, whole.span)
                else:
                    if whole.literal != STAR:
                        message = f"{field} is {whole.literal}, not {_PRINCIPAL}"
                        self.mistake(WRONG_PRINCIPAL, message, whole.span)
                    aws = Text((Piece("AWS", whole.span),), whole.span)
                    yield Principal(aws, whole, complement, whole.span)

    def conditions(self, node: Map) -> Iterator[Condition]:
        for entry in node.entries:
            if _has_hole(entry.key):  # it may be the Condition
                yield _unknown_condition(entry.key)
        value = node.get("Condition")
        for block in branches(value):
            if isinstance(block, Map):
                for operator in block.entries:
                    yield from self.operator(operator)
            elif isinstance(block, Hole | Encoded) or _is_unknown_text(block):
                yield _unknown_condition(block)
            elif not _is_null(block):
                self.wrong_type("Condition", block, "an object")

    def operator(self, operator: Entry) -> Iterator[Condition]:
        name = with_placeholders(operator.key)
        for block in branches(operator.value):
            if isinstance(block, Map):
                for entry in block.entries:
                    key = with_placeholders(entry.key)
                    self.mixed(key, entry.value)
                    values = tuple(self.strings(entry.value, key.written, plain=False))
                    count = _count(entry.value, values)
                    yield Condition(name, key, values, entry.key.span, written=count)
            elif isinstance(block, Hole | Encoded) or _is_unknown_text(block):
                yield _unknown_condition(block, name)
            elif not _is_null(block):
                self.wrong_type(operator.key.written, block, "an object of condition keys")

    def mixed(self, key: Text, node: Node) -> None:
        """Add a mistake if the list *node* of values of *key* has scalars of several JSON types."""
        if not isinstance(node, Seq) or not any(isinstance(one, Scalar) for one in node.items):
            return
        types = dict.fromkeys([_type_of(one) for one in node.items if _is_value(one)])
        if len(types) > 1:
            message = f"the values of {key.written} are of several types: {', '.join(types)}"
            self.mistake(MIXED_TYPES, message, node.span)

    def strings(self, node: Node, field: str, *, plain: bool = True) -> Iterator[Text]:
        """The strings of a field that takes one or many; *plain*: no numbers and booleans."""
        for item in branches(node):
            for inner in item.items if isinstance(item, Seq) else (item,):
                if isinstance(inner, Text):
                    yield with_placeholders(inner)
                    continue
                for one in branches(inner):
                    yield from self.string(one, field, plain=plain)

    def string(self, node: Node, field: str, *, plain: bool) -> Iterator[Text]:
        text = _as_text(node)
        if text is not None:
            yield text
        elif isinstance(node, Scalar) and node.value is not None and not plain:
            yield Text((Piece(node.written, node.span),), node.span)
        else:
            self.wrong_type(field, node, "a string")

    # -- kind and scope

    def possible(self, statements: list[Statement]) -> tuple[str, ...]:
        """The kinds that the policy may be of, if its place does not show the kind."""
        has_principal = any("principal" in s.fields for s in statements)
        guessed = guess_kind(
            has_principal=has_principal,
            actions=tuple(
                t.written.lower() for s in statements for a in s.actions for t in a.texts
            ),
            resources=tuple(t.written for s in statements for r in s.resources for t in r.texts),
            effects=tuple(s.effect.written for s in statements if s.effect),
            path=self.found.node.span.source.path,
        )
        if guessed == "unknown":
            return WITH_PRINCIPAL if has_principal else WITHOUT_PRINCIPAL
        return (guessed,)

    def in_scope(self, kinds: tuple[str, ...], node: Node, statements: list[Statement]) -> bool:
        if self.found.on_cloudtrail or all(kind.startswith("cloudtrail-") for kind in kinds):
            return True
        if kinds == ("rcp",):  # it applies to CloudTrail's requests, whatever it names
            return True
        if not statements or self.misspelt:
            return _mentions(_texts(node))
        if kinds == ("s3-bucket",) and any(_has_logs(statement) for statement in statements):
            return True
        return any(_mentions(statement.texts()) for statement in statements)


def _has_logs(statement: Statement) -> bool:
    """Whether *statement* is about a folder of log files."""
    return any(
        LOG_FOLDER in known
        for resource in statement.resources
        for text in resource.texts
        for known in _known_parts(text)
    )


def _mentions(texts: Iterable[Text]) -> bool:
    """Whether the known part of one of *texts* concerns CloudTrail."""
    return any(
        concerns_cloudtrail(known)
        for text in texts
        for known in ([text.literal] if text.literal is not None else _known_parts(text))
    )


def _known_parts(text: Text) -> Iterator[str]:
    """The known parts of *text*, and the values that the others may have."""
    for part in text.parts:
        if isinstance(part, Piece):
            yield part.text
        else:
            yield from part.values or ()


def _texts(node: Node) -> Iterator[Text]:
    """The strings below *node*."""
    return (at for at in walk(node) if isinstance(at, Text))


def _entries(node: Map, name: str) -> Iterator[tuple[Entry, bool]]:
    """The entries *name* and *Not name* of a statement, each with whether it is a complement."""
    for key, complement in ((name, False), ("Not" + name, True)):
        entry = node.entry(key)
        if entry is not None:
            yield entry, complement


def _as_text(node: Node) -> Text | None:
    """*node* as a string, with its placeholders as holes; None if it is not a string."""
    if isinstance(node, Encoded):
        return Text((Hole("...", node.span),), node.span)
    text = as_text(node)
    return with_placeholders(text) if text is not None else None


def _has_hole(text: Text) -> bool:
    return any(isinstance(part, Hole) for part in text.parts)


def _is_unknown_text(node: Node) -> bool:
    return isinstance(node, Text) and _has_hole(with_placeholders(node))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _count(node: Node, values: tuple[Text, ...]) -> int | None:
    """The number of *values*, which *node* has, if no value stands for several or for one of several."""
    items = node.items if isinstance(node, Seq) else (node,)
    return len(values) if all(isinstance(one, Text | Scalar) for one in items) else None


def _is_value(node: Node) -> bool:
    """Whether *node* is a value that a condition may have."""
    return isinstance(node, Text) or (isinstance(node, Scalar) and node.value is not None)


def _unknown_condition(node: Node, operator: Text | None = None) -> Condition:
    unknown = Text((Hole("...", node.span),), node.span)
    return Condition(operator or unknown, unknown, (unknown,), node.span, certain=False)


def _unknown_version(node: Node) -> Text:
    """The version of a policy of which *node* may be a part: what makes a policy of it may add one."""
    return Text((Hole("Version", node.span),), node.span)


_TYPES: tuple[tuple[Callable[[Node], bool], str], ...] = (
    (lambda n: isinstance(n, Map), "an object"),
    (lambda n: isinstance(n, Seq), "a list"),
    (lambda n: isinstance(n, Text), "a string"),
    (lambda n: isinstance(n, Scalar) and n.value is None, "null"),
    (lambda n: isinstance(n, Scalar) and isinstance(n.value, bool), "true or false"),
    (lambda n: isinstance(n, Scalar), "a number"),
)


def _type_of(node: Node) -> str:
    return next((name for is_type, name in _TYPES if is_type(node)), "an unknown value")


def _of_service(text: Text) -> Text:
    """The name *text* of a service, in the domain that it has in all partitions."""
    if text.literal is not None:
        return text
    from .names import service_principal

    return service_principal(text)
