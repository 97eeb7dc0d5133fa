"""Files as a run meets them that trusts none: reading them, telling where they are, and replacing them."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * 1024


class UnreadableError(Exception):
    """A file that cannot be read; the message says why."""


class TooLargeError(UnreadableError):
    """A file that is larger than is read; ``beginning`` is as much of it as would have been."""

    def __init__(self, message: str, beginning: bytes) -> None:
        super().__init__(message)
        self.beginning = beginning


def read_bytes(path: str, most: int, named: str = "") -> bytes:
    """The bytes of the regular file *path*; raises ``UnreadableError`` for anything else.

    It has *most* MiB at most; *named* says which limit that is.
    """
    try:
        _check(os.stat(path).st_mode)
        data = _contents(path, most * MIB + 1)
    except OSError as error:
        raise UnreadableError((error.strerror or "unreadable").lower()) from None
    except ValueError:  # a NUL in the path
        raise UnreadableError("no name of a file") from None
    if len(data) > most * MIB:
        raise TooLargeError(f"larger than {most} MiB{named and f' {named}'}", data)
    return data


def _check(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UnreadableError("is a directory")
    if not stat.S_ISREG(mode):
        raise UnreadableError("not a regular file")


# Without waiting for whoever writes to it, should it be a pipe by now; O_BINARY is Windows'.
_READING = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def _contents(path: str, most: int) -> bytes:
    """The first *most* bytes of the file *path*; ``open()`` takes twice as long for a small one."""
    descriptor = os.open(path, _READING)
    try:
        state = os.fstat(descriptor)
        _check(state.st_mode)  # it may have become another
        pieces = []
        size = max(state.st_size + 1, 2**16)  # it may have grown, or not tell its size
        while most > 0 and (piece := os.read(descriptor, min(size, most))):
            pieces.append(piece)
            most -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def is_inside(path: str, folder: str) -> bool:
    """Whether *path* is *folder* or below it; both are absolute."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def project_of(folder: str) -> str:
    """The folder that nothing is read outside of for the sake of what is in *folder*.

    The top of its git repository; else the folder that we run in, where
    *folder* is below it; else *folder*.
    """
    own = at = os.path.realpath(folder or ".")
    while not os.path.exists(os.path.join(at, ".git")):
        parent = os.path.dirname(at)
        if parent == at:
            here = os.path.realpath(".")
            return here if is_inside(own, here) and os.path.dirname(here) != here else own
        at = parent
    return at


def replace_file(
    whole: str, data: bytes, prepare: Callable[[str], None] = lambda _path: None
) -> None:
    """Put *data* in place of the file *whole* in one step, once *prepare* is through with the new file's path.

    Nothing is left of the new file where something fails. Raises ``OSError``.
    """
    temporary = f"{whole}.{os.urandom(4).hex()}.tmp"
    # "x": never through a link that somebody has put there under that name.
    file = open(temporary, "xb")  # noqa: SIM115 - closed before it is moved
    try:
        with file:
            file.write(data)
        prepare(temporary)
        os.replace(temporary, whole)
    except BaseException:
        _remove(temporary)
        raise


def _remove(path: str) -> None:
    """Remove the file *path*, if that can be done."""
    try:  # noqa: SIM105 - contextlib costs a run that writes nothing its import
        os.unlink(path)
    except OSError:
        pass
