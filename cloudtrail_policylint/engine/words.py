"""The words of the rule language: what each of them asks of one text.

A word is compiled once, with its operands, into a function from a text (with
what is already known of it as a pattern) to a verdict. See
``docs/writing-rules.md`` for what the words mean to an author.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.arns import (
    MISFITS,
    Operands,
    Shape,
    cover,
    equal,
    fits,
    is_within,
    misfit,
    operand,
    overlap,
    service_of,
    split,
)
from ..iam.patterns import (
    MAYBE,
    NO,
    YES,
    Pattern,
    judge_covers,
    judge_equal,
    judge_overlaps,
    judge_within,
    parse,
)
from ..tree.nodes import Hole, Piece, Text, allows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    from ..iam.arns import ResourceType
    from ..iam.catalogue import Catalogue, KnownAction

    Judge: TypeAlias = Callable[[Any, Any], int]
    TextTest: TypeAlias = Callable[["Term"], int]

RELATIONS = ("overlaps", "within", "covers")
"""Words about all that an element stands for; the others look at the words as written."""


@record
class Term:
    """One text of an element: ``form`` is its pattern, or its shape where it may be an ARN."""

    text: Text
    form: Pattern | Shape


@record
class Family:
    """How texts of one sort are compared: with which operand form, by which relations."""

    operand: Callable[[str], Any]
    judges: dict[str, Judge]
    fold: bool


FOLDED = Family(
    lambda text: parse(text.lower()),
    {"is": judge_equal, "overlaps": judge_overlaps, "within": judge_within, "covers": judge_covers},
    fold=True,
)
"""Actions, condition keys, operators: letter case does not matter."""
EXACT = Family(parse, FOLDED.judges, fold=False)
"""Effect, version, sid, kind, principal type: as written."""
ARNS = Family(
    operand,
    {"is": equal, "overlaps": overlap, "within": is_within, "covers": cover},
    fold=False,
)
"""Resources, principal ids, condition values, managed policy ARNs: field by field."""


def negated(verdict: int) -> int:
    """NOT, in three values."""
    return YES - verdict


def relation(word: str, operands: Sequence[str], family: Family) -> Callable[[Any], int]:
    """The test "*word* one of *operands*" on a pattern or shape."""
    judge = family.judges[word]
    goals: list[Any] = []  # worked out when the word is first asked

    def test(form: Any) -> int:
        if not goals:
            goals.extend(family.operand(text) for text in operands)
        return max([judge(form, goal) for goal in goals], default=NO)

    def test_arn(form: Shape) -> int:
        if not goals:
            goals.append(Operands([operand(text) for text in operands]))
        return max([judge(form, goal) for goal in goals[0].near(form)], default=NO)

    return test_arn if family is ARNS else test


def excepted(word: str, operands: Sequence[str], family: Family) -> Callable[[Sequence[Any]], int]:
    """The test "*word* one of *operands*" on the complement of several patterns.

    Exact for every operand that is not itself covered by several of the
    patterns together and by none of them alone; ``within`` takes it that a
    complement leaves more than one operand can hold.
    """
    overlaps, covers = family.judges["overlaps"], family.judges["covers"]
    goals: list[Any] = []

    def test(forms: Sequence[Any]) -> int:
        if not goals:
            goals.extend(family.operand(text) for text in operands)
        if word == "within":  # a complement is never small
            return YES if "*" in operands else NO
        judge = covers if word == "overlaps" else overlaps
        return max((YES - max((judge(f, g) for f in forms), default=NO) for g in goals), default=NO)

    return test


def written(operands: Sequence[str], family: Family) -> TextTest:
    """``is``: written exactly so; a set look-up unless the text has a hole."""
    literals = frozenset(text.lower() if family.fold else text for text in operands)
    unknown = relation("is", operands, family)

    def test(term: Term) -> int:
        literal = term.text.literal
        if literal is None:
            return unknown(term.form)
        return YES if (literal.lower() if family.fold else literal) in literals else NO

    return test


def wildcard(wanted: bool) -> TextTest:  # noqa: FBT001
    """``wildcard``: whether the text contains ``*`` or ``?``."""

    def test(term: Term) -> int:
        found = max(_has_wildcard(part) for part in term.text.parts)
        return found if wanted else negated(found)

    return test


def _has_wildcard(part: Piece | Hole) -> int:
    if isinstance(part, Piece):
        # "${*}" and "${?}" are the characters themselves.
        text = part.text.replace("${*}", "").replace("${?}", "") if "${" in part.text else part.text
        return YES if "*" in text or "?" in text else NO
    if part.values is not None:
        found = {"*" in value or "?" in value for value in part.values}
        return MAYBE if len(found) > 1 else YES if True in found else NO
    return MAYBE if allows(part.shape, "*") else NO


# -- actions


def action_service(operands: Sequence[str]) -> TextTest:
    """``service`` of an action: its prefix."""
    wanted = frozenset(text.lower() for text in operands)

    def test(term: Term) -> int:
        prefix, known = _prefix(term.text)
        if not known:
            return MAYBE if any(name.startswith(prefix) for name in wanted) else NO
        return YES if prefix in wanted else NO

    return test


def known_action(wanted: bool, catalogue: Catalogue) -> TextTest:  # noqa: FBT001
    """``known``: the action exists; a pattern is known when it stands for at least one."""

    def test(term: Term) -> int:
        found = _known(term, catalogue)
        return found if wanted else negated(found)

    return test


def scopes_to(types: Sequence[str] | str, catalogue: Catalogue) -> TextTest:
    """``scopes-to``: every action meant accepts one of *types* (or, for ``none``, no type at all)."""
    wanted = frozenset(types) if types != "none" else None

    def one(action: KnownAction) -> int:
        if action.types is None:
            return MAYBE
        if wanted is None:
            return NO if action.types else YES
        return YES if any(kind.name in wanted for kind in action.types) else NO

    def test(term: Term) -> int:
        actions = expansion(term, catalogue)
        if actions is None:
            return NO
        if not actions:
            return MAYBE
        if term.text.literal is None:
            return NO if all(one(action) == NO for action in actions) else MAYBE
        return min(one(action) for action in actions)

    return test


def expansion(term: Term, catalogue: Catalogue) -> tuple[KnownAction, ...] | None:
    """The actions that an action's pattern stands for; None when it is not about one service."""
    prefix, known = _prefix(term.text)
    if not known or "*" in prefix or "?" in prefix or not prefix:
        return None
    assert isinstance(term.form, Pattern)
    found: dict[str, KnownAction] = {}
    for glob in term.form.globs:
        for action in catalogue.expand(prefix, glob):
            found[action.full_name] = action
    return tuple(found.values())


