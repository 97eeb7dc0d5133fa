"""Answers to questions about access: as text and JSON."""

from __future__ import annotations

from ..questions.nearest import shown
from .excerpt import excerpt
from .printable import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..decisions.reasons import Cause
    from ..questions.ask import Answered, Question
    from ..questions.suggest import Suggestion
    from ..questions.who_can import Entry, WhoCan
    from ..questions.why import Why

VERSION = 1
"""The version of the JSON of all answers."""
MAX_REASONS = 8
"""Reasons that are shown as text, and lines about what is not in view."""

KINDS = {
    "identity": "identity policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "vpc-endpoint": "VPC endpoint policy",
    "trust": "trust policy",
    "s3-bucket": "bucket policy",
    "kms-key": "key policy",
    "sns-topic": "topic policy",
    "sqs-queue": "queue policy",
}
"""The kinds of policies as messages name them."""


def kind_word(kind: str) -> str:
    """What a policy of *kind* is called."""
    return KINDS.get(kind, "policy of the resource")


# -- reasons


def is_of_aws(cause: Cause) -> bool:
    """Whether the statement of *cause* is in a policy of AWS, which is in none of the files."""
    from ..questions.managed import is_text_of_aws

    return cause.answer is not None and is_text_of_aws(cause.answer.document)


def reason_object(cause: Cause) -> dict[str, Any]:
    """*cause* as JSON."""
    from ..decisions.call import reason

    found = reason(cause)
    of_aws = is_of_aws(cause)
    return {
        "effect": found.effect,
        "kind": found.kind,
        "owner": found.owner,
        "path": "" if of_aws else found.path,
        "line": 0 if of_aws else found.line,
        "column": 0 if of_aws else found.column,
        "says": shown(found.says),
        "element": found.element,
        "wanted": list(found.wanted),
        "actual": None if found.actual is None else shown(found.actual),
    }


def reason_lines(causes: Sequence[Cause], width: int) -> Iterator[str]:
    """*causes* with their places and source lines."""
    from ..questions.managed import called

    for cause in causes[:MAX_REASONS]:
        span = cause.span
        if span is None or cause.answer is None:
            yield f"  {shown(cause.says)}"
            continue
        owner = cause.answer.document.owner.name
        if is_of_aws(cause):
            yield f"  {called(cause.answer.document)} {shown(cause.says)}"
            continue
        of = f" of {owner}" if owner else ""
        place = f"{span.place()}: " if span.source.path else ""
        yield f"  {place}{kind_word(cause.kind)}{of} {shown(cause.says)}"
        if place:
            yield from ("  " + "".join(parts) for parts in _source(cause, width - 2))
    if len(causes) > MAX_REASONS:
        yield f"  and {len(causes) - MAX_REASONS} more"


def _source(cause: Cause, width: int) -> Iterator[tuple[str, ...]]:
    span = cause.span
    assert span is not None
    for line, margin, carets in excerpt(span, width):
        yield (line,)
        yield margin, carets


def missing_lines(not_in_view: Sequence[str]) -> Iterator[str]:
    """What is *not_in_view*, a line each."""
    if not_in_view:
        yield "not in view:"
        yield from (f"  {line}" for line in not_in_view[:MAX_REASONS])
        if len(not_in_view) > MAX_REASONS:
            yield f"  and {len(not_in_view) - MAX_REASONS} more"


# -- can

_WORDS = {"allowed": "yes", "denied": "no", "not-allowed": "no", "unknown": "cannot tell"}
_VERBS = {
    "allowed": "may do",
    "denied": "is denied",
    "not-allowed": "is not allowed",
    "unknown": "may do",
}


def can_lines(answered: Answered, width: int) -> Iterator[str]:
    """The answer to one question as text."""
    word = answered.word
    if word == "unknown":
        yield f"cannot tell whether {answered.who.label} may do {_asked(answered)}"
    else:
        yield f"{_WORDS[word]}: {answered.who.label} {_VERBS[word]} {_asked(answered)}"
    yield from reason_lines(answered.causes, width)


def can_text(answers: Sequence[Answered], width: int) -> Iterator[str]:
    """All *answers*, and once what is not in view for them."""
    for one in answers:
        yield from can_lines(one, width)
    yield from missing_lines(list(dict.fromkeys(x for one in answers for x in one.not_in_view)))


def _asked(answered: Answered) -> str:
    return f"{answered.action} on {_one(answered.resource, answered.question)}"


