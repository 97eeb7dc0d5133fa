"""What a word of the rule language compiles to, and how the texts of its fields are compared."""

from __future__ import annotations

from ...base.record import record
from ...iam.arns import (
    Operands,
    Shape,
    action_head,
    cover,
    equal,
    is_within,
    operand,
    operand_head,
    overlap,
)
from ...iam.patterns import (
    NO,
    YES,
    Pattern,
    covers_verdict,
    equal_verdict,
    overlaps_verdict,
    parse,
    within_verdict,
)
from ..lookups import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias

    from ...decisions.decision import Decision
    from ...iam.policy import Condition, Document, Principal, Statement
    from ...tree.nodes import Text
    from ...tree.source import Span
    from ..asking.answers import Met
    from ..lookups import Lookups
    from ..signs import StatementSign

    Given: TypeAlias = Mapping[str, Any]
    """A part of a match as in the rule file: fields, quantifiers, or words and operands."""
    Form: TypeAlias = Pattern | Shape
    FormTest: TypeAlias = Callable[[Form], int]
    FormsTest: TypeAlias = Callable[[Sequence[Form]], int]
    TextTest: TypeAlias = Callable[[Term], int]
    Relation: TypeAlias = Callable[[Any, Any], int]
    """The verdict on a form and an operand, both of one family."""
    Names: TypeAlias = tuple[str | None, ...]
    """What a head (``policy.Head``) is compared with; None matches any name."""


@record
class Family:
    """How texts are compared: the form of operands, and the relations by word."""

    operand: Callable[[str], Any]
    relations: dict[str, Relation]
    fold: bool


FOLDED = Family(
    lambda text: parse(text.lower()),
    {
        "is": equal_verdict,
        "overlaps": overlaps_verdict,
        "within": within_verdict,
        "covers": covers_verdict,
    },
    fold=True,
)
"""Case-insensitive."""
EXACT = Family(parse, FOLDED.relations, fold=False)
"""Case-sensitive."""
ARNS = Family(
    operand,
    {"is": equal, "overlaps": overlap, "within": is_within, "covers": cover},
    fold=False,
)
"""As ARNs, field by field."""
FAMILIES = {
    "effect": EXACT,
    "version": EXACT,
    "sid": EXACT,
    "action": FOLDED,
    "resource": ARNS,
    "principal.type": EXACT,
    "principal.id": ARNS,
    "condition.operator": FOLDED,
    "condition.key": FOLDED,
    "condition.value": ARNS,
    "arn": ARNS,
    "type": EXACT,
    "owner": FOLDED,
    "element": EXACT,
    "property": EXACT,
}
"""The fields with words about texts: of policies, attachments (``arn``), resources (``type``, ``property``)."""
TEXTS = tuple(FAMILIES)
PATTERNS = tuple(f for f in TEXTS if f not in ("effect", "version", "principal.type", "element"))
"""The fields whose texts are compared with patterns."""


_HEADS: dict[str, Callable[[str], Names]] = {
    "action": lambda text: action_head(text) or (None,),
    "resource": operand_head,
}
"""The head that an element of the field must have to match an operand."""


