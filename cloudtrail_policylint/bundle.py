"""Where a run gets its rules from: already compiled, in a moment.

The wheel carries all rules as one JSON text, made when it was built. A
checkout keeps the same text in the user's cache folder for as long as no rule
file changes, and so do a user's own rules, which are validated only then.
"""

from __future__ import annotations

import json
import os

from .rules import RuleBook, extended, rule_book

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

COMPILED = "_rules.json"
"""The compiled rules beside this file in an installed package."""

_COMPILERS = ("rulefile.py", "rule.schema.json", "rules.py", "plain.py", "bundle.py")
_HERE = os.path.dirname(os.path.abspath(__file__))


def rules_folder() -> str:
    """The folder of the bundled rule files: inside the installed package, or beside it in a checkout."""
    packaged = os.path.join(_HERE, "rules")
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(_HERE), "rules")


def bundled() -> RuleBook:
    """The rules that come with the package."""
    packaged = os.path.join(_HERE, COMPILED)
    if os.path.exists(packaged):
        with open(packaged, encoding="utf-8") as file:
            return rule_book(json.load(file))
    folder = rules_folder()
    return rule_book(_cached(folder, _stamp(folder), lambda: compiled(folder)))


def with_rules(book: RuleBook, path: str) -> RuleBook:
    """*book* with the rules of a user's file or folder; raises ``RuleFileError`` for one that is wrong."""

    def validated() -> str:
        from .rulefile import read_own

        return json.dumps(read_own(book, path))

    whole = os.path.abspath(path)
    stamp = [_contents(whole), *_code(), *book.names(), {k: list(v) for k, v in book.sets.items()}]
    return extended(book, _cached(whole, stamp, validated))


def compiled(folder: str) -> str:
    """All rules of *folder* as the JSON text that a wheel carries."""
    from .rulefile import read_folder

    return json.dumps(read_folder(folder), ensure_ascii=False, separators=(",", ":"))


def _cached(folder: str, stamp: list[Any], make: Callable[[], str]) -> Any:
    """The JSON text that *make* gives for *folder*, as a value; made anew when *stamp* changes."""
    store = _cache_file(folder)
    try:
        with open(store, encoding="utf-8") as file:
            kept = json.load(file)
        if kept["stamp"] == stamp:
            return kept["rules"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no cache, or one that somebody damaged: made anew
    text = make()
    _keep(store, f'{{"stamp":{json.dumps(stamp)},"rules":{text}}}')
    return json.loads(text)


def _stamp(folder: str) -> list[list[Any]]:
    """Name, time and size of every file under *folder*, and of the code that compiles them."""
    found = _code()
    for at, folders, names in os.walk(folder):
        folders.sort()
        found += [_state(os.path.join(at, name)) for name in sorted(names)]
    return found


def _code() -> list[list[Any]]:
    return [_state(os.path.join(_HERE, name)) for name in _COMPILERS]


def _contents(path: str) -> str:
    """A hash of the rule files that *path* is or has below it."""
    import hashlib

    found = hashlib.sha256()
    for name in sorted(_files(path)):
        found.update(name.encode("utf-8", "surrogateescape") + b"\0")
        try:
            with open(name, "rb") as file:
                found.update(hashlib.sha256(file.read()).digest())
        except OSError:  # which is said when it is read as a rule
            found.update(b"?")
    return found.hexdigest()


def _files(path: str) -> Iterator[str]:
    if os.path.isfile(path):
        yield path
    for at, _, names in os.walk(path):
        yield from (os.path.join(at, name) for name in names if name.endswith((".yaml", ".yml")))


def _state(path: str) -> list[Any]:
    state = os.stat(path)
    return [path, state.st_mtime_ns, state.st_size]


def _cache_file(folder: str) -> str:
    import zlib

    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    name = f"rules-{zlib.crc32(folder.encode()):08x}.json"
    return os.path.join(home, "cloudtrail-policylint", name)


def _keep(path: str, text: str) -> None:
    """Write *text* to *path* in one step; a cache that cannot be written is none."""
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        return
