"""Places as other programs name them: lines, columns, and paths from the top of the repository."""

from __future__ import annotations

import os

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import Span


@record
class Region:
    """Lines and columns from 1, columns in characters; the end is after the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def region_of(span: Span) -> Region:
    """The lines and columns of *span*."""
    return Region(*span.source.position(span.start), *span.source.position(span.end))


class Repository:
    """The git repository of the current folder; outside a repository, the current folder itself.

    GitHub and GitLab identify a file by its path from the top of the repository.
    """

    def __init__(self) -> None:
        self._here = self._top = at = os.getcwd()
        while True:
            if os.path.exists(os.path.join(at, ".git")):
                self._top = at
                break
            parent = os.path.dirname(at)
            if parent == at:
                break
            at = parent

    def path(self, path: str) -> str | None:
        """*path* relative to the top, with ``/`` as separator; None if it is outside."""
        relative = os.path.relpath(os.path.join(self._here, path), self._top).replace(os.sep, "/")
        return None if relative == ".." or relative.startswith("../") else relative

    def path_or_given(self, path: str) -> str:
        """*path* relative to the top; unchanged if it is outside."""
        found = self.path(path)
        return path if found is None else found
