"""Settings: from ``pyproject.toml`` or ``.cloudtrail-policylint.yaml``.

The file is looked for in the current folder and the ones above it, up to the
top of the repository; the nearest one wins and is used alone. Patterns are
gitignore-style and relative to the folder of the settings file.
"""

from __future__ import annotations

import os

from .plain import nearest
from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Place = Callable[[str, str | None], str]

YAML_FILE = ".cloudtrail-policylint.yaml"
TOML_FILE = "pyproject.toml"
TABLE = "cloudtrail-policylint"

SCOPES = ("cloudtrail", "all")
FAIL_ON = ("error", "warning", "info", "never")


class SettingsError(Exception):
    """Settings that cannot be used; the message is one line that starts with the place."""


@record
class Settings:
    """What a settings file says; the command line overrides it.

    ``folder`` is what patterns and ``rules`` are relative to.
    """

    folder: str = "."
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    scope: str = "cloudtrail"
    pedantic: bool = False
    fail_on: str = "warning"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()

    def excludes(self, path: str) -> bool:
        """Whether ``exclude`` names *path*."""
        return bool(self.exclude) and self._matches(self.exclude, path)

    def includes(self, path: str) -> bool:
        """Whether ``include`` names *path*; without ``include`` every path is."""
        return not self.include or self._matches(self.include, path)

    def kind_of(self, path: str) -> str | None:
        """The policy kind that ``kinds`` gives to *path*; the last pattern that matches decides."""
        found = None
        for pattern, kind in self.kinds:
            if self._matches((pattern,), path):
                found = kind
        return found

    def _matches(self, patterns: tuple[str, ...], path: str) -> bool:
        from pathspec import GitIgnoreSpec

        relative = os.path.relpath(os.path.abspath(path), self.folder).replace(os.sep, "/")
        if relative.startswith("../"):
            return False
        return bool(GitIgnoreSpec.from_lines(patterns).match_file(relative))


_LISTS = ("select", "ignore", "rules", "include", "exclude")
_NAMES = (*_LISTS, "scope", "pedantic", "fail-on", "kinds")


def load(config: str | None) -> Settings:
    """The settings of *config*, or of the nearest settings file; raises ``SettingsError``."""
    if config is not None:
        if not os.path.isfile(config):
            raise SettingsError(f"{config}: no such settings file")
        found = _from_file(config)
        if found is None:
            raise SettingsError(f"{config}: has no table [tool.{TABLE}]")
        return found
    at = os.getcwd()
    while True:
        for name in (YAML_FILE, TOML_FILE):
            path = os.path.join(at, name)
            if os.path.isfile(path):
                found = _from_file(os.path.relpath(path))
                if found is not None:
                    return found
        parent = os.path.dirname(at)
        if parent == at or os.path.exists(os.path.join(at, ".git")):
            return Settings(folder=os.getcwd())
        at = parent


def _from_file(path: str) -> Settings | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {(error.strerror or '').lower()}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: cannot be read: it is not UTF-8") from None
    if path.endswith(".toml"):
        return _from_toml(path, text) if _may_have_table(text) else None
    return _from_yaml(path, text)


def _may_have_table(text: str) -> bool:
    """Whether *text* is worth reading as TOML, which costs more than all the rest of a short run."""
    return TABLE in text


def _from_toml(path: str, text: str) -> Settings | None:
    import tomllib

    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    table = value.get("tool", {}).get(TABLE)
    if table is None:
        return None

    def place(name: str, key: str | None) -> str:
        import re

        table = max(text.find(f"tool.{TABLE}"), 0)
        for word in (key, name) if key is not None else (name,):
            assignment = rf"(?:^|[{{,])[ \t]*[\"']?{re.escape(word)}[\"']?[ \t]*="
            found = re.compile(assignment, re.MULTILINE).search(text, table)
            if found:
                return f"{path}:{text.count(chr(10), 0, found.end()) + 1}"
        return path

    return _settings(path, table, place)


def _from_yaml(path: str, text: str) -> Settings:
    from .plain import place_of, plain, repeated_key
    from .readers import yaml
    from .source import SourceFile

    source = SourceFile(path.replace(os.sep, "/"), text)
    readings = yaml.read(source)
    if not readings or readings[0].root is None:
        return _settings(path, {}, lambda _name, _key: path)
    root, mistake = readings[0].root, readings[0].mistake
    if mistake is not None:
        line, column = source.position(mistake.span.start)
        raise SettingsError(f"{path}:{line}:{column}: not valid YAML: {mistake.message}")

    def place(name: str, key: str | None) -> str:
        assert root is not None
        steps = (name,) if key is None else (name, key)
        line, column = source.position(place_of(root, steps, key=True).start)
        return f"{path}:{line}:{column}"

    twice = repeated_key(root)
    if twice is not None:
        line, column = source.position(twice.span.start)
        raise SettingsError(f"{path}:{line}:{column}: {twice.written} is here twice")
    table = plain(root)
    return _settings(path, {} if table is None else table, place)


def _settings(path: str, table: Any, place: Place) -> Settings:
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: settings are a mapping of names to values")
    for name in table:
        if name not in _NAMES:
            known = ", ".join(sorted(_NAMES))
            raise SettingsError(
                f"{place(name, None)}: unknown setting {name}{nearest(name, _NAMES) or '; known are ' + known}"
            )
    lists = {name: _strings(name, table, place) for name in _LISTS}
    folder = os.path.dirname(os.path.abspath(path))
    return Settings(
        folder=folder,
        select=lists["select"],
        ignore=lists["ignore"],
        rules=tuple(os.path.join(os.path.relpath(folder), name) for name in lists["rules"]),
        scope=_one_of("scope", table, SCOPES, "cloudtrail", place),
        pedantic=_truth("pedantic", table, place),
        fail_on=_one_of("fail-on", table, FAIL_ON, "warning", place),
        include=lists["include"],
        exclude=lists["exclude"],
        kinds=_kinds(table, place),
    )


def _strings(name: str, table: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    value = table.get(name, [])
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{place(name, None)}: {name} is a list of strings")
    return tuple(value)


def _truth(name: str, table: Mapping[str, Any], place: Place) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise SettingsError(f"{place(name, None)}: {name} is true or false")
    return value


def _one_of(
    name: str, table: Mapping[str, Any], allowed: Sequence[str], default: str, place: Place
) -> str:
    value = table.get(name, default)
    if value not in allowed:
        raise SettingsError(
            f"{place(name, None)}: {name} is one of {', '.join(allowed)}, not {value}"
        )
    return str(value)


def _kinds(table: Mapping[str, Any], place: Place) -> tuple[tuple[str, str], ...]:
    from .policy import KINDS

    value = table.get("kinds", {})
    if not isinstance(value, dict):
        raise SettingsError(f"{place('kinds', None)}: kinds maps path patterns to policy kinds")
    for pattern, kind in value.items():
        if kind not in KINDS:
            close = nearest(str(kind), KINDS) or f"; known are {', '.join(KINDS)}"
            raise SettingsError(f"{place('kinds', pattern)}: unknown policy kind {kind}{close}")
    return tuple(value.items())
