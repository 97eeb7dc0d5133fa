"""The words of the rule language: ``WORDS`` lists them with their fields and what they compile to.

A word is compiled once, with its operands, into a test that returns a verdict.
``docs/writing-rules.md`` says what each word means and how to add one.
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record, replaced
from ..iam.arns import (
    MISFITS,
    NAMED_SERVICES,
    NO_ARN,
    PLACED,
    SERVICE,
    Operands,
    Shape,
    action_head,
    cover,
    equal,
    fits,
    is_within,
    operand,
    operand_head,
    overlap,
    split,
)
from ..iam.catalogue import HOME
from ..iam.patterns import (
    MAYBE,
    NO,
    YES,
    Pattern,
    covers_verdict,
    equal_verdict,
    overlaps_verdict,
    parse,
    within,
    within_verdict,
)
from ..tree.nodes import Hole, Map, Piece, Seq, allows
from .conditions import if_absent
from .lookups import Term, named_service, prefix_of
from .signs import (
    Repeated,
    has_empty,
    has_redundant_actions,
    has_redundant_resources,
    may_be_longer,
    sid_of,
    size_of,
)
from .targets import UNKNOWN, accepts, is_accepted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from ..decisions.decision import Decision
    from ..iam.catalogue import KnownAction
    from ..iam.policy import Condition, Document, Principal, Statement
    from ..tree.nodes import Node, Text
    from ..tree.source import Span
    from .asking import Met
    from .lookups import Lookups
    from .signs import StatementSign

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


# -- how the texts of a field are compared


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


# -- words and their tests


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
    sign: Callable[[Term], bool] | None = None
    """What a text that may pass has; tests with the same operands or others share it."""
    but: Callable[[Term], bool] | None = None
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


@record
class Placeholder:
    """A placeholder for messages, if a match has the word with the operand *when* (None: any)."""

    name: str
    when: object = None


@record
class Word:
    """One word on some of its fields; ``compile`` makes a test of its operands."""

    name: str
    fields: tuple[str, ...]
    compile: Callable[[Any, Context], WordTest]
    placeholders: tuple[Placeholder, ...] = ()


def compiled(field: str, words: Given, lookups: Lookups) -> Iterator[WordTest]:
    """The tests of *words* on *field*."""
    context = Context(field, lookups)
    for word, operands in words.items():
        yield _BY_FIELD[field, word].compile(operands, context)


def negated(verdict: int) -> int:
    """NOT, in three values."""
    return YES - verdict


def _wanted(verdict: int, wanted: bool) -> int:  # noqa: FBT001
    """*verdict*, or its negation if the operand is ``false``."""
    return verdict if wanted else YES - verdict


def _never(_: object) -> int:
    return NO


def _shape(form: Form) -> Shape:
    """*form* of a text that is compared as an ARN."""
    assert isinstance(form, Shape)
    return form


# -- words on any text


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
        return max([verdict(form, goal) for goal in arns[0].near(_shape(form))], default=NO)

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


def _is_odd(term: Term) -> bool:
    """Whether the text is not just of ASCII letters and digits, or empty."""
    literal = term.text.literal
    return literal is None or not (literal.isalnum() and literal.isascii())


def _related(word: str) -> Callable[[Sequence[str], Context], WordTest]:
    """``overlaps``, ``within`` and ``covers``: a relation to one of the operands."""

    def compile_relation(operands: Sequence[str], context: Context) -> WordTest:
        test = relation(word, operands, context.family)
        if word == "overlaps" and "*" in operands and context.field == "condition.value":
            return WordTest(
                text=lambda term: YES if term.text.literal is not None else test(term.form)
            )
        return WordTest(
            whole=test,
            complement=excepted(word, operands, context.family),
            heads=context.heads(operands),
            but=_is_odd if word == "overlaps" and "?*" in operands else None,
        )

    return compile_relation


def written(operands: Sequence[str], context: Context) -> WordTest:
    """``is``: the text is exactly one of *operands*; a set lookup unless it has a hole."""
    fold = context.family.fold
    literals = frozenset(text.lower() if fold else text for text in operands)
    unknown = relation("is", operands, context.family)

    def test(term: Term) -> int:
        literal = term.text.literal
        if literal is None:
            return unknown(term.form)
        return YES if (literal.lower() if fold else literal) in literals else NO

    return WordTest(text=test, heads=context.heads(operands))


def wildcard(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``wildcard``: whether the text contains ``*`` or ``?``."""

    def test(term: Term) -> int:
        return _wanted(max(_has_wildcard(part) for part in term.text.parts), wanted)

    return WordTest(text=test)


