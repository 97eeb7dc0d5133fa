"""Expectations: what must stay true of access, compared with the policies in view."""

from __future__ import annotations

from contextlib import contextmanager

from ..base.errors import InputError
from ..base.record import record
from ..findings.finding import Finding
from ..iam.patterns import NO, YES, parse, within
from ..iam.written import Owner
from ..settings.expectations import CAN, NOBODY_CAN
from ..settings.model import SettingsError
from ..tree.source import Related
from .ask import Asker, Question, actions_of
from .managed import is_text_of_aws
from .resources import check_resource
from .who import find, whole
from .who_can import each, names_of, who_can

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..decisions.reasons import Cause
    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Expectation
    from ..tree.source import Span
    from .ask import Answered
    from .view import View
    from .who import Who

PROBLEM = "expectation-failed"
"""The name of the problem that a failed expectation is reported as."""
_MOST_ACTIONS = 5
"""Actions that a message names one by one."""


@record
class Broken:
    """One way in which *expectation* does not hold; ``cause`` is the statement, None where there is none.

    ``certain`` is False where the files do not say it for certain; only ``--pedantic`` reports that, unless it
    is ``always`` reported.
    """

    expectation: Expectation
    message: str
    certain: bool
    cause: Cause | None
    owner: str
    always: bool = False

    @property
    def statement(self) -> Span | None:
        """The statement that breaks it, if it is in a file."""
        answer = self.cause.answer if self.cause is not None else None
        if answer is None or is_text_of_aws(answer.document):
            return None
        return answer.statement.span


def broken(view: View, expectations: Iterable[Expectation]) -> list[Broken]:
    """Where *expectations* do not hold in *view*; raises ``SettingsError`` for one that cannot be asked."""
    found: list[Broken] = []
    for one in expectations:
        compare = _of_nobody if one.form == NOBODY_CAN else _of_somebody
        actions: list[str] = []
        for text in one.actions:
            with _at(one, text):
                own = actions_of(text)
            with _at(one, one.on or ""):
                check_resource(view, one.on, own)
            actions += own
        for text in one.who:
            with _at(one, text):
                _exists(view, one, text)
        try:
            failures = list(compare(view, one, actions))
        except InputError as error:
            raise SettingsError(f"{one.span.place()}: {error}") from None
        found += failures
        if view.unread and not any(other.certain for other in failures):
            found.append(_not_read(view, one))
    return found


def _not_read(view: View, one: Expectation) -> Broken:
    """That *one* may fail by what is in files that were not read."""
    because = "; ".join(view.not_read())
    message = f"cannot tell whether the expectation is met: {because}{_because(one)}"
    return Broken(one, message, False, None, "", always=True)


@contextmanager
def _at(one: Expectation, text: str) -> Iterator[None]:
    """Raise errors with the place of *text* in *one*."""
    try:
        yield
    except InputError as error:
        raise SettingsError(f"{one.place(text)}: {error}") from None


def _exists(view: View, one: Expectation, text: str) -> None:
    """Raise ``UsageError`` if *text* can only be the name of somebody in view, and is not."""
    if one.form != NOBODY_CAN or not _is_pattern(text):
        find(view, text)


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def unmatched(view: View, expectations: Iterable[Expectation]) -> Iterator[str]:
    """A line for each principal of *expectations* that is nobody in *view*; a ``can`` fails by itself."""
    people = [names_of(whole(one)) for one in view.identities]
    people += [(name,) for name in view.named_principals()]
    for one in expectations:
        for text in one.who if one.form != CAN else ():
            if one.form == NOBODY_CAN:
                is_nobody = _is_pattern(text) or _are_missing(find(view, text))
                if is_nobody and not any(_is_excepted(names, text) for names in people):
                    yield f"{one.place(text)}: note: {text} excepts nobody: no such principal in these files"
            elif _is_nobody(view, find(view, text)):
                yield f"{one.place(text)}: note: {text} is nobody: no such principal in these files"


def _is_nobody(view: View, found: Sequence[Who]) -> bool:
    """Whether *found* is nobody in view, and has no policies without an owner either."""
    return _are_missing(found) and not (found and view.loose)


def findings_of(
    view: View, expectations: Iterable[Expectation], book: RuleBook, *, pedantic: bool
) -> list[Finding]:
    """The findings for *expectations* that do not hold; with *pedantic* also those that may not."""
    groups: dict[object, list[Broken]] = {}
    for one in broken(view, expectations):
        if one.certain or one.always or pedantic:
            span = one.statement or one.expectation.span
            groups.setdefault((span.key(), one.certain), []).append(one)
    return [_finding(group, book.problems[PROBLEM]) for group in groups.values()]


