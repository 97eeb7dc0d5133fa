"""Validating a settings file."""

from __future__ import annotations

import os
import re

from .._version import DOCS_URL
from ..base import limits
from ..base.choices import CONFIDENCES, OUTPUT_FORMATS, SEVERITIES
from ..base.disk import path_of
from ..base.suggest import nearest
from ..iam.kinds import KINDS
from .model import (
    FAIL_ON,
    SCOPES,
    Deployed,
    Expectation,
    PathRules,
    Settings,
    SettingsError,
    SuppressEntry,
)
from .packs import PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from .table import Table

_LISTS = ("extend", "select", "ignore", "rules", "include", "exclude")
NAMES = (
    *_LISTS,
    "severity",
    "per-path",
    "suppress",
    "scope",
    "pedantic",
    "fail-on",
    "min-severity",
    "min-confidence",
    "format",
    "kinds",
    "deployed",
    "limits",
    "sets",
    "expect",
    "baseline",
    "docs-url",
)
"""The names of all settings as in a settings file."""
_DEPLOYED = ("regions", "account")
_PER_PATH = ("ignore", "severity")
_SUPPRESS = ("rule", "path", "owner", "sid", "reason", "expires")


def settings_of(table: Table) -> Settings:
    """The settings in *table*; raises ``SettingsError``."""
    value = table.value
    if not isinstance(value, dict):
        raise SettingsError(f"{table.path}: settings must be a mapping")
    _only(table, (), value, NAMES, "setting")
    lists = {name: _strings(table, (name,), value.get(name, [])) for name in _LISTS}
    folder = os.path.dirname(os.path.abspath(table.path))
    baseline = _string(table, ("baseline",), value.get("baseline"))
    return Settings(
        folder=folder,
        extend=tuple(
            name if name.startswith(PREFIX) else _path(table, "extend", name)
            for name in lists["extend"]
        ),
        select=lists["select"],
        ignore=lists["ignore"],
        severity=_severities(table, ("severity",), value.get("severity", {})),
        per_path=_per_path(table, value.get("per-path", {})),
        suppress=_suppress(table, value.get("suppress", [])),
        rules=tuple(_path(table, "rules", name) for name in lists["rules"]),
        scope=_one_of(table, ("scope",), "scope", value.get("scope", "cloudtrail"), SCOPES),
        pedantic=_boolean(table, "pedantic", value.get("pedantic", False)),
        fail_on=_one_of(table, ("fail-on",), "fail-on", value.get("fail-on", "warning"), FAIL_ON),
        min_severity=_one_of(
            table, ("min-severity",), "min-severity", value.get("min-severity", "info"), SEVERITIES
        ),
        min_confidence=_one_of(
            table,
            ("min-confidence",),
            "min-confidence",
            value.get("min-confidence", "low"),
            CONFIDENCES,
        ),
        format=_one_of(table, ("format",), "format", value.get("format", "text"), OUTPUT_FORMATS),
        include=lists["include"],
        exclude=lists["exclude"],
        kinds=_kinds(table, value.get("kinds", {})),
        deployed=_deployed(table, value.get("deployed", {})),
        limits=_limits(table, value.get("limits", {})),
        sets=_sets(table, value.get("sets", {})),
        expect=_expect(table, value["expect"]) if "expect" in value else (),
        expect_file=_path(table, "expect", value["expect"])
        if isinstance(value.get("expect"), str)
        else None,
        baseline=None if baseline is None else _path(table, "baseline", baseline),
        docs_url=_address(table, "docs-url", value.get("docs-url", DOCS_URL)),
        origins=tuple((name, table.place(name)) for name in value),
    )


def _only(
    table: Table, path: tuple[str | int, ...], given: Any, names: Sequence[str], noun: str
) -> None:
    for name in given:
        if name not in names:
            known = nearest(str(name), names) or f"; use one of {', '.join(sorted(names))}"
            raise SettingsError(f"{table.place(*path, name)}: unknown {noun} {name}{known}")


