"""A settings file as plain values, each with the place of its key."""

from __future__ import annotations

import os
import re

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


def read_table(path: str) -> Table | None:
    """The table of the settings file *path*; None for a TOML file without one. Raises ``SettingsError``."""
    try:
        text = read_bytes(path, _LARGEST).decode("utf-8-sig")
    except UnreadableError as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: cannot be read: it is not UTF-8") from None
    source = SourceFile(path.replace(os.sep, "/"), text)
    if not path.endswith(".toml"):
        return _from_yaml(source)
    # Reading TOML costs more than all the rest of a short run.
    return _from_toml(source) if TABLE in text else None


def _from_yaml(source: SourceFile) -> Table:
    from ..readers.yaml import reader as yaml_reader

    readings = yaml_reader.read(source)
    if not readings or readings[0].root is None:
        return Table(source.path, {}, lambda _path: Span(source, 0, 0))
    root, mistake = readings[0].root, readings[0].mistake
    if mistake is not None:
        raise SettingsError(f"{mistake.span.place()}: not valid YAML: {mistake.message}")
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
    tools = value.get("tool")
    table = tools.get(TABLE) if isinstance(tools, dict) else None
    if table is None:
        return None
    return Table(source.path, table, lambda steps: _toml_place(source, steps))


def _is_deep(text: str) -> bool:
    """Whether some key has so many names that reading it would take memory by the square of them.

    Each of the patterns takes what it can and gives nothing back.
    """
    bare = re.sub(r"\"[^\"\r\n]*+\"|'[^'\r\n]*+'", "_", text)
    return bool(re.search(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){100}", bare))


def _toml_place(source: SourceFile, steps: tuple[str | int, ...]) -> Span:
    """Where the key that *steps* lead to is written.

    The library reads no places, so that they are looked for in the text: a
    table's header, or an assignment after the place found before.
    """
    text = source.text
    header = max(text.find(f"tool.{TABLE}"), 0)
    at = Span(source, header, header)
    names: list[str] = []
    for step in steps:
        if isinstance(step, int):
            pattern = rf"^[ \t]*\[\[.*{re.escape(TABLE)}[\"']?\.{re.escape(names[-1])}[ \t]*\]\]"
            headers = [found.span() for found in re.compile(pattern, re.M).finditer(text)]
            tables = headers or _inline_tables(text, at.start)
            if step < len(tables):
                at = Span(source, *tables[step])
            continue
        names.append(step)
        word = re.escape(step)
        key = (
            rf"(?:^[ \t]*|[{{,][ \t]*)(?P<key>[\"']?{word}[\"']?)[ \t]*="
            rf"|^[ \t]*\[+[^\]\r\n]*{re.escape(TABLE)}[^\]\r\n]*\.(?P<table>[\"']?{word}[\"']?)[ \t]*\]"
        )
        found = re.compile(key, re.MULTILINE).search(text, at.start)
        if found:
            at = Span(source, *found.span("key" if found["key"] else "table"))
    return at


_INLINE = r"\"(?:\\.|[^\"\\\r\n])*\"|'[^'\r\n]*'|#[^\r\n]*|(?P<open>\{)"


def _inline_tables(text: str, start: int) -> list[tuple[int, int]]:
    """Where the tables of the array that begins after *start* open; strings and comments are passed over."""
    return [found.span() for found in re.compile(_INLINE).finditer(text, start) if found["open"]]