def _known(term: Term, catalogue: Catalogue) -> int:
    literal = term.text.literal
    if literal is not None and "*" not in literal and "?" not in literal:
        return YES if catalogue.action(literal) else NO
    actions = expansion(term, catalogue)
    if actions is None:
        return YES if literal is not None and literal.strip("*?") in ("", ":") else MAYBE
    if not actions:
        return NO
    return YES if literal is not None else MAYBE


def _prefix(text: Text) -> tuple[str, bool]:
    """The service prefix in lower case, and whether it is known to its end."""
    found = ""
    for part in text.parts:
        if isinstance(part, Hole):
            return found, False
        head, colon, _ = part.text.partition(":")
        found += head.lower()
        if colon:
            return found, True
    return "", True


# -- ARNs


def arn_service(operands: Sequence[str]) -> TextTest:
    """``service`` of a resource: the third field of its ARN."""
    wanted = frozenset(operands)

    def test(term: Term) -> int:
        service = _service(term)
        if service is not None:
            return YES if service in wanted else NO
        fields = split(term.text.parts)
        if not any(isinstance(part, Hole) for field in fields[:3] for part in field):
            return NO
        goal = operand("arn:*:*:*")
        assert isinstance(term.form, Shape)
        return MAYBE if overlap(term.form, goal) else NO

    return test


def _service(term: Term) -> str | None:
    """The service that the text of an ARN names itself, else its third field as written, if it is known."""
    assert isinstance(term.form, Shape)
    named = term.form.arn.service if term.form.arn is not None else None
    return named if named is not None else service_of(term.text.parts)


def fitting(types: Sequence[ResourceType]) -> Callable[[Any], int]:
    """``fits``: the shape can be an ARN of one of *types*."""

    def test(form: Any) -> int:
        return max((fits(form, kind) for kind in types), default=NO)

    return test


def fitting_excepted(types: Sequence[ResourceType]) -> Callable[[Sequence[Any]], int]:
    """``fits`` of a complement: some ARN of one of *types* is not excepted."""

    def test(forms: Sequence[Any]) -> int:
        return max(
            (YES - max((cover(f, kind.operand) for f in forms), default=NO) for kind in types),
            default=NO,
        )

    return test


def misfitting(reasons: Sequence[str], catalogue: Catalogue) -> TextTest:
    """``misfit``: the text can name no resource of its service, for one of *reasons*."""
    wanted = frozenset(reasons)

    def test(term: Term) -> int:
        verdict, reason = misfit_of(term, catalogue)
        return verdict if verdict != YES or reason in wanted else NO

    return test


def misfit_of(term: Term, catalogue: Catalogue) -> tuple[int, str]:
    """The verdict and the word of ``arns.misfit``, for the service that the text names itself."""
    key = term.text.known
    found = catalogue.misfits.get(key)
    if found is None:
        found = catalogue.misfits[key] = _misfit_of(term, catalogue)
    return found


def _misfit_of(term: Term, catalogue: Catalogue) -> tuple[int, str]:
    assert isinstance(term.form, Shape)
    service = _service(term)
    kinds = catalogue.types_of_arn_service(service) if service else ()
    if term.form.arn is not None and not kinds:
        return MAYBE, ""
    return misfit(term.text.parts, term.form, kinds)


def reason_of(term: Term, catalogue: Catalogue) -> str:
    """Why the text can name no resource, in words for a message."""
    return MISFITS.get(misfit_of(term, catalogue)[1], "")


# -- condition keys


def known_key(wanted: bool, catalogue: Catalogue) -> TextTest:  # noqa: FBT001
    """``known`` of a condition key: the catalogue has it."""

    def test(term: Term) -> int:
        literal = term.text.literal
        has = catalogue.has_key(literal) if literal is not None else None
        found = MAYBE if has is None else YES if has else NO
        return found if wanted else negated(found)

    return test
