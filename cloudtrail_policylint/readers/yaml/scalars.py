"""The type of a plain scalar of YAML: a string, a number, a boolean or null."""

from __future__ import annotations

import re

from ...base.lazy_regex import regex
from ...tree.nodes import Scalar
from ...tree.source import Span

_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLEANS = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT = regex(r"[-+]?(?:0|[1-9]\d*)\Z", re.ASCII)
_HEX = regex(r"0x[0-9a-fA-F]+\Z")
_FLOAT = regex(r"[-+]?(?:\.\d+|\d+\.\d*)(?:[eE][-+]\d+)?\Z", re.ASCII)
_SPECIAL_FLOAT = regex(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")


def plain(value: str, span: Span) -> Scalar | None:
    """The plain scalar *value* as a number, a boolean or null; None if it is a string.

    Templates are read by YAML 1.1 and by YAML 1.2 readers, which differ on
    ``yes``, ``1_000``, ``010`` or ``1e3``. Only values on which both agree are
    converted. Everything else keeps its spelling, for instance
    ``Version: 2012-10-17`` and account ids that start with a zero.
    """
    if value in _NULLS:
        return Scalar(None, value, span)
    if value in _BOOLEANS:
        return Scalar(_BOOLEANS[value], value, span)
    try:
        if _INT.match(value):
            return Scalar(int(value), value, span)
        if _HEX.match(value):
            return Scalar(int(value, 16), value, span)
        if _FLOAT.match(value):
            return Scalar(float(value), value, span)
    except ValueError:  # more digits than Python converts
        return Scalar(float("inf"), value, span)
    if _SPECIAL_FLOAT.match(value):
        return Scalar(float(value.replace(".", "")), value, span)
    return None
