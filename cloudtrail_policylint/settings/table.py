"""A settings file as plain values, each with the place of its key."""

from __future__ import annotations

import os
import re
import sys
from bisect import bisect_left

from ..base.disk import UnreadableError, read_bytes
from ..tree.python_values import place_of, plain, repeated_key
from ..tree.source import SourceFile, Span
from .model import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LARGEST = 1
"""MiB of a settings file, which no setting can raise."""
TABLE = "cloudtrail-policylint"
"""The table below ``tool`` of a TOML file."""
_LEFT_OUT = {ord(char): None for char in "\"' \t"}
"""What may surround the names of a TOML key and means nothing."""


class Table:
    """What stands in the settings file ``path``: ``value``, and where each key of it is written."""

    def __init__(
        self, path: str, value: Any, find: Callable[[tuple[str | int, ...]], Span]
    ) -> None:
        self.path = path
        self.value = value
        self._find = find

    def span(self, *path: str | int) -> Span:
        """The key that *path* leads to, or the last one on the way that can be found."""
        return self._find(path)

    def place(self, *path: str | int) -> str:
        """Where ``span`` begins: ``path:line:column``."""
        return self._find(path).place()


def read_table(path: str, named_at: str = "") -> Table | None:
    """The table of the settings file *path*; None for a TOML file without one. Raises ``SettingsError``.

    *named_at* is where *path* is written, for the message that it cannot be read.
    """
    shown = f"{named_at}: {path}" if named_at else path
    try:
        text = read_bytes(path, _LARGEST).decode("utf-8-sig")
    except UnreadableError as error:
        raise SettingsError(f"{shown}: cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{shown}: cannot be read: it is not UTF-8") from None
    source = SourceFile(path.replace(os.sep, "/"), text)
    if not path.endswith(".toml"):
        return _from_yaml(source)
    # Reading TOML costs more than all the rest of a short run.
    return _from_toml(source) if TABLE in text else None


def _from_yaml(source: SourceFile) -> Table:
    from ..readers.yaml import reader as yaml_reader

    readings = yaml_reader.read(source)
    for mistake in [one.mistake for one in readings if one.mistake is not None]:
        raise SettingsError(f"{mistake.span.place()}: not valid YAML: {mistake.message}")
    roots = [one.root for one in readings if one.root is not None]
    for other in roots[1:]:
        if plain(other) is not None:
            raise SettingsError(f"{other.span.place()}: a second document; only one is read")
    if not roots:
        return Table(source.path, {}, lambda _path: Span(source, 0, 0))
    root = roots[0]
    twice = repeated_key(root)
    if twice is not None:
        raise SettingsError(f"{twice.span.place()}: {twice.written} is here twice")
    value = plain(root)
    return Table(
        source.path, {} if value is None else value, lambda steps: place_of(root, steps, key=True)
    )


def _from_toml(source: SourceFile) -> Table | None:
    import tomllib

    try:
        if _is_deep(source.text):
            raise RecursionError
        value = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source.path}: not valid TOML: {error}") from None
    except RecursionError:
        raise SettingsError(f"{source.path}: not valid TOML: nested too deep") from None
    except ValueError:
        raise SettingsError(
            f"{_long_number(source)}: not valid TOML: a number is too long"
        ) from None
    tools = value.get("tool")
    table = tools.get(TABLE) if isinstance(tools, dict) else None
    if table is None:
        return None
    return Table(source.path, table, _TomlPlaces(source).find)


def _long_number(source: SourceFile) -> str:
    """The place of the first number of *source* with more digits than Python converts."""
    most = sys.get_int_max_str_digits()
    found = re.search(rf"(?<![0-9_])[0-9_]{{{most}}}", source.text)
    at = found.start() if found is not None else 0
    return Span(source, at, at).place()


def _is_deep(text: str) -> bool:
    """Whether some key has so many names that reading it would take memory by the square of them.

    Each of the patterns takes what it can and gives nothing back.
    """
    bare = re.sub(r"\"[^\"\r\n]*+\"|'[^'\r\n]*+'", "_", text)
    return bool(re.search(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){100}", bare))


class _TomlPlaces:
    """Where the keys of our table of a TOML file are written; the library that reads it does not say.

    A header or key is found by its line. A key of an inline table has no line
    of its own: its place is that of the key that the table belongs to.
    """

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._lines: dict[tuple[str, str], list[int]] = {}
        """Where the lines with a header and with a key below it begin; the header's own has the key ""."""
        header, start = "", 0
        for line in source.text.split("\n"):
            name = line.translate(_LEFT_OUT)
            if name.startswith("["):
                header = name.lstrip("[").partition("]")[0]
                self._lines.setdefault((header, ""), []).append(start)
            elif "=" in name:
                self._lines.setdefault((header, name.partition("=")[0]), []).append(start)
            start += len(line) + 1

    def find(self, steps: tuple[str | int, ...]) -> Span:
        """The line of the key that *steps* lead to, else of the last one on the way that has a line."""
        text = self._source.text
        names = ["tool", TABLE]
        lines = self._of(names)
        at = lines[0] if lines else text.rfind("\n", 0, text.find(TABLE)) + 1
        for step in steps:
            if isinstance(step, int):  # of an array of tables
                number = step
            else:
                names.append(step.translate(_LEFT_OUT))
                lines = self._of(names)
                number = bisect_left(lines, at)
            at = lines[number] if number < len(lines) else at
        end = text.find("\n", at)
        line = text[at : len(text) if end < 0 else end]
        at += len(line) - len(line.lstrip())
        return Span(self._source, at, at + len(line.strip()))

    def _of(self, names: list[str]) -> list[int]:
        """Where the lines for the key with *names* begin, in whatever way header and key share them."""
        for index in range(len(names) + 1):
            found = self._lines.get((".".join(names[:index]), ".".join(names[index:])))
            if found:
                return found
        return []
