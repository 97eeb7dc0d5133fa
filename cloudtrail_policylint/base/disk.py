"""Paths and files that are not trusted: reading, replacing, keeping inside of a project."""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIB = 1024 * 1024
_LARGEST_INDEX = 1024
"""MiB of the index of a git repository; a million files take 100."""


MOST_CHARACTERS = 4096
"""The longest path: PATH_MAX of Linux."""


class UnreadableError(Exception):
    """A file that cannot be read; the message says why."""


class DeniedError(UnreadableError):
    """A file that is there, but that the system does not let this process read."""


class TooLargeError(UnreadableError):
    """A file above the size limit; ``beginning`` is its content up to the limit."""

    def __init__(self, message: str, beginning: bytes) -> None:
        super().__init__(message)
        self.beginning = beginning


def read_bytes(path: str, most: int, named: str = "") -> bytes:
    """The bytes of the regular file *path*, at most *most* MiB; raises ``UnreadableError``.

    *named* is added to the message about the size: which setting raises the limit.
    """
    try:
        _check(os.stat(path).st_mode)
        data = _contents(path, most * MIB + 1)
    except OSError as error:
        raise (UnreadableError if is_absent(error) else DeniedError)(reason_of(error)) from None
    except ValueError:  # a NUL in the path
        raise UnreadableError("not a valid file name") from None
    if len(data) > most * MIB:
        raise TooLargeError(f"larger than {most} MiB{named and f' {named}'}", data)
    return data


