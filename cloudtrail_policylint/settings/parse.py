"""What a settings file may say, and what is wrong with it otherwise."""

from __future__ import annotations

import os
import re

from ..base import limits
from ..base.suggest import nearest
from ..iam.kinds import KINDS
from ..rulebook.model import SEVERITIES
from .model import FAIL_ON, SCOPES, Allowed, PathRules, Settings, SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .table import Table

_LISTS = ("select", "ignore", "rules", "include", "exclude")
NAMES = (
    *_LISTS,
    "severity",
    "per-path",
    "suppress",
    "scope",
    "pedantic",
    "fail-on",
    "kinds",
    "limits",
    "sets",
    "baseline",
)
"""The names of all settings, as in the files."""
_PER_PATH = ("ignore", "severity")
_ALLOWED = ("rule", "path", "owner", "sid", "reason", "expires")


def settings_of(table: Table) -> Settings:
    """The settings that *table* says; raises ``SettingsError``."""
    value = table.value
    if not isinstance(value, dict):
        raise SettingsError(f"{table.path}: settings are a mapping of names to values")
    _only(table, (), value, NAMES, "setting")
    lists = {name: _strings(table, (name,), value.get(name, [])) for name in _LISTS}
    folder = os.path.dirname(os.path.abspath(table.path))
    baseline = _word(table, ("baseline",), value.get("baseline"))
    return Settings(
        folder=folder,
        select=lists["select"],
        ignore=lists["ignore"],
        severity=_severities(table, ("severity",), value.get("severity", {})),
        per_path=_per_path(table, value.get("per-path", {})),
        suppress=_suppress(table, value.get("suppress", [])),
        rules=tuple(_path(table, "rules", name) for name in lists["rules"]),
        scope=_one_of(table, ("scope",), "scope", value.get("scope", "cloudtrail"), SCOPES),
        pedantic=_truth(table, "pedantic", value.get("pedantic", False)),
        fail_on=_one_of(table, ("fail-on",), "fail-on", value.get("fail-on", "warning"), FAIL_ON),
        include=lists["include"],
        exclude=lists["exclude"],
        kinds=_kinds(table, value.get("kinds", {})),
        limits=_limits(table, value.get("limits", {})),
        sets=_sets(table, value.get("sets", {})),
        baseline=None if baseline is None else _path(table, "baseline", baseline),
        origins=tuple((name, table.place(name)) for name in value),
    )


def _only(
    table: Table, path: tuple[str | int, ...], given: Any, names: Sequence[str], noun: str
) -> None:
    for name in given:
        if name not in names:
            known = nearest(str(name), names) or f"; known are {', '.join(sorted(names))}"
            raise SettingsError(f"{table.place(*path, name)}: unknown {noun} {name}{known}")


def _strings(table: Table, path: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{table.place(*path)}: {path[-1]} is a list of strings")
    return tuple(value)


def _truth(table: Table, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{table.place(name)}: {name} is true or false")
    return value


def _one_of(
    table: Table, path: tuple[str | int, ...], what: str, value: Any, allowed: Sequence[str]
) -> str:
    if value not in allowed:
        raise SettingsError(
            f"{table.place(*path)}: {what} is one of {', '.join(allowed)}, not {value}"
        )
    return str(value)


def _severities(
    table: Table, path: tuple[str | int, ...], value: Any
) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{table.place(*path)}: severity maps rules to severities")
    return tuple(
        (word, _one_of(table, (*path, word), f"the severity of {word}", level, SEVERITIES))
        for word, level in value.items()
    )


def _per_path(table: Table, value: Any) -> tuple[PathRules, ...]:
    if not isinstance(value, dict) or not all(isinstance(given, dict) for given in value.values()):
        raise SettingsError(
            f"{table.place('per-path')}: per-path maps path patterns to {' and '.join(_PER_PATH)}"
        )
    found = []
    for pattern, given in value.items():
        path = ("per-path", pattern)
        _only(table, path, given, _PER_PATH, "setting of paths")
        found.append(
            PathRules(
                pattern,
                _strings(table, (*path, "ignore"), given.get("ignore", [])),
                _severities(table, (*path, "severity"), given.get("severity", {})),
            )
        )
    return tuple(found)


def _suppress(table: Table, value: Any) -> tuple[Allowed, ...]:
    if not isinstance(value, list) or not all(isinstance(given, dict) for given in value):
        raise SettingsError(
            f"{table.place('suppress')}: suppress is a list of mappings with {', '.join(_ALLOWED)}"
        )
    found = []
    for number, given in enumerate(value):
        path = ("suppress", number)
        _only(table, path, given, _ALLOWED, "key of a suppression")
        words = {key: _word(table, (*path, key), given.get(key)) for key in _ALLOWED}
        rule, reason, expires = words["rule"], words["reason"], words["expires"]
        if rule is None:
            raise SettingsError(f"{table.place(*path)}: a suppression names its rule")
        if reason is None or not reason.strip():
            raise SettingsError(f"{table.place(*path)}: a suppression has a reason")
        if expires is not None and not _is_date(expires):
            raise SettingsError(
                f"{table.place(*path, 'expires')}: expires is a date such as 2027-01-31, not {expires}"
            )
        span = table.span(*path, "rule")
        found.append(
            Allowed(rule, reason, words["path"], words["owner"], words["sid"], expires, span)
        )
    return tuple(found)


def _word(table: Table, path: tuple[str | int, ...], value: Any) -> str | None:
    """A string, None where there is none, a date as it is written."""
    if value is None or isinstance(value, str):
        return value
    if path[-1] == "expires" and hasattr(value, "isoformat"):  # TOML has dates
        return str(value.isoformat())
    raise SettingsError(f"{table.place(*path)}: {path[-1]} is a string")


def _path(table: Table, key: str, path: str) -> str:
    """*path*, which *key* says relative to the folder of the file, from the current folder."""
    if "\0" in path:
        raise SettingsError(f"{table.place(key)}: {key} is no path")
    at = os.path.relpath(os.path.dirname(os.path.abspath(table.path)))
    return path if at == os.curdir else os.path.join(at, path)


def _is_date(text: str) -> bool:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text))


def _kinds(table: Table, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{table.place('kinds')}: kinds maps path patterns to policy kinds")
    for pattern, kind in value.items():
        if kind not in KINDS:
            close = nearest(str(kind), KINDS) or f"; known are {', '.join(KINDS)}"
            raise SettingsError(
                f"{table.place('kinds', pattern)}: unknown policy kind {kind}{close}"
            )
    return tuple(value.items())


def _sets(table: Table, value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{table.place('sets')}: sets maps names of sets to their values")
    return tuple((name, _strings(table, ("sets", name), given)) for name, given in value.items())


def _limits(table: Table, value: Any) -> limits.Limits:
    if not isinstance(value, dict):
        raise SettingsError(f"{table.place('limits')}: limits maps names of limits to numbers")
    _only(table, ("limits",), value, limits.NAMES, "limit")
    for name, number in value.items():
        if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= limits.MOST:
            raise SettingsError(
                f"{table.place('limits', name)}: {name} is a whole number from 1 to {limits.MOST:,}"
            )
    return limits.Limits(**{name.replace("-", "_"): number for name, number in value.items()})
