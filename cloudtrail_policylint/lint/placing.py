"""Findings that are due to a value in another file than the policy.

A commit hook gets the files of the commit. A mistake in one of them may show in
a policy elsewhere: in a called module, in the file that uses a local value. If
findings there are not reported, it is reported where the value is written.
Whether the value is the reason is found out by checking again as if nothing in
the files of the run were known: what is still found was there before.

A finding on a resource that depends on a partner, such as the bucket of a trail, is
reported at that partner.
"""

from __future__ import annotations

from functools import partial

from ..base.record import replaced
from ..engine.related import USE
from ..findings.finding import PART, key_of, partners_in
from ..tree.source import Related, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Container, Iterable, Sequence
    from typing import Protocol

    from ..findings.finding import Finding
    from ..tree.source import SourceFile

    class Keys(Protocol):
        """See ``Placing``."""

        def __call__(self, hides: Callable[[Span], bool], *, inputs: bool) -> Counter[object]:
            """In how many calls each finding is still there: by its key, and also with its message."""


USED = "used here"
MAX_ARGUMENTS = 100
"""The most places where callers pass values on that are tried for one finding."""


class Placing:
    """Places the findings of one module or template.

    *reported* says whether findings in a file are reported, *excluded* whether the
    settings exclude it. *keys* returns the keys of the findings that are there as if what
    a function says about places were unknown, with *inputs* also all that callers give.
    *arguments* are the places where callers, also indirect ones, pass values on.
    """

    def __init__(
        self,
        reported: Callable[[SourceFile], bool],
        excluded: Callable[[SourceFile], bool],
        keys: Keys,
        arguments: Callable[[], Iterable[Span]],
    ) -> None:
        self.reported = reported
        self._excluded = excluded
        self._keys = keys
        self._known: Counter[object] | None = None
        self._all: Counter[object] | None = None
        self._arguments = arguments

    def placed(
        self, finding: Finding, callers: Container[int] | None, *, given: bool = False
    ) -> Finding | None:
        """*finding* where its value is written or used in a reported file, if that is the reason.

        *callers*: it does not hold for all calls, so that only what is in a caller, by the
        id of its source, can be the reason. *given*: a caller has written the value, and its use
        is no mistake.
        """
        home = finding.span
        if not finding.certain or self._excluded(home.source):
            return None
        span = self._reason(finding, callers, given=given)
        if span is None:
            return None
        edit = finding.edit
        return replaced(
            finding,
            span=span,
            edit=edit if edit is not None and self.reported(edit.span.source) else None,
            related=(Related(home, USED), *[one for one in finding.related if one.span != span]),
            home=home,
        )

    def _reason(
        self, finding: Finding, callers: Container[int] | None, *, given: bool
    ) -> Span | None:
        """The reported place without which *finding* is not there, or of a partner of its resource."""

        def reported(spans: Iterable[Span]) -> list[Span]:
            return [
                span
                for span in spans
                if self.reported(span.source) and (callers is None or id(span.source) in callers)
            ]

        partners = reported(one.span for one in partners_in(finding))
        if partners:
            return partners[-1]
        related = [one for one in finding.related if one.message in (PART, USE)]
        if not related:
            return None
        spans = reported(one.span for one in related if one.message == PART)
        if not given:
            spans += reported(one.span for one in related if one.message == USE)
        passed = reported(self._arguments())[:MAX_ARGUMENTS]
        if not (spans or passed) or (callers is None and key_of(finding) in self._due_to_others()):
            return None
        return self._first(finding, spans) or self._first(finding, passed)

    def _first(self, finding: Finding, spans: Sequence[Span]) -> Span | None:
        """The first of *spans* without which *finding* is not there."""
        if not spans or not self._needs(finding, lambda at: any(_hides(one, at) for one in spans)):
            return None
        exact = (one for one in spans if self._needs(finding, partial(_is_in, one)))
        wide = (one for one in spans if self._needs(finding, partial(_hides, one)))
        return next(exact, None) or next(wide, None)

    def _needs(self, finding: Finding, hides: Callable[[Span], bool]) -> bool:
        """Whether fewer calls have *finding* if what *hides* says is unknown.

        Only its message may change: then it is due to another part of the text. True if that
        cannot be known: nothing can be hidden in templates, and another file may set variables.
        """
        if self._all is None:
            self._all = self._keys(lambda _span: False, inputs=False)
        left = self._keys(hides, inputs=False)
        return all(left[key] < self._all.get(key, 1) for key in keys_of(finding))

    def _due_to_others(self) -> Counter[object]:
        if self._known is None:
            self._known = self._keys(lambda span: self.reported(span.source), inputs=True)
        return self._known


def keys_of(finding: Finding) -> tuple[object, object]:
    """The key of *finding*, and that with its message."""
    key = key_of(finding)
    return key, (key, finding.message)


def _is_in(place: Span, at: Span) -> bool:
    """Whether *at* is in *place*, or is it with its quotes."""
    return Span(place.source, place.start - 1, place.end + 1).contains(at)


def _hides(place: Span, at: Span) -> bool:
    """Whether *at* is in *place* or around it."""
    return _is_in(place, at) or at.contains(place)