def _finding(group: Sequence[Broken], rule: Rule) -> Finding:
    """The finding that *group* is, expectations that fail at one place."""
    first = group[0]
    span = first.statement or first.expectation.span
    answer = first.cause.answer if first.cause is not None and first.statement is not None else None
    related: tuple[Related, ...] = ()
    if answer is not None:
        places = {one.expectation.span.key(): one.expectation.span for one in group}
        related = tuple([Related(place, "the expectation") for place in places.values()])
    sid = answer.statement.sid if answer is not None else None
    message = "; ".join(dict.fromkeys(one.message for one in group))
    return Finding(
        rule,
        message,
        span,
        answer.document.owner if answer is not None else Owner(first.owner, span),
        rule.severity if first.certain else "warning",
        certain=first.certain,
        within=(span,),
        sid=(sid.literal or "") if sid is not None else "",
        related=related,
        cause=message,
    )


# -- nobody-can


def _of_nobody(view: View, one: Expectation, actions: Sequence[str]) -> Iterator[Broken]:
    groups: dict[tuple[object, ...], tuple[str, str, bool, Cause | None, list[str]]] = {}
    asked = [
        (action, question)
        for action in actions
        for question in each(view, Question("", action, one.on), [action])
    ]
    for action, question in asked:
        for entry in who_can(view, question, [action]).entries:
            if entry.is_of_service or any(_is_excepted(entry.names, but) for but in one.who):
                continue
            cause = next((c for c in entry.causes if c.effect != "deny" and c.answer), None)
            place = cause.answer.statement.span.key() if cause and cause.answer else ()
            key = (entry.label, entry.owner, entry.certain, place)
            new: list[str] = []
            group = (entry.label, entry.owner, entry.certain, cause, new)
            done = groups.setdefault(key, group)[4]
            if action not in done:
                done.append(action)
    for label, owner, certain, cause, done in groups.values():
        verb = "may do" if certain else "perhaps may do"
        but = f" but {', '.join(one.who)}" if one.who else ""
        message = f"{label} {verb} {_listed(done)}{_on(one)}, which nobody may{but}{_because(one)}"
        yield Broken(one, message, certain, cause, owner)


def _is_excepted(names: Sequence[str], but: str) -> bool:
    """Whether one of *names* is what *but* says, in which wildcards count."""
    pattern = parse(but)
    return any(name == but or within(parse(name), pattern) for name in names)


# -- can and cannot


def _of_somebody(view: View, one: Expectation, actions: Sequence[str]) -> Iterator[Broken]:
    asker = Asker(view)
    for name in one.who:
        found = find(view, name)
        if not found or (one.form == CAN and _are_missing(found)):
            certain = one.form == CAN
            yield Broken(one, f"{name} is not in these files{_because(one)}", certain, None, "")
            continue
        for who in found:
            for action in actions:
                for question in each(view, Question(name, action, one.on), [action]):
                    failed = _failed(one, asker.ask(who, question))
                    if failed is not None:
                        yield failed


def _are_missing(found: Sequence[Who]) -> bool:
    """Whether none of *found* is in view; a service or another account never is."""
    return all(who.identity is None and who.principal.kind in ("role", "user") for who in found)


def _failed(one: Expectation, answered: Answered) -> Broken | None:
    wanted = YES if one.form == CAN else NO
    if answered.verdict == wanted:
        return None
    certain = answered.verdict == YES - wanted
    owner = answered.who.identity.owner.name if answered.who.identity is not None else ""
    asked = f"{answered.action}{_on(one)}"
    who = answered.who.label
    effect = "deny" if one.form == CAN else "allow"
    cause = next((c for c in answered.causes if c.effect == effect and c.answer), None)
    if not certain:
        cause = next((c for c in answered.causes if c.answer and not c.certain), cause)
        message = f"cannot tell whether {who} may do {asked}"
    elif one.form == CAN:
        because = "a statement denies it" if cause is not None else "nothing allows it"
        message = f"{who} cannot do {asked}: {because}"
    else:
        message = f"{who} may do {asked}, which it must not"
    return Broken(one, f"{message}{_because(one)}", certain, cause, owner)


# -- words


def _listed(actions: Sequence[str]) -> str:
    if len(actions) <= _MOST_ACTIONS:
        return ", ".join(actions)
    return f"{', '.join(actions[:_MOST_ACTIONS])} and {len(actions) - _MOST_ACTIONS} more"


def _on(one: Expectation) -> str:
    return f" on {one.on}" if one.on is not None else ""


def _because(one: Expectation) -> str:
    return f" ({one.reason})" if one.reason else ""
