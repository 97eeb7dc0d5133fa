"""Where findings are, in the terms of the services that show them: lines, columns, and paths in the repository."""

from __future__ import annotations

import os

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import Span


@record
class Region:
    """Lines and columns from 1, columns in characters; the end is just behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def region_of(span: Span) -> Region:
    """The lines and columns of *span*."""
    return Region(*span.source.position(span.start), *span.source.position(span.end))


class Repository:
    """The git repository that the run is in, else the folder it runs in.

    GitHub and GitLab know a file by its path from the top of the repository,
    wherever in it a run began.
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
        """*path* from the top, with ``/`` between its parts; None where it is not below it."""
        relative = os.path.relpath(os.path.join(self._here, path), self._top).replace(os.sep, "/")
        return None if relative == ".." or relative.startswith("../") else relative

    def path_or_given(self, path: str) -> str:
        """*path* from the top, and where it is not below it, as it is."""
        found = self.path(path)
        return path if found is None else found
