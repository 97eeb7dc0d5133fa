"""The open documents of an editor by path, and which of them are checked together."""

from __future__ import annotations

import os

from ..base.formats import format_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pygls.workspace import TextDocument

_SUFFIXES = {
    "json": ".json",
    "jsonc": ".json",
    "yaml": ".yaml",
    "cloudformation": ".yaml",
    "terraform": ".tf",
    "opentofu": ".tf",
    "hcl": ".tf",
}
"""The suffix of a document that has no file yet, by its language."""


def path_of(document: TextDocument) -> str | None:
    """The path to check *document* as; None if it has no format that is checked."""
    scheme, _, rest = document.uri.partition(":")
    if scheme == "file" and document.path:
        path = os.path.abspath(document.path)
    elif scheme == "untitled":
        name = os.path.basename(rest) or "untitled"
        path = os.path.abspath(name)
        if format_of(path) is None:
            path += _SUFFIXES.get((document.language_id or "").lower(), "")
    else:
        return None
    return path.replace(os.sep, "/") if format_of(path) is not None else None


def unit_of(path: str, documents: Mapping[str, str]) -> tuple[str, ...]:
    """The paths among *documents* that are checked in one run with *path*: those of its Terraform module."""
    form = format_of(path)
    if form is None or not form.in_module:
        return (path,)
    folder = os.path.dirname(path)
    return tuple(
        sorted(
            other
            for other in documents
            if os.path.dirname(other) == folder and format_of(other) is form
        )
    )
