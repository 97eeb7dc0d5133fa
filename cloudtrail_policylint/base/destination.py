"""Where a file is written: the path is resolved once, for the checks and for the writer."""

from __future__ import annotations

import errno
import os
import stat

from .disk import project_of
from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LINKS = 40
"""As many as Linux follows."""


@record
class Destination:
    """The file that is written if *path* is to be written: ``target``, whose path has no links.

    ``leads_out_of_project``: a link in a project makes *path* lead to another place
    than one of that project. A place that is outside from the start, or behind a
    link that belongs to no project, was chosen by the user.
    """

    path: str
    target: str
    leads_out_of_project: bool

    def is_in_git_folder(self) -> bool:
        """Whether the target is in a folder that belongs to git."""
        return is_in_git_folder(self.target)

    def is_file(self, path: str) -> bool:
        """Whether *path* names the same file."""
        if os.path.realpath(path) == self.target:
            return True
        try:
            return os.path.samefile(path, self.target)
        except (OSError, ValueError):  # one of them does not exist
            return False

    def is_same(self, other: Destination) -> bool:
        """Whether *other* is written to the same file; a device or pipe takes all there is."""
        device = os.path.exists(self.target) and not os.path.isfile(self.target)
        return not device and other.is_file(self.target)


def destination_of(path: str) -> Destination:
    """The destination of *path*, resolved as the system does; raises ``OSError``.

    The folder that it is in must exist, because functions disagree about the
    file that is meant by a ``..`` after a folder that does not.
    """
    start = at = os.path.join(os.getcwd(), path)
    count = 0
    while os.path.islink(at):
        count += 1
        if count > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        at = os.path.join(os.path.dirname(at), os.readlink(at))
    if not stat.S_ISDIR(os.stat(os.path.dirname(at)).st_mode):
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    folder = os.path.realpath(os.path.dirname(at))
    leads_out = any(_leaves(link, folder) for link in _links(start))
    target = os.path.join(folder, os.path.basename(at))
    if not os.path.lexists(target) and os.path.exists(start):
        # A pipe of this process (/dev/stdout, /dev/fd/63): its link names no file.
        target = start if stat.S_ISFIFO(os.stat(start).st_mode) else target
    return Destination(path, target, leads_out)


def leads_away(link: str) -> bool:
    """Whether *link* leads to a place that is no part of its project, or to none."""
    try:
        found = destination_of(link)
    except OSError:
        return True
    return found.leads_out_of_project or found.is_in_git_folder()


def _links(start: str) -> Iterator[str]:
    """The links that are followed on the way to the absolute path *start*."""
    left = [start]
    seen: set[str] = set()
    while left:
        at = left.pop()
        while (parent := os.path.dirname(at)) != at:
            if os.path.islink(at):
                folder = os.path.realpath(parent)
                link = os.path.join(folder, os.path.basename(at))
                if link not in seen:
                    seen.add(link)
                    yield link
                    left.append(os.path.join(folder, os.readlink(link)))
            at = parent


def _leaves(link: str, folder: str) -> bool:
    """Whether *folder* is not in the project that *link* belongs to, if that is one."""
    project = project_of(os.path.dirname(link))
    here = os.path.realpath(".")
    bound = os.path.exists(os.path.join(project, ".git")) or project == here != os.path.dirname(
        here
    )
    return bound and project_of(folder) != project


def is_in_git_folder(path: str) -> bool:
    """Whether the real path *path* is, or is in, the ``.git`` of a repository or a bare repository.

    What git finds in it, it may run: hooks, and commands in ``config``.
    """
    at = path
    while (parent := os.path.dirname(at)) != at:
        if os.path.basename(at).lower() == ".git" or _is_same(os.path.join(parent, ".git"), at):
            return True
        at = parent
        # Source: git's manual, gitrepository-layout.
        if all(os.path.lexists(os.path.join(at, name)) for name in ("HEAD", "objects", "refs")):
            return True
    return False


def _is_same(one: str, other: str) -> bool:
    """Whether two paths name one file: a link to a folder, or another spelling of its name."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