def _one(resource: str, question: Question) -> str:
    """*resource*, with its place and address if it is one of several that *question* is about."""
    key = question.resource or ""
    return f"{resource} ({key})" if " " in key else resource


def answer_object(answered: Answered) -> dict[str, Any]:
    """The answer to one question as JSON, without the version."""
    question = answered.question
    return {
        "question": {
            "principal": answered.who.label,
            "action": answered.action,
            "resource": answered.resource,
            "context": {key: list(values) for key, values in question.context.items()},
            "form": "question",
        },
        "answer": answered.word,
        "certain": answered.word != "unknown",
        "reasons": [reason_object(cause) for cause in answered.causes],
        "not_in_view": list(answered.not_in_view),
        "suggestions": [],
    }


def can_json(answers: Sequence[Answered], *, several: bool) -> str:
    """All *answers* as JSON; *several* where the action or the principal is a pattern."""
    objects = [answer_object(one) for one in answers]
    if several:
        return json_text({"version": VERSION, "answers": objects})
    return json_text({"version": VERSION, **objects[0]})


# -- why


_FILES_SAY = {
    "denied": "the files deny it:",
    "not-allowed": "nothing in the files allows it:",
    "allowed": "the files allow it, so that what denied it is not in view:",
    "unknown": "the files do not say it for certain:",
}


def why_lines(found: Why, width: int) -> Iterator[str]:
    """The explanation of one denial as text."""
    if found.count > 1:
        yield f"{found.count} times:"
    yield from _aws_said(found)
    if found.set_up is not None:
        yield from _set_up_lines(found, width)
    for answered in found.answers:
        yield f"asked: {answered.who.label} for {_asked(answered)}"
        known = [f"{key}={','.join(values)}" for key, values in answered.question.context.items()]
        if known:
            yield f"known: {' '.join(known)}"
        is_one_of_several = answered.word == "allowed" and len(found.answers) > 1
        if found.may_be_denied and answered is found.answered:
            yield "AWS says that a statement denies it, and the files may have it:"
        else:
            yield "the files allow it:" if is_one_of_several else _FILES_SAY[answered.word]
        yield from reason_lines(answered.causes, width)
    yield from _suggestion_lines(found.suggestions)
    if found.look_at:
        yield "look at:"
        yield from (f"  {line}" for line in found.look_at)
    if found.answered is not None and found.word != "allowed":
        yield from missing_lines(found.answered.not_in_view)


def _aws_said(found: Why) -> Iterator[str]:
    from ..questions.messages import PUBLIC_ACCESS

    denial = found.denial
    if denial.refusal is not None:
        yield f"{denial.refusal.name}: {denial.refusal.means}"
    elif denial.kind == PUBLIC_ACCESS:
        yield "AWS says: S3 Block Public Access blocks the policy"
    elif denial.kind:
        verb = "denies it" if denial.explicit else "allows it"
        word = kind_word(denial.kind)
        policy = f" ({denial.policy})" if denial.policy else ""
        article = "an" if word[0] in "aeiou" else "a"
        yield f"AWS says: {article if denial.explicit else 'no'} {word}{policy} {verb}"
    elif denial.explicit:
        yield "AWS says: a statement denies it"


def _set_up_lines(found: Why, width: int) -> Iterator[str]:
    assert found.set_up is not None
    for one in found.set_up.findings[:MAX_REASONS]:
        yield f"  {one.span.place()}: {one.rule.id} {one.message}"
        for line, margin, carets in excerpt(one.span, width - 2):
            yield f"  {line}"
            yield f"  {margin}{carets}"
    for setup, request in found.set_up.denied[:MAX_REASONS]:
        on = f" on {shown(request.on)}" if request.on else ""
        yield f"  {setup.place}: {setup.address}: CloudTrail may not use {request.action}{on}: {shown(request.because)}"
    for refused in found.set_up.refused[:MAX_REASONS]:
        yield f"CloudTrail may not use {refused.action} on {shown(refused.on)}:"
        yield from reason_lines(refused.causes, width)
    if not found.has_cause:
        yield "no trail and no policy for CloudTrail in these files shows this defect"


def _suggestion_lines(suggestions: Sequence[Suggestion]) -> Iterator[str]:
    for one in suggestions[:MAX_REASONS]:
        place = f" at {one.path}:{one.line}" if one.path else ""
        what = "attach" if one.format == "managed-policy" else "write"
        yield f"{what}{place}:"
        yield from (f"  {line}" for line in one.text.split("\n"))
        if one.caution:
            yield f"  ({one.caution})"


