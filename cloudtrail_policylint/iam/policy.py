"""The policy model: the content of a policy in normal form, with the place of every value.

A string is a list of one string, a ``Not*`` element is one complement, and
``"Principal": "*"`` is ``{"AWS": "*"}``. The grammar is that of the IAM User
Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from ..base.record import cached, record, replaced
from ..tree.nodes import Map, Text
from ..tree.source import Ranges, Related, Span
from .arns import Shape
from .patterns import NO, YES, Glob, Pattern, covers_verdict, pattern
from .written import Owner, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .arns import Parts

Head = tuple[str, ...]
"""The names, without wildcards, at the start of all that an element matches: a service, say."""


@record
class Action:
    """One element of ``Action``, or all of ``NotAction`` as one complement.

    ``texts`` has one member, except in a complement, which matches every action
    that none of them matches. ``head`` is the service prefix in lower case if it
    has no wildcards, and ``known`` is what is known of the one text
    (``Text.known``).
    """

    texts: tuple[Text, ...]
    complement: bool
    span: Span
    known: object
    head: Head | None

    @cached
    def forms(self) -> tuple[Pattern, ...]:
        """Each text as a pattern, made on first use: most are never used."""
        return tuple([pattern(t.parts, fold=True, variables=False) for t in self.texts])

    def covers(self, wanted: Glob) -> int:
        """Whether it stands for all that *wanted*, in lower case, matches."""
        found = max([covers_verdict(form, wanted) for form in self.forms], default=NO)
        return YES - found if self.complement else found


@record
class Resource:
    """One element of ``Resource``, or all of ``NotResource`` as one complement.

    ``head`` is the partition and the service of its ARN if they have no
    wildcards, and ``known`` is what is known of the one text.
    """

    texts: tuple[Text, ...]
    complement: bool
    span: Span
    known: object
    head: Head | None

    @cached
    def forms(self) -> tuple[Shape, ...]:
        """Each text as a shape, made on first use: most are never used."""
        return tuple([Shape(t.parts, variables=True) for t in self.texts])


@record
class Principal:
    """One principal. ``type`` is AWS, Service, Federated or CanonicalUser.

    With *complement* it is one of ``NotPrincipal``, which does not say whom the
    policy names: tests on it return MAYBE at most.
    """

    type: Text
    id: Text
    complement: bool
    span: Span


@record
class Condition:
    """One operator and key of a Condition block, with its values.

    ``certain`` is False if values, key or the block itself are unknown. ``written``
    is the number of values, None if it is not known.
    """

    operator: Text
    key: Text
    values: tuple[Text, ...]
    span: Span
    certain: bool = True
    written: int | None = None

    @cached
    def goals(self) -> tuple[list[Parts], list[Parts]]:
        """The values without policy variables, and those that may have one: what is not known may be a part of it."""
        found: tuple[list[Parts], list[Parts]] = [], []
        for value in self.values:
            found[value.literal is None or "$" in value.literal].append(value.parts)
        return found

    @cached
    def verdicts(self) -> dict[object, int]:
        """What decisions have found of the values without variables: many requests ask the same."""
        return {}


@record
class Statement:
    """One statement.

    A missing field has no elements. ``fields`` are the places of the fields by
    name without ``Not`` (``action``), and ``node`` is the statement as written.
    ``optional``: it is one of several alternatives (``Fn::If``), so the document
    may not have it.
    """

    effect: Text | None
    sid: Text | None
    actions: tuple[Action, ...]
    resources: tuple[Resource, ...]
    principals: tuple[Principal, ...]
    conditions: tuple[Condition, ...]
    fields: dict[str, Span]
    node: Map
    span: Span
    optional: bool = False

    @cached
    def has_variable(self) -> bool:
        """Whether a policy variable is in the value of a condition, or in a resource."""
        values = [value for condition in self.conditions for value in condition.values]
        texts = [text for resource in self.resources for text in resource.texts]
        return any("${" in text.written for text in (*values, *texts))

    def texts(self) -> Iterator[Text]:
        """What it says of actions, resources, principals and conditions."""
        for action in self.actions:
            yield from action.texts
        for resource in self.resources:
            yield from resource.texts
        for principal in self.principals:
            yield principal.id
        for condition in self.conditions:
            yield condition.key
            yield from condition.values


@record
class Document:
    """One policy document, ready to be checked.

    ``kinds`` is the kind, or all possible kinds if neither place nor content
    shows it. ``types`` are those of the resources that it is in. ``complete`` is False if it has statements that are not in view.
    ``companions`` are the documents of the same holders, whose statements count
    where a rule looks for what else is granted. ``blocks`` are those that
    statements of the document may come from, and ``related`` the places that
    load it from a file of its own. ``number`` is its index among the documents
    of its file or module. ``node`` is the document as written if it is an object,
    ``mistakes`` is what breaks the grammar, by the names of ``normalise``, and
    ``misread``: a syntax error may have left parts of it only.
    """

    kinds: tuple[str, ...]
    owner: Owner
    version: Text | None
    statements: tuple[Statement, ...]
    complete: bool
    in_scope: bool
    span: Span
    problems: tuple[Problem, ...]
    types: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    companions: tuple[Document, ...] = ()
    blocks: Ranges = Ranges()
    related: tuple[Related, ...] = ()
    number: int = 0
    node: Map | None = None
    mistakes: tuple[Problem, ...] = ()
    misread: bool = False

    def of_kind(self, kind: str) -> Document:
        """The same document, known to be of *kind*."""
        return replaced(self, kinds=(kind,))


@record
class Attachment:
    """A reference to a managed policy."""

    arn: Text
    shape: Shape
    owner: Owner
    in_scope: bool