@record
class WordTest:
    """A word with its operands, as tests of what its fields have; None for what it does not test.

    An action or a resource must pass all of the tests. Words on other fields
    have one test.
    """

    text: TextTest | None = None
    """Tests one text as written. The verdict must depend on the text alone, because it is cached.

    A complement (``NotAction``) passes if one of its texts passes.
    """
    whole: FormTest | None = None
    """Tests all that an action or a resource matches, or a single text as a pattern."""
    complement: FormsTest | None = None
    """Tests all that a complement matches, by the forms of its texts."""
    contextual: Callable[[Term, Statement], int] | None = None
    """Tests one text as written, in its statement."""
    condition: Callable[[Condition], int] | None = None
    principal: Callable[[Principal, Statement], int] | None = None
    among: Callable[[Text, Condition, Statement], int] | None = None
    """Tests one value among the others of its condition."""
    shown: Callable[[Statement, Document], Sequence[tuple[str, str, Span]]] | None = None
    """Finds what a statement has: each with the field that it is, as messages show it, and its place."""
    target: Callable[[str], int] | None = None
    document: Callable[[Document], int] | None = None
    names: tuple[str, ...] | None = None
    """The elements that pass, of a list that is not made but asked about."""
    met: Callable[[Met], int] | None = None
    """Tests what requests meet the element."""
    denied: Callable[[Met], int] | None = None
    """Tests what Deny statements leave of the element."""
    decision: Callable[[Decision], int] | None = None
    cause: Callable[[str], int] | None = None
    """Tests what keeps a request from being allowed."""
    given: Callable[[int], int] | None = None
    """Tests whether a property has a value, or whether what may be left out is written."""
    repeated: Callable[[int], int] | None = None
    """Tests whether something before it in the policy is the same."""
    count: Callable[[int, float], int] | None = None
    """Tests the number of values of a property: the least, and the most that it may be."""
    place: Callable[[Mapping[str, int]], int] | None = None
    """Tests whether the region and the account are others."""
    order: Callable[[Mapping[str, int]], int] | None = None
    """Tests whether a resource is made before another, after it, or unordered."""
    heads: frozenset[Names] | None = None
    """An action or resource with a head passes only if the head is one of these."""
    sign: Callable[[Text], bool] | None = None
    """What a text that may pass has; tests with the same operands or others share it."""
    but: Callable[[Text], bool] | None = None
    """What a text has that may not pass, as ``sign``: without it a text passes for certain."""
    has: StatementSign | None = None
    """What a statement has in which something may pass, as ``sign``."""


@record
class Context:
    """What a word is compiled for: its field, and access to the catalogue."""

    field: str
    lookups: Lookups

    @property
    def family(self) -> Family:
        """How the texts of the field are compared."""
        return FAMILIES[self.field]

    def heads(self, operands: Sequence[str]) -> frozenset[Names] | None:
        """The heads that *operands* require, if elements of the field have any."""
        head = _HEADS.get(self.field)
        return frozenset(map(head, operands)) if head is not None else None


def negated(verdict: int) -> int:
    """NOT, in three values."""
    return YES - verdict


def as_wanted(verdict: int, wanted: bool) -> int:  # noqa: FBT001
    """*verdict*, or its negation if the operand is ``false``."""
    return verdict if wanted else YES - verdict


def never(_: object) -> int:
    """NO, whatever is tested."""
    return NO


def shape_of(form: Form) -> Shape:
    """*form* of a text that is compared as an ARN."""
    assert isinstance(form, Shape)
    return form


def relation(word: str, operands: Sequence[str], family: Family) -> FormTest:
    """The test "*word* one of *operands*" on a pattern or shape."""
    verdict = family.relations[word]
    goals: list[Any] = []  # made when the word is first asked
    arns: list[Operands] = []

    def test(form: Form) -> int:
        if not goals:
            goals.extend(family.operand(text) for text in operands)
        return max([verdict(form, goal) for goal in goals], default=NO)

    def test_arn(form: Form) -> int:
        if not arns:
            arns.append(Operands([operand(text) for text in operands]))
        return max([verdict(form, goal) for goal in arns[0].near(shape_of(form))], default=NO)

    return test_arn if family is ARNS else test


def excepted(word: str, operands: Sequence[str], family: Family) -> FormsTest:
    """The test "*word* one of *operands*" on the complement of several patterns.

    Exact unless an operand is covered by several of the patterns together but
    by none of them alone; ``within`` assumes that only ``*`` covers a complement.
    """
    overlaps, covers = family.relations["overlaps"], family.relations["covers"]
    goals: list[Any] = []

    def test(forms: Sequence[Form]) -> int:
        if not goals:
            goals.extend(family.operand(text) for text in operands)
        if word == "within":  # a complement is never small
            return YES if "*" in operands else NO
        verdict = covers if word == "overlaps" else overlaps
        return max(
            (YES - max((verdict(f, g) for f in forms), default=NO) for g in goals), default=NO
        )

    return test
