"""Calls of functions that read a file, such as ``filemd5("p.json")``, and which file they may read.

Source: the list of file system functions at
developer.hashicorp.com/terraform/language/functions.
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...base.wildcards import is_like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

READING = frozenset(
    {
        "file", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1",
        "filesha256", "filesha512", "templatefile",
    }
)  # fmt: skip
"""Functions whose value is made of the content of a file."""

_CALL = regex(r"\b(?:templatefile|file(?:base64|md5|sha)?+[0-9a-z]*+)\s*+\(\s*+")
_PATH = regex(r'"((?:[^"$\\]|\\.|\$(?!\{)|\$\{[^"{}]*+\})*+)"\s*+[,)]')
_INTERPOLATION = regex(r"\$\{[^{}]*+\}")
ANY_FILE = "*"
"""The pattern of a path that is computed."""


def paths_read(text: str) -> Iterator[str]:
    """A pattern of the path, with ``*`` for what is not known, for each call in the HCL *text*."""
    text = text.replace('\\"', '"')  # a string in JSON
    for call in _CALL.finditer(text):
        name = call.group().partition("(")[0].strip()
        if name in READING:
            path = _PATH.match(text, call.end())
            yield _INTERPOLATION.sub(ANY_FILE, path.group(1)) if path else ANY_FILE


class PathPattern:
    """A pattern of ``paths_read``. What a relative path begins at is not known.

    The case of letters does not count, because it does not for some file systems.
    ``last`` is the name of the file, None if that is not known.
    """

    __slots__ = ("_whole", "last")

    def __init__(self, pattern: str) -> None:
        _, _, rest = f"/{_slashes(pattern)}".rpartition("/../")
        parts = [part for part in rest.split("/") if part not in ("", ".")]
        last = parts[-1] if parts else ANY_FILE
        self.last = None if ANY_FILE in last else last
        # An unknown beginning may be empty, or a folder.
        self._whole = "/".join(parts) if parts[:1] == [ANY_FILE] else f"*/{'/'.join(parts)}"

    def may_be(self, path: str) -> bool:
        """Whether this may be a path of the file with the absolute *path*."""
        return is_like(_slashes(path), self._whole)


def name_in(path: str) -> str:
    """The name of the file *path*, as in ``PathPattern.last``."""
    return _slashes(path).rpartition("/")[2]


def _slashes(path: str) -> str:
    return path.replace("\\", "/").lower()
