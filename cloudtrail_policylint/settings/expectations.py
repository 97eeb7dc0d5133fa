"""Validating expectations: in the settings, or in a file of their own."""

from __future__ import annotations

from ..base.suggest import nearest
from .model import Expectation, SettingsError
from .table import Table, read_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..tree.source import Span
    from .model import Settings

NOBODY_CAN, CAN, CANNOT = "nobody-can", "can", "cannot"
FORMS = (NOBODY_CAN, CAN, CANNOT)
"""The forms of expectations, each by the key that it has."""
_OF_NOBODY = (NOBODY_CAN, "on", "but", "reason")
_OF_SOMEBODY = ("who", "do", "on")
_KEY = "expect"


def read_expectations(path: str, named_at: str = "") -> tuple[Expectation, ...]:
    """The expectations in the file *path*, below ``expect``; raises ``SettingsError``.

    *named_at* is where *path* is written, for the message that it is no such file.
    """
    table = read_table(path, named_at)
    value = table.value if table is not None else None
    if table is None or not isinstance(value, dict) or _KEY not in value:
        shown = f"{named_at}: {path}" if named_at else path
        raise SettingsError(f"{shown}: no expectations: a list below expect")
    for name in value:
        if name != _KEY:
            raise SettingsError(f"{table.place(name)}: unknown key {name}; use only expect")
    return expectations_of(table, value[_KEY])


def expectations_in(settings: Settings) -> tuple[Expectation, ...]:
    """The expectations of *settings*, or of the file that they name; raises ``SettingsError``."""
    if settings.expect_file is not None:
        place = dict(settings.origins).get(_KEY, "")
        return read_expectations(settings.expect_file, f"{place}: {_KEY}" if place else "")
    return settings.expect


def expectations_of(table: Table, value: Any) -> tuple[Expectation, ...]:
    """The expectations in *value*, which stands below ``expect`` in *table*."""
    if not isinstance(value, list):
        raise SettingsError(f"{table.place(_KEY)}: expect must be a list, or the path of a file")
    return tuple([_expectation(table, (_KEY, at), one) for at, one in enumerate(value)])


def _expectation(table: Table, path: tuple[str | int, ...], value: Any) -> Expectation:
    forms = [form for form in FORMS if isinstance(value, dict) and form in value]
    if len(forms) != 1:
        raise SettingsError(f"{table.place(*path)}: an expectation has one of {', '.join(FORMS)}")
    (form,) = forms
    reason = _text(table, (*path, "reason"), value.get("reason")) or ""
    span = table.span(*path, form)
    if form == NOBODY_CAN:
        _only(table, path, value, _OF_NOBODY)
        return Expectation(
            form,
            _texts(table, (*path, "but"), value.get("but", [])),
            _needed(table, (*path, form), value[form]),
            _text(table, (*path, "on"), value.get("on")),
            reason,
            span,
            _places(table, path, value, ("on", "but", form)),
        )
    _only(table, path, value, (form, "reason"))
    inner = value[form]
    if not isinstance(inner, dict):
        raise SettingsError(
            f"{table.place(*path, form)}: {form} must have {', '.join(_OF_SOMEBODY)}"
        )
    _only(table, (*path, form), inner, _OF_SOMEBODY)
    return Expectation(
        form,
        _needed(table, (*path, form, "who"), inner.get("who", [])),
        _needed(table, (*path, form, "do"), inner.get("do", [])),
        _text(table, (*path, form, "on"), inner.get("on")),
        reason,
        span,
        _places(table, (*path, form), inner, _OF_SOMEBODY),
    )


def _places(
    table: Table, path: tuple[str | int, ...], given: dict[Any, Any], names: tuple[str, ...]
) -> tuple[tuple[str, Span], ...]:
    """Where the texts below *names* of *given* are written."""
    found: list[tuple[str, Span]] = []
    for name in names:
        value = given.get(name)
        if isinstance(value, list):
            found += [(text, table.span(*path, name, at)) for at, text in enumerate(value)]
        elif value is not None:
            found.append((value, table.span(*path, name)))
    return tuple(found)


def _only(
    table: Table, path: tuple[str | int, ...], given: dict[Any, Any], names: tuple[str, ...]
) -> None:
    for name in given:
        if name not in names:
            known = nearest(str(name), names) or f"; use {', '.join(names)}"
            raise SettingsError(f"{table.place(*path, name)}: unknown key {name}{known}")


def _needed(table: Table, path: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
    found = _texts(table, path, value)
    if not found:
        raise SettingsError(f"{table.place(*path)}: {path[-1]} is required")
    return found


def _texts(table: Table, path: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise SettingsError(f"{table.place(*path)}: {path[-1]} must be a text or a list of texts")
    return tuple(value)


def _text(table: Table, path: tuple[str | int, ...], value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value):
        return value
    raise SettingsError(f"{table.place(*path)}: {path[-1]} must be a text")
