"""Loading rules in compiled form, which is fast.

The wheel has all rules as one text, made when it was built. A checkout
keeps the same text in the user's cache folder until a rule file changes. So
do a user's own rules, which are validated only when they change.
"""

from __future__ import annotations

import json
import os
from functools import partial

from .._version import __version__
from ..base.disk import UnreadableError, read_bytes, replace_file, walk
from .model import RuleBook, extended, json_line, rule_book

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

COMPILED = "_rules.json"
"""The compiled rules beside this file in an installed package."""

_LARGEST = 64
"""MiB of compiled rules."""
_COMPILERS = (
    "rulebook/file.py",
    "rulebook/folder.py",
    "rulebook/rule.schema.json",
    "rulebook/model.py",
    "rulebook/gates.py",
    "tree/python_values.py",
    "rulebook/load.py",
)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def rules_folder() -> str:
    """The folder of the bundled rule files: in the package, or beside it in a checkout."""
    packaged = os.path.join(_PACKAGE, "rules")
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(_PACKAGE), "rules")


def bundled() -> RuleBook:
    """The rules that come with the package."""
    packaged = os.path.join(_PACKAGE, COMPILED)
    if os.path.exists(packaged):
        with open(packaged, "rb") as file:
            return rule_book(file.read())
    folder = rules_folder()
    return _cached(folder, _stamp(folder), lambda: compiled(folder), rule_book)


def with_rules(book: RuleBook, path: str, before: tuple[str, ...] = ()) -> RuleBook:
    """*book* with the rules at *path*; raises ``RuleFileError`` if one is not valid.

    *before* are the paths of the rules that *book* has besides the built-in ones.
    """

    from .folder import RuleFolder

    folder = RuleFolder(path)

    def validated() -> bytes:
        from .file import read_own

        return read_own(book, folder, (rules_folder(), *before))

    sets = {name: list(values) for name, values in book.sets.items()}
    stamp = [folder.digest(), *_code(), *book.names(), sets]
    return _cached(os.path.abspath(path), stamp, validated, partial(extended, book))


def compiled(folder: str) -> bytes:
    """All rules of *folder* as the text for a wheel."""
    from .file import read_folder

    return read_folder(folder)


def _cached(
    folder: str, stamp: list[Any], make: Callable[[], bytes], built: Callable[[bytes], RuleBook]
) -> RuleBook:
    """What *built* makes of the text from *make* for *folder*, cached until *stamp* changes."""
    store = _cache_file(folder)
    try:
        first, _, kept = _trusted(store).partition(b"\n")
        said = json.loads(first)
        if said == [stamp, _checksum(kept)]:
            return built(kept)
    except (
        OSError,
        UnreadableError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        pass  # no cache, not a trusted one, or a damaged one: it is made again
    text = make()
    _keep(store, json_line([stamp, _checksum(text)]) + b"\n" + text)
    return built(text)


def _checksum(text: bytes) -> int:
    """A number that shows whether *text* was damaged: most of it is not read in a run."""
    import zlib

    return zlib.crc32(text)


def _stamp(folder: str) -> list[Any]:
    """Name, time and size of every file under *folder*, and of the code that compiles them."""
    found = _code()
    for at, folders, names in walk(folder):
        folders.sort()
        found += [_state(os.path.join(at, name)) for name in sorted(names)]
    return found


def _code() -> list[Any]:
    """The version, and name, time and size of the files that compile rules."""
    return [__version__, *[_state(os.path.join(_PACKAGE, name)) for name in _COMPILERS]]


def _state(path: str) -> list[Any]:
    state = os.stat(path)
    return [path, state.st_mtime_ns, state.st_size]


def _cache_file(folder: str) -> str:
    """The cache file for the compiled rules of *folder*; empty if the user has no cache folder."""
    import zlib

    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):  # then it is ignored (XDG Base Directory Specification)
        home = os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(
        home
    ):  # no home folder either: a relative path would be inside the project
        return ""
    name = f"rules-{zlib.crc32(os.fsencode(folder)):08x}.json"
    return os.path.join(home, "cloudtrail-policylint", name)


def _trusted(path: str) -> bytes:
    """The content of the cache file *path*; raises ``OSError`` if others may have written it."""
    for at in (os.path.dirname(path), path):
        _check_own(at)
    return read_bytes(path, _LARGEST)


def _keep(path: str, text: bytes) -> None:
    """Write *text* to *path* in one step, readable by this user only, if that is possible."""
    folder = os.path.dirname(path)
    if not folder:
        return
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # Permissions of an existing folder are not changed: others may have left files in it.
        _check_own(folder)
        replace_file(path, text, lambda temporary: os.chmod(temporary, 0o600))
    except (OSError, ValueError):
        return


def _check_own(path: str) -> None:
    """Raise ``PermissionError`` if others own or may write to *path*; not needed on Windows."""
    if os.name == "posix":
        state = os.stat(path)
        if state.st_uid != os.geteuid() or state.st_mode & 0o022:
            raise PermissionError