def _has_wildcard(part: Piece | Hole) -> int:
    if isinstance(part, Piece):
        # "${*}" and "${?}" are the characters themselves.
        text = part.text.replace("${*}", "").replace("${?}", "") if "${" in part.text else part.text
        return YES if "*" in text or "?" in text else NO
    if part.values is not None:
        found = {"*" in value or "?" in value for value in part.values}
        return MAYBE if len(found) > 1 else YES if True in found else NO
    return MAYBE if allows(part.shape, "*") else NO


def variable(operands: Sequence[str], _: Context) -> WordTest:
    """``variable``: the text has a policy variable (``${aws:username}``) within one of *operands*."""
    wanted = [parse(text.lower()) for text in operands]

    def test(term: Term) -> int:
        verdict = NO
        for part in term.text.parts:
            if isinstance(part, Hole):
                verdict = max(verdict, MAYBE if allows(part.shape, ":") else NO)
                continue
            for found in _VARIABLE.finditer(part.text):
                name = parse(found.group(1).lower())
                if any(within(name, goal) for goal in wanted):
                    return YES
        return verdict

    return WordTest(text=test, sign=_may_have_variable)


def _may_have_variable(term: Term) -> bool:
    parts = term.text.parts
    return len(parts) > 1 or isinstance(parts[0], Hole) or "${" in parts[0].text


def broken_variable(defects: Sequence[str], _: Context) -> WordTest:
    """``broken-variable``: a policy variable in the text has one of these *defects*."""
    wanted = frozenset(defects)

    def test(term: Term) -> int:
        if not any(isinstance(part, Piece) and "${" in part.text for part in term.text.parts):
            return NO
        from ..iam.variables import defects_of

        return NO if wanted.isdisjoint(defects_of(term.text.parts)) else YES

    return WordTest(text=test, sign=_may_have_variable)


def characters(classes: Sequence[str], _: Context) -> WordTest:
    """``characters``: the text has no others than those of *classes*."""

    def test(term: Term) -> int:
        known = "".join([part.text for part in term.text.parts if isinstance(part, Piece)])
        if not all(_is_among(char, classes) for char in known):
            return NO
        return YES if term.text.literal is not None else MAYBE

    is_wide = {"letters", "digits"}.issubset(classes)
    return WordTest(text=test, but=_is_odd if is_wide else None)


def _is_among(char: str, classes: Sequence[str]) -> bool:
    if char in classes:
        return True
    return char.isascii() and (
        (char.isalpha() and "letters" in classes) or (char.isdigit() and "digits" in classes)
    )


MOST_LETTERS = 2
"""The most letters that a misspelt word differs in."""
_VARIABLE = regex(r"\$\{([^{},]+)")
"""A policy variable up to its end, or its default."""


# -- words on the values of conditions


def reads_as(types: Sequence[str], _: Context) -> WordTest:
    """``reads-as``: the value can be read as one of these *types*."""

    def test(term: Term) -> int:
        literal = term.text.literal
        if literal is None or "${" in literal:  # what a variable stands for is not known
            return MAYBE
        from ..decisions.operators import reads

        return YES if any(reads(literal, name) for name in types) else NO

    return WordTest(text=test)


def address(sorts: Sequence[str], _: Context) -> WordTest:
    """``address``: the value is an IP address or range of one of these *sorts*."""
    wanted = frozenset(sorts)

    def test(term: Term) -> int:
        literal = term.text.literal
        if literal is None or "${" in literal:
            return MAYBE
        from ..iam.addresses import sorts_of

        return NO if wanted.isdisjoint(sorts_of(literal)) else YES

    return WordTest(text=test)


def typed(types: Sequence[str], context: Context) -> WordTest:
    """``typed`` of a condition key: its values are of one of these *types*."""
    wanted = frozenset(types)

    def test(term: Term) -> int:
        literal = term.text.literal
        found = context.lookups.catalogue.type_of(literal) if literal is not None else None
        return MAYBE if found is None else YES if found in wanted else NO

    return WordTest(text=test)


# -- words on principals


