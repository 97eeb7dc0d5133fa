"""Words on actions and resources, and on the types of resources that they are for."""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...iam.arns import (
    MISFITS,
    NAMED_SERVICES,
    NO_ARN,
    PLACED,
    SERVICE,
    cover,
    fits,
    operand,
    overlap,
    split,
)
from ...iam.catalogue import HOME
from ...iam.patterns import MAYBE, NO, YES
from ...tree.nodes import Hole, Piece
from ..lookups import Term, named_service, prefix_of
from ..targets import UNKNOWN, AcceptedTypes, accepts, is_accepted
from .word import Context, WordTest, as_wanted, never, shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...iam.catalogue import KnownAction
    from ...iam.policy import Statement
    from ..lookups import Lookups
    from .word import Form


def complement(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``complement``: whether the element is all of ``NotAction`` (``NotResource``)."""
    if wanted:  # a complement has no head
        return WordTest(whole=never, heads=frozenset())
    return WordTest(complement=never)


def names_services(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``service-wildcard``: its service is written with a wildcard, and with more than ``*``."""
    field = 0 if context.field == "action" else SERVICE

    def test(term: Term) -> int:
        fields = split(term.text.parts)
        if len(fields) <= field + 1:
            return as_wanted(NO, wanted)
        name = "".join([part.text if isinstance(part, Piece) else "x" for part in fields[field]])
        is_wild = bool(name.strip("*")) and ("*" in name or "?" in name)
        return as_wanted(YES if is_wild else NO, wanted)

    return WordTest(text=test)


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
    return WordTest(text=lambda term: as_wanted(_known(term, context.lookups), wanted))


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
    return WordTest(text=test, complement=never, heads=heads)


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
        return MAYBE if overlap(shape_of(term.form), operand("arn:*:*:*")) else NO

    return WordTest(text=test, heads=frozenset((None, text) for text in wanted))


def fitting(names: Sequence[str] | str, context: Context) -> WordTest:
    """``fits``: it can be an ARN of one of the types *names* (``none``: it is a misfit)."""
    if isinstance(names, str):
        return misfitting(tuple(MISFITS), context)
    types = context.lookups.catalogue.types_named(names)

    def test(form: Form) -> int:
        return max((fits(shape_of(form), kind) for kind in types), default=NO)

    def test_complement(forms: Sequence[Form]) -> int:
        """Some ARN of one of the types is not excepted."""
        shapes = [shape_of(form) for form in forms]
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
        if verdict == MAYBE and certain and shape_of(term.form).arn is not None:
            return NO
        return verdict if verdict != YES or reason in wanted else NO

    return WordTest(text=test, heads=heads)


def nested(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``nested``: whether the text is written with an ARN inside an ARN."""

    def test(term: Term) -> int:
        parts = term.text.parts
        text = "".join([part.text if isinstance(part, Piece) else "?" for part in parts])
        return YES if (_NESTED.match(text) is not None) == wanted else NO

    return WordTest(text=test)


_NESTED = regex(r"arn:[^:]*:(?:s3:::|(?!s3:)(?:[^:]*:){3}(?:[a-z-]+[:/])?)arn:")
"""An ARN whose resource, or the name in it, begins another ARN; the name of an object may do so."""


def accepted(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``accepted``: an action of the statement accepts a type that the text can name."""

    types = AcceptedTypes(context.lookups)

    def test(term: Term, statement: Statement) -> int:
        return as_wanted(accepts(statement, shape_of(term.form), types), wanted)

    return WordTest(contextual=test)


def accepts_resource(wanted: bool, context: Context) -> WordTest:  # noqa: FBT001
    """``accepted`` of an action: a resource of the statement can be of a type that it accepts."""

    def test(term: Term, statement: Statement) -> int:
        return as_wanted(is_accepted(term, statement, context.lookups), wanted)

    return WordTest(
        contextual=test, complement=never
    )  # a complement matches actions of every service


def one_of_targets(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of a target: it is one of these resource types."""
    wanted = frozenset(operands)
    return WordTest(target=lambda name: MAYBE if name == UNKNOWN else YES if name in wanted else NO)
