"""The expectations of settings in a run: all of the project is in view, the files of the run are reported."""

from __future__ import annotations

import os

from ..base.disk import path_key
from ..base.record import replaced
from ..iam.written import Owner
from ..questions.expectations import findings_of
from ..questions.reading import read_view
from ..settings.expectations import expectations_in
from ..tree.source import Related, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..files import Files
    from ..files.inputs import Overlay
    from ..findings.finding import Finding
    from ..rulebook.model import RuleBook
    from ..settings.lookup import NearestSettings
    from ..settings.model import Settings
    from ..tree.source import SourceFile


def failed_in(
    files: Files,
    paths: Sequence[str],
    settings: Settings,
    nearest: NearestSettings,
    book: RuleBook,
    contents: Overlay | None,
) -> list[Finding]:
    """The findings for expectations of *settings* that fail, in *files* or in the settings themselves.

    A commit hook names only some files. Other policies decide as well, so that the folder of the settings
    is read besides *paths*.
    """
    view = read_view([*paths, os.path.relpath(settings.folder)], nearest, contents=contents)
    expectations = expectations_in(settings)
    files.inputs.read_all()
    given = {path_key(one.path): one for one in files.inputs.given_sources()}
    written = {path_key(one.span.source.path) for one in expectations}
    found = []
    for finding in findings_of(view, expectations, book, pedantic=settings.pedantic):
        key = path_key(finding.span.source.path)
        if key in given or key in written:
            found.append(_in_sources(finding, given))
    return found


def _in_sources(finding: Finding, given: Mapping[str, SourceFile]) -> Finding:
    """*finding* with its places in the sources *given*, so that comments there suppress it."""

    def place(span: Span) -> Span:
        source = given.get(path_key(span.source.path))
        return span if source is None else Span(source, span.start, span.end)

    return replaced(
        finding,
        span=place(finding.span),
        owner=Owner(finding.owner.name, place(finding.owner.span)),
        within=tuple(map(place, finding.within)),
        related=tuple([Related(place(one.span), one.message) for one in finding.related]),
    )