def of_not_principal(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``complement`` of a principal: whether it is one of ``NotPrincipal``."""
    return WordTest(principal=lambda one, _: YES if one.complement == wanted else NO)


# -- words on actions and resources


def complement(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``complement``: whether the element is all of ``NotAction`` (``NotResource``)."""
    if wanted:  # a complement has no head
        return WordTest(whole=_never, heads=frozenset())
    return WordTest(complement=_never)


def names_services(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``service-wildcard``: its service is written with a wildcard, and with more than ``*``."""
    field = 0 if context.field == "action" else SERVICE

    def test(term: Term) -> int:
        fields = split(term.text.parts)
        if len(fields) <= field + 1:
            return _wanted(NO, wanted)
        name = "".join([part.text if isinstance(part, Piece) else "x" for part in fields[field]])
        is_wild = bool(name.strip("*")) and ("*" in name or "?" in name)
        return _wanted(YES if is_wild else NO, wanted)

    return WordTest(text=test, sign=_may_have_wildcard if wanted else None)


def _may_have_wildcard(term: Term) -> bool:
    parts = term.text.parts
    return (
        len(parts) > 1 or isinstance(parts[0], Hole) or "*" in parts[0].text or "?" in parts[0].text
    )


def action_service(operands: Sequence[str], _: Context) -> WordTest:
    """``service`` of an action: its prefix."""
    wanted = frozenset(text.lower() for text in operands)

    def test(term: Term) -> int:
        prefix, known = prefix_of(term.text)
        if not known:
            return MAYBE if any(name.startswith(prefix) for name in wanted) else NO
        return YES if prefix in wanted else NO

    return WordTest(text=test, heads=frozenset((text,) for text in wanted))


def known_action(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``known``: the action exists; a pattern is known if it matches at least one."""
    return WordTest(text=lambda term: _wanted(_known(term, context.lookups), wanted))


def _known(term: Term, lookups: Lookups) -> int:
    literal = term.text.literal
    if literal is not None and "*" not in literal and "?" not in literal:
        return YES if lookups.catalogue.action(literal) else NO
    actions = lookups.expansion(term)
    if actions is None:
        if literal is None:
            return MAYBE
        if _NO_PREFIX.match(literal):
            return NO
        return YES if literal.strip("*?") in ("", ":") else MAYBE
    if not actions:
        return NO
    return YES if literal is not None else MAYBE


_NO_PREFIX = regex(r"[^:*?]*[^:*?a-zA-Z0-9-]")
"""The start of a pattern that matches no action: a prefix has only letters, digits and hyphens."""


def scopes_to(types: Sequence[str] | str, context: Context) -> WordTest:
    """``scopes-to``: all actions that it matches accept one of *types* (``none``: no type)."""
    wanted = frozenset(types) if types != "none" else None
    heads = None
    if wanted is not None:  # an action accepts types of its own service only
        prefixes = [name.rpartition(":")[0] for name in wanted]
        heads = frozenset([(one,) for prefix in prefixes for one in ([prefix] if prefix else HOME)])

    def one(action: KnownAction) -> int:
        if action.types is None:
            return MAYBE
        if wanted is None:
            return NO if action.types else YES
        return YES if any(kind.name in wanted for kind in action.types) else NO

    def test(term: Term) -> int:
        actions = context.lookups.expansion(term)
        if actions is None:
            return NO
        if not actions:
            return MAYBE
        if term.text.literal is None:
            return NO if all(one(action) == NO for action in actions) else MAYBE
        return min(one(action) for action in actions)

    # A complement matches actions of every service.
    return WordTest(text=test, complement=_never, heads=heads)


def arn_service(operands: Sequence[str], _: Context) -> WordTest:
    """``service`` of a resource: the third field of its ARN."""
    wanted = frozenset(operands)

    def test(term: Term) -> int:
        service = named_service(term)
        if service is not None:
            return YES if service in wanted else NO
        fields = split(term.text.parts)
        if not any(isinstance(part, Hole) for field in fields[:3] for part in field):
            return NO
        return MAYBE if overlap(_shape(term.form), operand("arn:*:*:*")) else NO

    return WordTest(text=test, heads=frozenset((None, text) for text in wanted))


def fitting(names: Sequence[str] | str, context: Context) -> WordTest:
    """``fits``: it can be an ARN of one of the types *names* (``none``: it is a misfit)."""
    if isinstance(names, str):
        return misfitting(tuple(MISFITS), context)
    types = context.lookups.catalogue.types_named(names)

    def test(form: Form) -> int:
        return max((fits(_shape(form), kind) for kind in types), default=NO)

    def test_complement(forms: Sequence[Form]) -> int:
        """Some ARN of one of the types is not excepted."""
        shapes = [_shape(form) for form in forms]
        return max(
            (YES - max((cover(s, kind.operand) for s in shapes), default=NO) for kind in types),
            default=NO,
        )

    heads = context.heads([kind.operand.text for kind in types])
    return WordTest(whole=test, complement=test_complement, heads=heads)


def misfitting(reasons: Sequence[str], context: Context) -> WordTest:
    """``misfit``: the text cannot name a resource of its service, for one of *reasons*."""
    wanted = frozenset(reasons)
    # Not what is uncertain about an ARN: a name is wrong as it is written, or right.
    certain = wanted <= PLACED
    heads = None
    if wanted <= {
        *NO_ARN,
        "name",
    }:  # what has a head is an ARN, and only names of some services are looked at
        named = NAMED_SERVICES if "name" in wanted else ()
        heads = frozenset([(None, service) for service in named])

    def test(term: Term) -> int:
        verdict, reason = context.lookups.misfit(term)
        if verdict == MAYBE and certain and _shape(term.form).arn is not None:
            return NO
        return verdict if verdict != YES or reason in wanted else NO

    return WordTest(text=test, heads=heads, sign=context.lookups.may_misfit)


def nested(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``nested``: whether the text is written with an ARN inside an ARN."""

    def test(term: Term) -> int:
        parts = term.text.parts
        text = "".join([part.text if isinstance(part, Piece) else "?" for part in parts])
        return YES if (_NESTED.match(text) is not None) == wanted else NO

    return WordTest(text=test, sign=_may_be_nested if wanted else None)


def _may_be_nested(term: Term) -> bool:
    parts = term.text.parts
    return len(parts) > 1 or isinstance(parts[0], Hole) or parts[0].text.count("arn:") > 1


_NESTED = regex(r"arn:[^:]*:(?:s3:::|(?!s3:)(?:[^:]*:){3}(?:[a-z-]+[:/])?)arn:")
"""An ARN whose resource, or the name in it, begins another ARN; the name of an object may do so."""


def accepted(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``accepted``: an action of the statement accepts a type that the text can name."""

    def test(term: Term, statement: Statement) -> int:
        return _wanted(accepts(statement, _shape(term.form), context.lookups), wanted)

    return WordTest(contextual=test)


def _is_nearly(text: str, right: str) -> bool:
    """Whether *text* is *right*, misspelt; the module that compares them is loaded if it may be."""
    if text == right or abs(len(text) - len(right)) > MOST_LETTERS:
        return False
    letters, others = set(text), set(right)
    if len(letters - others) > MOST_LETTERS or len(others - letters) > MOST_LETTERS:
        return False
    from ..base.suggest import is_misspelt

    return is_misspelt(text, right, MOST_LETTERS)


def misspells_prefix(operands: Sequence[str], context: Context) -> WordTest:
    """``misspells`` of an action: its prefix is of no service, and nearly one of *operands*."""

    def test(term: Term) -> int:
        prefix, known = prefix_of(term.text)
        if not known or not any(_is_nearly(prefix, one) for one in operands):
            return NO
        return NO if context.lookups.catalogue.service(prefix) is not None else YES

    return WordTest(text=test)


def misspells_key(operands: Sequence[str], _: Context) -> WordTest:
    """``misspells`` of a condition key: it is nearly one of *operands*, whatever its letter case."""
    names = [text.lower() for text in operands]

    def test(term: Term) -> int:
        literal = (term.text.literal or "").lower()
        if literal in names:
            return NO
        return YES if any(_is_nearly(literal, name) for name in names) else NO

    return WordTest(text=test)


def misspells(operands: Sequence[str], _: Context) -> WordTest:
    """``misspells``: the text is nearly one of *operands*, or in another letter case."""
    names = [operand.lower() for operand in operands]

    def test(term: Term) -> int:
        literal = term.text.literal or ""
        if literal in operands:
            return NO
        lower = literal.lower()
        return YES if any(_is_nearly(lower, name) or lower == name for name in names) else NO

    return WordTest(text=test)


def resembles(operands: Sequence[str], context: Context) -> WordTest:
    """``resembles``: the text is one of *operands*, or nearly so."""
    same, nearly = written(operands, context), misspells(operands, context)

    def test(term: Term) -> int:
        assert same.text is not None
        assert nearly.text is not None
        return max(same.text(term), nearly.text(term))

    return WordTest(text=test)


def misspells_policy(operands: Sequence[str], _: Context) -> WordTest:
    """``misspells`` of the ARN of a managed policy: its name is nearly one of *operands*."""
    names = [text.lower() for text in operands]

    def test(term: Term) -> int:
        last = term.text.parts[-1]
        _path, slash, written = (
            last.text.rpartition("/") if isinstance(last, Piece) else ("", "", "")
        )
        if not slash or written in operands:
            return NO
        lower = written.lower()
        return YES if any(lower == name or _is_nearly(lower, name) for name in names) else NO

    return WordTest(text=test)


def accepts_resource(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``accepted`` of an action: a resource of the statement can be of a type that it accepts."""

    def test(term: Term, statement: Statement) -> int:
        return _wanted(is_accepted(term, statement, context.lookups), wanted)

    return WordTest(
        contextual=test, complement=_never
    )  # a complement matches actions of every service


# -- words on elements beside others


def redundant(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant``: another element of the same list stands for it."""
    field, lookups = context.field, context.lookups

    def test(term: Term, statement: Statement) -> int:
        elements = statement.actions if field == "action" else statement.resources
        if len(elements) == len(elements[0].texts) == 1:
            return NO
        return YES if lookups.redundancy.has(field, term.text, statement) else NO

    sign = has_redundant_actions if field == "action" else has_redundant_resources
    return WordTest(contextual=test, has=sign)


def redundant_principal(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant`` of a principal: another one stands for it."""
    lookups = context.lookups

    def test(one: Principal, statement: Statement) -> int:
        if len(statement.principals) == 1:
            return NO
        return YES if lookups.redundancy.has("principal", one.id, statement) else NO

    return WordTest(principal=test)


def redundant_value(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant`` of a value: another one of the condition decides."""
    lookups = context.lookups

    def test(value: Text, condition: Condition, statement: Statement) -> int:
        if len(condition.values) == 1:
            return NO
        return YES if lookups.redundancy.has_value(value, condition, statement) else NO

    return WordTest(among=test)


def redundant_statement(_: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``redundant`` of a statement: an earlier one of the document says the same."""
    lookups = context.lookups

    def test(statement: Statement, document: Document) -> Sequence[tuple[str, str, Span]]:
        if len(document.statements) == 1:
            return ()
        found = id(statement) in lookups.redundancy.of_statements(document)
        return (("statement", "", statement.span),) if found else ()

    return WordTest(shown=test, has=Repeated(size_of))


def empty(operands: Sequence[str], _: Context) -> WordTest:
    """``empty``: an element of the statement is written with nothing in it."""
    tests = [_EMPTY[one] for one in operands]

    def test(statement: Statement, _: Document) -> Sequence[tuple[str, str, Span]]:
        return [found for one in tests for found in one(statement)]

    return WordTest(shown=test, has=has_empty)


def _empty_list(name: str, elements: str) -> Callable[[Statement], Iterator[tuple[str, str, Span]]]:
    def found(statement: Statement) -> Iterator[tuple[str, str, Span]]:
        if not getattr(statement, elements):
            entry = statement.node.entry(name)
            if entry is not None and _is_empty(entry.value, Seq):
                yield name.lower(), name, entry.key.span

    return found


def _empty_principal(form: type) -> Callable[[Statement], Iterator[tuple[str, str, Span]]]:
    def found(statement: Statement) -> Iterator[tuple[str, str, Span]]:
        if statement.principals:
            return
        for name in ("Principal", "NotPrincipal"):
            entry = statement.node.entry(name)
            if entry is None:
                continue
            if form is Map and _is_empty(entry.value, Map):
                yield "principal", name, entry.key.span
            elif form is Seq and isinstance(entry.value, Map):
                for inner in entry.value.entries:
                    if _is_empty(inner.value, form):
                        yield "principal", f"{name} {inner.key.written}", inner.key.span

    return found


def _empty_condition(statement: Statement) -> Iterator[tuple[str, str, Span]]:
    entry = statement.node.entry("Condition")
    if entry is None or not isinstance(entry.value, Map):
        return
    if not entry.value.entries:
        yield "condition", "Condition", entry.key.span
    for operator in entry.value.entries:
        if _is_empty(operator.value, Map):
            yield "condition", operator.key.written, operator.key.span


def _is_empty(node: Node, form: type) -> bool:
    if isinstance(node, Seq):
        return form is Seq and not node.items
    return form is Map and isinstance(node, Map) and not node.entries


_EMPTY = {
    "action": _empty_list("Action", "actions"),
    "resource": _empty_list("Resource", "resources"),
    "principal-list": _empty_principal(Seq),
    "principal-object": _empty_principal(Map),
    "condition": _empty_condition,
}
"""What ``empty`` finds, by its operand."""


# -- words on conditions, targets and documents


def known_key(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``known`` of a condition key: the catalogue has it."""
    return _of_key(context.lookups.catalogue.has_key, wanted=wanted)


def _of_key(says: Callable[[str], bool | None], *, wanted: bool) -> WordTest:
    """A test of what the catalogue *says* of a condition key; None if it cannot tell."""

    def test(term: Term) -> int:
        literal = term.text.literal
        found = says(literal) if literal is not None else None
        return _wanted(MAYBE if found is None else YES if found else NO, wanted)

    return WordTest(text=test)


def of_service(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``of-service``: its prefix is that of a service, or for a key, of an identity provider."""
    is_key = context.field == "condition.key"

    def test(term: Term) -> int:
        prefix, known = prefix_of(term.text)
        start = prefix or term.text.literal or ""
        if not known or "*" in start or "?" in start:
            return MAYBE
        catalogue = context.lookups.catalogue
        has = catalogue.has_prefix_of_keys(prefix) if is_key else catalogue.service(prefix)
        return _wanted(YES if has else NO, wanted)

    return WordTest(text=test)


def multivalued(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``multivalued``: a request may carry several values of the key."""
    return _of_key(context.lookups.catalogue.is_multivalued, wanted=wanted)


def several(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``several``: the condition has more than one value."""

    def test(condition: Condition) -> int:
        if condition.written is None:
            return MAYBE
        return _wanted(YES if condition.written > 1 else NO, wanted)

    return WordTest(condition=test)


def repeated(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``repeated``: something before it in the policy is the same."""
    sign = Repeated(sid_of) if wanted and context.field == "sid" else None
    return WordTest(repeated=lambda found: _wanted(found, wanted), has=sign)


def absent(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``if-absent``: the condition holds for a request without the key."""
    return WordTest(condition=lambda condition: _wanted(if_absent(condition), wanted))


def one_of_targets(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of a target: it is one of these resource types."""
    wanted = frozenset(operands)
    return WordTest(target=lambda name: MAYBE if name == UNKNOWN else YES if name in wanted else NO)


def one_of_kinds(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of a kind: the document is of one of these; MAYBE if it may also be of others."""
    wanted = frozenset(operands)

    def test(document: Document) -> int:
        found = sum(kind in wanted for kind in document.kinds)
        return NO if not found else YES if found == len(document.kinds) else MAYBE

    return WordTest(document=test)


def _is_long(document: Document, characters: int) -> bool:
    """Whether *document* may have more than so many *characters*; the module that counts is loaded if so."""
    return document.node is None or may_be_longer(document.node, characters)


def larger_than(characters: int, _: Context) -> WordTest:
    """``over`` of a size: the document has more than so many *characters*."""

    def test(document: Document) -> int:
        if document.complete and not _is_long(document, characters):
            return NO
        from ..iam.size import least_size

        if least_size(document) > characters:
            return YES
        return NO if document.complete else MAYBE

    return WordTest(document=test)


# -- words on what requests meet: the answers come from ``decisions``


BY_ACTION = "never-for-some"
"""The operand of ``met`` that asks about each action of the statement by itself."""
CONTRADICTORY = "contradictory"
"""The operand of ``applies`` that asks only whether elements of the statement exclude one another."""


def met(operand: str, _: Context) -> WordTest:
    """``applies`` and ``met``: whether no request meets it, possibly some request does, or each does."""
    if operand in ("never", BY_ACTION, CONTRADICTORY):
        return WordTest(met=lambda found: negated(found.ever))
    if operand == "possible":  # what is not known counts as fitting
        return WordTest(met=lambda found: NO if found.ever == NO else YES)
    return WordTest(met=lambda found: found.always)


def effective(operands: Sequence[str], context: Context) -> WordTest:
    """``effective``: it gives its statement an effect on one of these actions."""
    overlaps = _related("overlaps")(operands, context)
    return replaced(overlaps, names=tuple(operands))


def denied(_: str, _context: Context) -> WordTest:
    """``denied``: other statements deny each request for it that its statement allows."""
    return WordTest(denied=lambda found: found.always)


def one_of_names(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of a request, or of an action that is allowed or undenied; the requests of ``keeps-from``."""
    return WordTest(names=tuple(operands))


def decided(operand: str, _: Context) -> WordTest:
    """``decision``: what the policies say to the request."""
    if operand == "allowed":
        return WordTest(decision=lambda found: found.allowed)
    if operand == "denied":
        return WordTest(decision=lambda found: negated(found.allowed))
    if operand == "denied-implicitly":
        return WordTest(decision=lambda found: negated(max(found.allowed, found.denied)))
    if operand == "possible":
        return WordTest(decision=lambda found: NO if found.allowed == NO else YES)
    return WordTest(decision=lambda found: found.denied)


# -- words on resources


def longer_than(operand: int, _: Context) -> WordTest:
    """``longer-than``: the text has more characters than that."""

    def test(term: Term) -> int:
        parts = term.text.parts
        if sum([len(part.text) for part in parts if isinstance(part, Piece)]) > operand:
            return YES
        return MAYBE if any(isinstance(part, Hole) for part in parts) else NO

    return WordTest(text=test)


def lacks(operands: Sequence[str], _: Context) -> WordTest:
    """``lacks``: the text has none of these characters."""

    def test(term: Term) -> int:
        parts = term.text.parts
        if any(one in part.text for part in parts if isinstance(part, Piece) for one in operands):
            return NO
        holes = [part for part in parts if isinstance(part, Hole)]
        return MAYBE if any(allows(part.shape, one) for part in holes for one in operands) else YES

    return WordTest(text=test)


def above(operand: int, _: Context) -> WordTest:
    """``above``: the text is a number above that one."""

    def test(term: Term) -> int:
        text = term.text.literal
        if text is None:
            return MAYBE
        return YES if text.isascii() and text.isdigit() and _number(text) > operand else NO

    return WordTest(text=test)


def _number(text: str) -> int:
    """*text*, which are digits, as a number; one with many digits is only large."""
    return int(text[:20])


def outside(operands: Sequence[str], _: Context) -> WordTest:
    """``outside``: the text has a character that is none of these: ``letter``, ``digit``, or itself."""
    own = {text for text in operands if len(text) == 1}

    def is_one(character: str) -> bool:
        if not character.isascii():
            return False
        return (
            character in own
            or ("letter" in operands and character.isalpha())
            or ("digit" in operands and character.isdigit())
        )

    def test(term: Term) -> int:
        parts = term.text.parts
        if not all(is_one(c) for part in parts if isinstance(part, Piece) for c in part.text):
            return YES
        return MAYBE if any(isinstance(part, Hole) for part in parts) else NO

    return WordTest(text=test)


def more_than(operand: int, _: Context) -> WordTest:
    """``more-than``: the property has more values than that."""
    return WordTest(
        count=lambda sure, most: YES if sure > operand else NO if most <= operand else MAYBE
    )


def given(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``given``: whether the property has a value."""
    return WordTest(given=lambda found: _wanted(found, wanted))


def one_of_causes(operands: Sequence[str], _: Context) -> WordTest:
    """``cause``: what keeps the request from being allowed is one of these."""
    wanted = frozenset(text.lower() for text in operands)
    return WordTest(cause=lambda found: YES if found in wanted else NO)


def one_of_orders(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of an order: the partner is made at one of these times."""
    return WordTest(order=lambda found: max(found[one] for one in operands))


def one_of_places(operands: Sequence[str], _: Context) -> WordTest:
    """``in`` of apart: the region or the account is another one."""
    return WordTest(place=lambda found: max(found[one] for one in operands))


WORDS = (
    Word("is", tuple(f for f in TEXTS if f != "element"), written),
    Word("is", ("element",), written, (Placeholder("nearest"),)),
    Word("is", ("target",), one_of_targets),
    Word("is", ("kind",), one_of_kinds),
    Word("overlaps", PATTERNS, _related("overlaps")),
    Word("within", PATTERNS, _related("within")),
    Word("covers", PATTERNS, _related("covers")),
    Word("wildcard", PATTERNS, wildcard),
    Word("variable", ("sid", "action", "resource", "principal.id", "condition.value"), variable),
    Word("broken-variable", ("resource", "condition.value"), broken_variable),
    Word("characters", ("sid", "principal.id"), characters),
    Word("reads-as", ("condition.value",), reads_as),
    Word("address", ("condition.value",), address, (Placeholder("range"),)),
    Word("typed", ("condition.key",), typed),
    Word("complement", ("principal",), of_not_principal),
    Word("misspells", ("action",), misspells_prefix),
    Word("misspells", ("condition.key",), misspells_key),
    Word("misspells", ("principal.id", "principal.type", "condition.value", "element"), misspells),
    Word("misspells", ("arn",), misspells_policy),
    Word("complement", ("action", "resource"), complement),
    Word("redundant", ("action", "resource"), redundant, (Placeholder("covering"),)),
    Word("redundant", ("principal",), redundant_principal, (Placeholder("covering"),)),
    Word("redundant", ("condition.value",), redundant_value, (Placeholder("covering"),)),
    Word("redundant", ("statement",), redundant_statement, (Placeholder("covering"),)),
    Word("empty", ("statement",), empty),
    Word("service-wildcard", ("action", "resource"), names_services),
    Word("service", ("action",), action_service),
    Word("service", ("resource",), arn_service),
    Word("known", ("action",), known_action, (Placeholder("nearest", when=False),)),
    Word(
        "known",
        ("condition.key",),
        known_key,
        (Placeholder("nearest", when=False), Placeholder("as-of", when=False)),
    ),
    Word(
        "of-service",
        ("action", "condition.key"),
        of_service,
        (Placeholder("nearest", when=False), Placeholder("as-of")),
    ),
    Word("multivalued", ("condition.key",), multivalued),
    Word("several", ("condition",), several),
    Word("repeated", ("sid", "condition"), repeated),
    Word("beside", ("element",), one_of_names),
    Word("resembles", ("element",), resembles),
    Word("is", ("mistake",), one_of_names, (Placeholder("mistake"),)),
    Word("scopes-to", ("action",), scopes_to),
    Word("fits", ("resource",), fitting, (Placeholder("reason", when="none"),)),
    Word("misfit", ("resource", "condition.value"), misfitting, (Placeholder("reason"),)),
    Word("nested", ("resource", "condition.value"), nested),
    Word("accepted", ("resource",), accepted),
    Word("accepted", ("action",), accepts_resource),
    Word("if-absent", ("condition",), absent),
    Word("applies", ("statement",), met, (Placeholder("element"), Placeholder("because"))),
    Word("met", ("action", "condition"), met, (Placeholder("because"),)),
    Word("met", ("request",), met, (Placeholder("request"),)),
    Word("keeps-from", ("resource", "condition"), one_of_names),
    Word("effective", ("action",), effective, (Placeholder("effective"),)),
    Word("denied", ("action",), denied),
    Word("is", ("request", "allowed"), one_of_names),
    Word("is", ("undenied",), one_of_names, (Placeholder("undenied"),)),
    Word("decision", ("request",), decided, (Placeholder("request"), Placeholder("because"))),
    Word("cause", ("request",), one_of_causes, (Placeholder("request"), Placeholder("because"))),
    Word("longer-than", ("property",), longer_than),
    Word("outside", ("property",), outside),
    Word("above", ("property",), above),
    Word("lacks", ("property",), lacks),
    Word("repeats", ("property",), one_of_names),
    Word("more-than", ("property",), more_than),
    Word("given", ("property", "version", "principal.type"), given),
    Word("over", ("size",), larger_than),
    Word("is", ("order",), one_of_orders),
    Word("in", ("apart",), one_of_places),
)
"""All words. ``rulebook/rule.schema.json`` has the same ones."""

OF_CATALOGUE = frozenset(("known", "misspells", "scopes-to", "fits", "misfit"))
"""The words that need data about AWS, which take time to load."""

_BY_FIELD = {(field, word.name): word for word in WORDS for field in word.fields}
