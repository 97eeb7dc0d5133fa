"""From a match that holds to findings: where each is, what it says, and what is related to it."""

from __future__ import annotations

from ..findings.finding import Finding
from ..iam.patterns import MAYBE, YES
from ..tree.nodes import Hole, Piece
from ..tree.source import MAX_RELATED, Related, first_line
from .messages import Subject, by_field, render
from .related import origins
from .remedies import Lists, edit_for
from .scene import Scene
from .shown import field_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..iam.policy import Attachment, Document, Statement
    from ..iam.written import FoundResource, Owner
    from ..rulebook.model import Case, Rule
    from ..tree.nodes import Text
    from ..tree.source import Span
    from .elements import Witness
    from .lookups import Lookups
    from .matches import Binding

UNSURE = "cannot tell: "
"""The start of the message of a finding that is only possible."""


def findings_of(
    rule: Rule,
    case: Case,
    binding: Binding,
    verdict: int,
    checked: Scene | Attachment | FoundResource,
    subject: Span,
    others: Iterable[Related],
    lookups: Lookups,
) -> Iterator[Finding]:
    """One finding for each witness of the reported field; else one at the field or the subject.

    *others* are the places of other statements that are related to it.
    """
    others = tuple(others)
    places: Sequence[tuple[Witness | None, Span]]
    places = [(w, w.span) for w in binding.witnesses if w.field == case.report]
    if case.once:
        places = places[:1]
    if not places:
        statement = binding.statement
        places = [(None, field_span(statement, case.report) if statement else subject)]
    scene = checked if isinstance(checked, Scene) else None
    document = scene.document if scene is not None else None
    owner = checked.document.owner if isinstance(checked, Scene) else checked.owner
    witnesses = by_field(binding)
    lists = Lists(binding.statement)
    for witness, span in places:
        if verdict == MAYBE and witness is not None and _is_unknown(witness):
            continue
        about = Subject(binding, witness, document, witnesses)
        message = render(case.message, about, lookups)
        inside = _statement_around(span, binding.statement, scene)
        within = _around(binding.statement, inside, document)
        yield Finding(
            rule=rule,
            message=message if verdict == YES else UNSURE + message,
            span=span,
            owner=owner,
            severity=rule.severity if verdict == YES else "info",
            certain=verdict == YES,
            within=within,
            sid=_sid(binding.statement or inside),
            related=(
                *_origins(span, witness, binding, document, case.report),
                *_subject(owner, span, scene),
                *[one for one in others if one.span.key() != span.key()],
            )[:MAX_RELATED],
            cause="" if verdict == YES else _cause(witness, binding.statement, document),
            edit=edit_for(
                case.edit,
                witness,
                lists,
                (*within, owner.span),
                document,
                lookups,
            )
            if case.edit is not None and witness is not None and verdict == YES
            else None,
        )


def _cause(witness: Witness | None, statement: Statement | None, document: Document | None) -> str:
    """What a finding that is only possible depends on; empty if that is not known."""
    if document is not None and len(document.kinds) > 1:
        return "the kind of the policy"
    texts = [witness.term.text] if witness is not None and witness.term is not None else []
    unknown = _unknown_in(texts) or _unknown_in(_texts_of(statement) if statement else ())
    if unknown or document is None:
        return ", ".join(unknown)
    if not all(one.complete for one in (document, *document.companions)):
        return "statements that are not in view"
    return ""


def _unknown_in(texts: Iterable[Text]) -> list[str]:
    return sorted({part.written for text in texts for part in text.parts if isinstance(part, Hole)})


def _texts_of(statement: Statement) -> Iterator[Text]:
    """The texts of *statement* that say what it is about."""
    for action in statement.actions:
        yield from action.texts
    for resource in statement.resources:
        yield from resource.texts
    for principal in statement.principals:
        yield from (principal.type, principal.id)
    for condition in statement.conditions:
        yield from (condition.operator, condition.key, *condition.values)


def _origins(
    span: Span, witness: Witness | None, binding: Binding, document: Document | None, field: str
) -> tuple[Related, ...]:
    if document is None:
        return ()
    return tuple(origins(span, witness, binding.statement, document, field))


def _subject(owner: Owner, span: Span, scene: Scene | None) -> tuple[Related, ...]:
    """The resource *owner* of a rule on resources, if the place *span* is not in it."""
    if scene is not None or owner.span.contains(span):
        return ()
    return (Related(first_line(owner.span), f"this is {owner.name}"),)


def _statement_around(
    span: Span, statement: Statement | None, scene: Scene | None
) -> Statement | None:
    """The statement that contains *span*: *statement*, or another one of *scene*."""
    if scene is None or (statement is not None and statement.span.contains(span)):
        return statement
    return scene.statement_around(span)


def _around(
    statement: Statement | None, inside: Statement | None, document: Document | None
) -> tuple[Span, ...]:
    """The places of *statement*, of the one that the finding is *inside*, and of their blocks."""
    if document is None:
        return ()
    statements = [one.span for one in (statement, inside) if one is not None]
    if statement is inside:
        statements = statements[:1]
    blocks: list[Span] = []
    for one in statements:
        at = document.blocks.around(one)
        block = None if at is None else document.blocks.spans[at]
        if block is not None and block != document.owner.span and block not in blocks:
            blocks.append(block)
    return (*statements, *blocks)


def _sid(statement: Statement | None) -> str:
    return statement.sid.written if statement is not None and statement.sid is not None else ""


def _is_unknown(witness: Witness) -> bool:
    """Whether nothing is known of the text of *witness*: then a doubt is not worth reporting."""
    term = witness.term
    return term is not None and not any(isinstance(part, Piece) for part in term.text.parts)