def _strings(table: Table, path: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{table.place(*path)}: {path[-1]} must be a list of strings")
    return tuple(value)


def _boolean(table: Table, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{table.place(name)}: {name} must be true or false")
    return value


def _one_of(
    table: Table, path: tuple[str | int, ...], what: str, value: Any, allowed: Sequence[str]
) -> str:
    if value not in allowed:
        allowed_words = ", ".join(allowed)
        raise SettingsError(
            f"{table.place(*path)}: {what} must be one of {allowed_words}, not {value}"
        )
    return str(value)


def _severities(
    table: Table, path: tuple[str | int, ...], value: Any
) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{table.place(*path)}: severity must map rules to severities")
    return tuple(
        (word, _one_of(table, (*path, word), f"the severity of {word}", level, SEVERITIES))
        for word, level in value.items()
    )


def _per_path(table: Table, value: Any) -> tuple[PathRules, ...]:
    return tuple(
        PathRules(
            path[-1],
            _strings(table, (*path, "ignore"), given.get("ignore", [])),
            _severities(table, (*path, "severity"), given.get("severity", {})),
        )
        for path, given in _by_pattern(table, "per-path", value, _PER_PATH)
    )


def _by_pattern(
    table: Table, setting: str, value: Any, names: Sequence[str]
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The path to each entry of *setting*, which maps path patterns to *names*, and its value."""
    if not isinstance(value, dict) or not all(isinstance(given, dict) for given in value.values()):
        raise SettingsError(
            f"{table.place(setting)}: {setting} must map path patterns to {' and '.join(names)}"
        )
    for pattern, given in value.items():
        path = (setting, pattern)
        _only(table, path, given, names, f"{setting} setting")
        yield path, given


def _suppress(table: Table, value: Any) -> tuple[SuppressEntry, ...]:
    if not isinstance(value, list) or not all(isinstance(given, dict) for given in value):
        raise SettingsError(
            f"{table.place('suppress')}: suppress must be a list of mappings with "
            f"{', '.join(_SUPPRESS)}"
        )
    found = []
    for number, given in enumerate(value):
        path = ("suppress", number)
        _only(table, path, given, _SUPPRESS, "suppress key")
        words = {key: _string(table, (*path, key), given.get(key)) for key in _SUPPRESS}
        rule, reason, expires = words["rule"], words["reason"], words["expires"]
        if rule is None:
            raise SettingsError(f"{table.place(*path)}: rule is required")
        if reason is None or not reason.strip():
            raise SettingsError(f"{table.place(*path)}: reason is required")
        if expires is not None and not _is_date(expires):
            raise SettingsError(
                f"{table.place(*path, 'expires')}: expires must be a date such as 2027-01-31, "
                f"not {expires}"
            )
        span = table.span(*path, "rule")
        found.append(
            SuppressEntry(rule, reason, words["path"], words["owner"], words["sid"], expires, span)
        )
    return tuple(found)


def _string(table: Table, path: tuple[str | int, ...], value: Any) -> str | None:
    """*value* if it is a string or None, and a date as its text."""
    if value is None or isinstance(value, str):
        return value
    if path[-1] == "expires" and hasattr(value, "isoformat"):  # TOML has dates
        return str(value.isoformat())
    raise SettingsError(f"{table.place(*path)}: {path[-1]} must be a string")


def _path(table: Table, key: str, path: str) -> str:
    """*path*, the value of *key* relative to the settings file, relative to the current folder."""
    if path_of(path) is None:
        raise SettingsError(f"{table.place(key)}: {key} is not a path")
    at = os.path.relpath(os.path.dirname(os.path.abspath(table.path)))
    joined = path if at == os.curdir else os.path.join(at, path)
    if key != "extend":
        return joined
    normal = os.path.normpath(joined)
    # A ".." after a link to a folder leads elsewhere.
    return normal if os.path.realpath(normal) == os.path.realpath(joined) else joined


def _is_date(text: str) -> bool:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text))


def _address(table: Table, name: str, value: Any) -> str:
    """*value*, the address of a folder of the web, with a slash at its end."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[A-Za-z0-9_.~:/%-]+", value):
        raise SettingsError(
            f"{table.place(name)}: {name} must be an address such as https://example.com/docs/, "
            f"not {value}"
        )
    return value.rstrip("/") + "/"


def _kinds(table: Table, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{table.place('kinds')}: kinds must map path patterns to policy kinds")
    for pattern, kind in value.items():
        if kind not in KINDS:
            close = nearest(str(kind), KINDS) or f"; use one of {', '.join(KINDS)}"
            raise SettingsError(
                f"{table.place('kinds', pattern)}: unknown policy kind {kind}{close}"
            )
    return tuple(value.items())


def _deployed(table: Table, value: Any) -> tuple[Deployed, ...]:
    found = []
    for path, given in _by_pattern(table, "deployed", value, _DEPLOYED):
        account = _string(table, (*path, "account"), given.get("account"))
        if "account" in given and not re.fullmatch(r"[0-9]{12}", account or ""):
            raise SettingsError(
                f"{table.place(*path, 'account')}: account must be twelve digits in quotes, "
                f"not {account}"
            )
        regions = _strings(table, (*path, "regions"), given.get("regions", []))
        for region in regions:
            if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]", region):
                raise SettingsError(
                    f"{table.place(*path, 'regions')}: {region} is not a region such as eu-west-1"
                )
        found.append(Deployed(path[-1], regions, account or ""))
    return tuple(found)


def _sets(table: Table, value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise SettingsError(
            f"{table.place('sets')}: sets must map names of sets to lists of strings"
        )
    return tuple((name, _strings(table, ("sets", name), given)) for name, given in value.items())


def _expect(table: Table, value: Any) -> tuple[Expectation, ...]:
    if isinstance(value, str):
        return ()
    from .expectations import expectations_of

    return expectations_of(table, value)


def _limits(table: Table, value: Any) -> limits.Limits:
    if not isinstance(value, dict):
        raise SettingsError(f"{table.place('limits')}: limits must map names of limits to numbers")
    _only(table, ("limits",), value, limits.NAMES, "limit")
    for name, number in value.items():
        if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= limits.MOST:
            raise SettingsError(
                f"{table.place('limits', name)}: {name} must be a whole number "
                f"from 1 to {limits.MOST:,}"
            )
    return limits.Limits(**{name.replace("-", "_"): number for name, number in value.items()})