def why_object(found: Why) -> dict[str, Any]:
    """The explanation of one denial as JSON, without the version."""
    from ..questions.messages import SET_UP

    answered = found.answered
    denial = found.denial
    result: dict[str, Any] = {
        "question": {
            "principal": answered.who.label if answered else denial.principal,
            "action": answered.action if answered else denial.action,
            "resource": answered.resource if answered else denial.resource,
            "context": {
                key: list(values)
                for key, values in (answered.question.context if answered else {}).items()
            },
            "form": SET_UP if found.set_up is not None else denial.form,
        },
        "answer": found.word,
        "certain": found.certain,
        "reasons": [reason_object(cause) for one in found.answers for cause in one.causes],
        "not_in_view": list(
            dict.fromkeys((*found.look_at, *(answered.not_in_view if answered else ())))
        ),
        "suggestions": [
            {
                "format": one.format,
                "path": one.path,
                "line": one.line,
                "text": one.text,
                "caution": one.caution,
            }
            for one in found.suggestions
        ],
    }
    if found.set_up is not None:
        result["reasons"] = list(_set_up_reasons(found))
    return result


def _set_up_reasons(found: Why) -> Iterator[dict[str, Any]]:
    assert found.set_up is not None
    for one in found.set_up.findings:
        line, column = one.span.source.position(one.span.start)
        yield _set_up_reason(one.owner.name, one.span.source.path, line, column, one.message)
    for setup, request in found.set_up.denied:
        path, line_text, column_text = setup.place.rsplit(":", 2)
        says = f"CloudTrail may not use {request.action}: {shown(request.because)}"
        yield _set_up_reason(setup.address, path, int(line_text), int(column_text), says)
    for refused in found.set_up.refused:
        yield from map(reason_object, refused.causes)


def _set_up_reason(owner: str, path: str, line: int, column: int, says: str) -> dict[str, Any]:
    return {
        "effect": "lacks",
        "kind": "resource",
        "owner": owner,
        "path": path,
        "line": line,
        "column": column,
        "says": says,
        "element": None,
        "wanted": [],
        "actual": None,
    }


def why_json(found: Sequence[Why], *, several: bool) -> str:
    """All explanations as JSON; *several* where the input has records."""
    if not several:
        return json_text({"version": VERSION, **why_object(found[0])})
    answers = [{**why_object(one), "count": one.count} for one in found]
    return json_text({"version": VERSION, "answers": answers})


# -- who-can


def who_text(answers: Sequence[WhoCan]) -> Iterator[str]:
    """A table of each of *answers*, and once what is not in view for them."""
    for one in answers:
        yield from _who_lines(one)
    yield from missing_lines(list(dict.fromkeys(x for one in answers for x in one.not_in_view)))


def _who_lines(found: WhoCan) -> Iterator[str]:
    """A table of *found*."""
    asked = f"{found.question.action} on {_one(found.resource, found.question)}"
    if not found.entries:
        yield f"{'nobody in view' if found.whole else 'cannot tell whether anybody'} may do {asked}"
    else:
        yield f"who may do {asked}:"
        yield from _table(found.entries, several=len({one.action for one in found.entries}) > 1)


def _table(entries: Sequence[Entry], *, several: bool) -> Iterator[str]:
    from ..questions.who_can import granted_at
    from .who_drawing import condition

    rows = [
        (
            one.label,
            "yes" if one.certain else "perhaps",
            *((one.action,) if several else ()),
            granted_at(one),
            "" if one.certain else condition(one.depends_on),
        )
        for one in entries
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield ("  " + "  ".join(cells)).rstrip()


def who_json(answers: Sequence[WhoCan]) -> str:
    """*answers* as JSON: the one, or a list of them."""
    objects = [_who_object(one) for one in answers]
    if len(objects) > 1:
        return json_text({"version": VERSION, "answers": objects})
    return json_text({"version": VERSION, **objects[0]})


def _who_object(found: WhoCan) -> dict[str, Any]:
    """One answer as JSON, without the version."""
    return {
        "question": {"action": found.question.action, "resource": found.resource},
        "who": [
            {
                "principal": one.label,
                "owner": one.owner,
                "action": one.action,
                "answer": "yes" if one.certain else "perhaps",
                "depends_on": list(one.depends_on),
                "reasons": [reason_object(cause) for cause in one.causes],
            }
            for one in found.entries
        ],
        "not_in_view": list(found.not_in_view),
    }
