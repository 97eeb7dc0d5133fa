"""The policy model: what IAM means, with every value's place.

One string and a list of one string are the same here, a ``Not*`` element is
one complement, ``"Principal": "*"`` is ``{"AWS": "*"}``. The grammar is that
of the IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from ..base.record import record, replaced
from ..tree.nodes import Map, Text
from ..tree.source import Ranges, Related, Span
from .arns import Shape
from .patterns import Pattern, pattern
from .written import Owner, Problem

Head = tuple[str, ...]
"""What an element begins with and cannot be about anything else: names only, without wildcards."""


@record
class Action:
    """One element of ``Action``, or all of ``NotAction`` as one complement.

    ``texts`` has one member unless *complement* is set: then the element
    stands for every action that none of them matches. ``head`` is the prefix
    of the service in lower case where that is all that the element is about,
    and ``known`` is what is known of the one text (``Text.known``).
    """

    texts: tuple[Text, ...]
    complement: bool
    span: Span
    known: object
    head: Head | None
    _forms: tuple[Pattern, ...] | None = None

    @property
    def forms(self) -> tuple[Pattern, ...]:
        """Each text as a pattern: made when first asked for, as most are never looked at."""
        if self._forms is None:
            forms = tuple([pattern(t.parts, fold=True, variables=False) for t in self.texts])
            self._forms = forms  # type: ignore[misc]
            return forms
        return self._forms


@record
class Resource:
    """One element of ``Resource``, or all of ``NotResource`` as one complement.

    ``head`` are the partition and the service of its ARN where that is all
    that the element is about, and ``known`` is what is known of the one text.
    """

    texts: tuple[Text, ...]
    complement: bool
    span: Span
    known: object
    head: Head | None
    _forms: tuple[Shape, ...] | None = None

    @property
    def forms(self) -> tuple[Shape, ...]:
        """Each text as a shape: made when first asked for, as most are never looked at."""
        if self._forms is None:
            forms = tuple([Shape(t.parts, variables=True) for t in self.texts])
            self._forms = forms  # type: ignore[misc]
            return forms
        return self._forms


@record
class Principal:
    """One principal. ``type`` is AWS, Service, Federated or CanonicalUser.

    With *complement* (``NotPrincipal``) it is one of those excepted, which
    makes no statement about whom the policy names: tests on it say MAYBE.
    """

    type: Text
    id: Text
    complement: bool
    span: Span


@record
class Condition:
    """One operator and key of a Condition block, with its values.

    ``certain`` is False where values, key or the block itself are not known.
    """

    operator: Text
    key: Text
    values: tuple[Text, ...]
    span: Span
    certain: bool = True


@record
class Statement:
    """One statement.

    A field that is missing has no elements. ``fields`` are the places of the
    elements that are there, by name without ``Not`` (``action``), and ``node``
    is the statement as written. ``optional``: it is one of several
    alternatives (``Fn::If``), so that another statement may be there without it.
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


@record
class Document:
    """One policy document, ready to be judged.

    ``kinds`` is the kind, or all the kinds that the document may be of where
    neither place nor content tells. ``complete`` is False when it has statements that are not in view, and
    ``companions`` are the documents of the same holders, whose statements
    count where a rule asks what is granted besides. ``blocks`` are those of
    documents that statements of this one may come from, ``related`` the
    places that bring it in from a file of its own. ``number`` is its index among
    the documents of its file or module.
    """

    kinds: tuple[str, ...]
    owner: Owner
    version: Text | None
    statements: tuple[Statement, ...]
    complete: bool
    in_scope: bool
    span: Span
    problems: tuple[Problem, ...]
    holders: tuple[str, ...] = ()
    companions: tuple[Document, ...] = ()
    blocks: Ranges = Ranges()
    related: tuple[Related, ...] = ()
    number: int = 0

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