def is_absent(error: OSError) -> bool:
    """Whether *error* says that there is no such file: it has vanished, or a link leads nowhere."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def reason_of(error: OSError) -> str:
    """What *error* says, for a message."""
    return (error.strerror or "unreadable").lower()


def _check(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UnreadableError("is a directory")
    if not stat.S_ISREG(mode):
        raise UnreadableError("not a regular file")


# O_NONBLOCK: if the file has become a pipe, opening it does not wait for a writer. O_BINARY is
# for Windows.
_READING = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def _contents(path: str, most: int) -> bytes:
    """The first *most* bytes of the file *path*.

    Opened without blocking, so that a file that has been replaced by a pipe
    cannot make a run wait, which ``open()`` cannot do. It is also faster: 22 µs
    for a small file instead of 80.
    """
    descriptor = os.open(path, _READING)
    try:
        state = os.fstat(descriptor)
        _check(state.st_mode)  # it may have been replaced since
        pieces = []
        size = max(state.st_size + 1, 2**16)  # it may have grown, or report a size of 0
        while most > 0 and (piece := os.read(descriptor, min(size, most))):
            pieces.append(piece)
            most -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def path_of(text: str) -> str | None:
    """The path that *text* of a file names; None if no file can have it.

    No path is empty or has a NUL, a character that the file system cannot
    encode (half of a surrogate pair), or more than ``MOST_CHARACTERS``: functions of
    ``os`` raise errors for the first two, and take long for the last.
    """
    if not text or "\0" in text or len(text) > MOST_CHARACTERS:
        return None
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return None
    return text


def path_key(path: str) -> str:
    """A key for the file *path*, the same for every spelling of the path."""
    return os.path.normcase(os.path.abspath(path))


def walk(
    top: str, failed: Callable[[str, OSError], None] = lambda _folder, _error: None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each folder from *top* down with the names of its folders and of its other entries.

    As ``os.walk``, which recurses before Python 3.12: the caller may change the
    folders that are entered, and links are not followed. A folder that cannot be
    listed is left out; *failed* is called with it and the reason.
    """
    left = [top]
    while left:
        folder = left.pop()
        folders: list[str] = []
        names: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    (folders if _is_folder(entry) else names).append(entry.name)
        except OSError as error:
            failed(folder, error)
            continue
        yield folder, folders, names
        inner = [os.path.join(folder, name) for name in reversed(folders)]
        left += [path for path in inner if not os.path.islink(path)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def is_inside(path: str, folder: str) -> bool:
    """Whether *path* is *folder* or below it; both are absolute."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def project_of(folder: str) -> str:
    """The project of *folder*: files in it cannot make a run read anything outside of the project.

    It is the top of the git repository; without one, the current folder if
    *folder* is below it; else *folder* itself.
    """
    return Projects().of(folder)


class Projects:
    """The projects and real paths of folders, each looked up once.

    Without this, the time for folders in folders would grow with the cube of their number.
    """

    def __init__(self) -> None:
        self._real: dict[str, str] = {}
        self._tops: dict[str, str | None] = {}

    def of(self, folder: str) -> str:
        """The project of *folder*, see ``project_of``."""
        own = at = self.real(folder)
        if len(at) > MOST_CHARACTERS:  # no such folder exists
            at = os.path.dirname(at[:MOST_CHARACTERS])
        passed = []
        top: str | None = None
        while at not in self._tops:
            passed.append(at)
            if os.path.exists(os.path.join(at, ".git")):
                top = at
                break
            parent = os.path.dirname(at)
            if parent == at:
                break
            at = parent
        else:
            top = self._tops[at]
        self._tops.update(dict.fromkeys(passed, top))
        if top is not None:
            return top
        here = os.path.realpath(".")
        return here if is_inside(own, here) and os.path.dirname(here) != here else own

    def real(self, folder: str) -> str:
        """The real path of *folder*."""
        if len(folder) > MOST_CHARACTERS:
            return os.path.realpath(folder)
        if os.name == "nt" or f"{os.sep}..{os.sep}" in f"{os.sep}{folder}{os.sep}":
            return os.path.realpath(folder or ".")
        at = os.path.abspath(folder)
        passed = []
        while at not in self._real and os.path.dirname(at) != at:
            passed.append(at)
            at = os.path.dirname(at)
        real = self._real.get(at, at)
        for path in reversed(passed):
            whole = os.path.join(real, os.path.basename(path))
            real = os.path.realpath(whole) if os.path.islink(whole) else whole
            self._real[path] = real
        return real


def is_tracked(path: str) -> bool:
    """Whether git tracks the existing file *path*; an index that cannot be read tracks all files.

    Source: git's manual, gitformat-index: a name follows the 16 bits that have
    its length, and ends with a NUL; version 4 abbreviates names.
    """
    real = os.path.realpath(path)
    top = project_of(os.path.dirname(real))
    git = os.path.join(top, ".git")
    try:
        if os.path.isfile(git):  # a worktree or a submodule
            git = os.path.join(top, os.fsdecode(_contents(git, MIB)).strip()[len("gitdir: ") :])
        names = os.listdir(git)
        if "index" not in names:
            return False
        data = read_bytes(os.path.join(git, "index"), _LARGEST_INDEX)
    except FileNotFoundError:
        return False
    except (OSError, UnreadableError):
        return True
    readable = data[:4] == b"DIRC" and data[4:8] in (b"\0\0\0\2", b"\0\0\0\3")
    if not readable or any(name.startswith("sharedindex.") for name in names):
        return True
    name = os.fsencode(os.path.relpath(real, top).replace(os.sep, "/"))
    length = min(len(name), 0xFFF)
    at = data.find(name + b"\0")
    while at >= 0:
        # In version 3, 16 more bits may come between the length and the name.
        for start in (at - 2, at - 4):
            if int.from_bytes(data[start : start + 2], "big") & 0xFFF == length:
                return True
        at = data.find(name + b"\0", at + 1)
    return False


def replace_file(
    whole: str, data: bytes, prepare: Callable[[str], None] = lambda _path: None
) -> None:
    """Replace the file *whole* by one with *data*, atomically; raises ``OSError``.

    *prepare* is called with the path of the new file before it is moved. If
    anything fails, the new file is removed.
    """
    # Not longer than the name of the file, which may have the most bytes that a name can have.
    temporary = os.path.join(os.path.dirname(whole), f".{os.urandom(8).hex()}.tmp")
    # "x": never follow a link that somebody has put there under that name.
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
    """Remove the file *path* if possible."""
    try:  # noqa: SIM105 - contextlib costs a run that writes nothing its import
        os.unlink(path)
    except OSError:
        pass
