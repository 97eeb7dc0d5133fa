"""Findings that are due to a value in another file than the policy.

A commit hook gets the files of the commit. A mistake in one of them may show in
a policy elsewhere: in a called module, in the file that uses a local value. If
findings there are not reported, it is reported where the value is written.
Whether the value is the reason is found out by checking again as if nothing in
the files of the run were known: what is still found was there before.
"""

from __future__ import annotations

from ..base.record import replaced
from ..engine.related import PART
from ..findings.finding import key_of
from ..tree.source import Related, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence
    from typing import Protocol

    from ..findings.finding import Finding
    from ..tree.source import SourceFile

    class Keys(Protocol):
        """See ``Placing``."""

        def __call__(self, hides: Callable[[Span], bool], *, inputs: bool) -> set[object]:
            """The keys of the findings that are still there."""


USED = "used here"


class Placing:
    """Places the findings of one module or template.

    *reported* says whether findings in a file are reported, *excluded* whether the
    settings exclude it. *keys* returns the keys of the findings that are there as if what
    a function says about places were unknown, with *inputs* also all that callers give.
    """

    def __init__(
        self,
        reported: Callable[[SourceFile], bool],
        excluded: Callable[[SourceFile], bool],
        keys: Keys,
    ) -> None:
        self.reported = reported
        self._excluded = excluded
        self._keys = keys
        self._known: set[object] | None = None

    def placed(self, finding: Finding, callers: Container[int] | None) -> Finding | None:
        """*finding* where a part of its value is written in a reported file, if that is the reason.

        *callers*: it does not hold for all calls, so that only the value in a caller, by the
        id of its source, can be the reason.
        """
        home = finding.span
        if not finding.certain or self._excluded(home.source):
            return None
        spans = [
            one.span
            for one in finding.related
            if one.message == PART
            and self.reported(one.span.source)
            and (callers is None or id(one.span.source) in callers)
        ]
        if not spans or (callers is None and key_of(finding) in self._due_to_others()):
            return None
        span = spans[0] if len(spans) == 1 else self._reason(finding, spans)
        edit = finding.edit
        return replaced(
            finding,
            span=span,
            edit=edit if edit is not None and self.reported(edit.span.source) else None,
            related=(Related(home, USED), *[one for one in finding.related if one.span != span]),
            home=home,
        )

    def _due_to_others(self) -> set[object]:
        if self._known is None:
            self._known = self._keys(lambda span: self.reported(span.source), inputs=True)
        return self._known

    def _reason(self, finding: Finding, spans: Sequence[Span]) -> Span:
        """The one of *spans* without which *finding* is not there; the first if that is not known."""
        for span in spans:
            quoted = Span(span.source, span.start - 1, span.end + 1)
            if key_of(finding) not in self._keys(quoted.contains, inputs=False):
                return span
        return spans[0]
