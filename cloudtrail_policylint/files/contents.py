"""The bytes of a file: reading, a quick look for policies, decoding and encoding."""

from __future__ import annotations

from ..base import disk, limits
from ..base.disk import UnreadableError
from ..base.formats import MODULE_FILES
from ..iam.names import may_concern_cloudtrail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def read_bytes(path: str) -> bytes:
    """The bytes of the regular file *path*; raises ``UnreadableError`` for anything else."""
    return disk.read_bytes(path, *_limit(path))


def read_stream(stream: BinaryIO, path: str) -> bytes:
    """The rest of *stream* as the contents of the file *path*; raises ``UnreadableError``."""
    most, named = _limit(path)
    try:
        data = stream.read(most * disk.MIB + 1)
    except OSError as error:
        raise UnreadableError(disk.reason_of(error)) from None
    if len(data) > most * disk.MIB:
        raise UnreadableError(f"larger than {most} MiB {named}")
    return data


def _limit(path: str) -> tuple[int, str]:
    """The size limit of the file *path* in MiB, and the end of a message about it."""
    name = "terraform-file-size" if path.endswith(MODULE_FILES) else "file-size"
    return limits.in_force().of(name), limits.named(name)


_RULE_KEYS = (b"\nsubject:", b"\nwhy:", b"\nexamples:")
"""Keys that every rule file has at the top level."""


def may_matter(data: bytes, *, everything: bool) -> bool:
    """Whether a file with these bytes may contain a policy in scope.

    With *everything* in scope that is any policy, otherwise one that mentions
    CloudTrail, possibly as two halves to be joined. A file with escaped letters,
    words broken at a line's end or URL-encoded JSON may mention anything. A rule file
    of this tool contains no policies but its examples.
    """
    if all(key in data for key in _RULE_KEYS):
        return False
    lower = data.lower()
    if b"\0" in lower:  # UTF-16 or UTF-32: without the zeros the letters are ASCII
        lower = lower.replace(b"\0", b"")
    words: tuple[bytes, ...] = (b"policylint",)
    if everything:
        words = (*words, b"effect", b"statement", b"policy", b"policies")
    if any(word in lower for word in words) or may_concern_cloudtrail(lower):
        return True
    if any(spelling in lower for spelling in (b"\\u00", b"\\x", b"%7b", b"\\\n", b"\\\r")):
        return True
    return b"trail" in lower and b"cloud" in lower


def may_nest(data: bytes) -> bool:
    """Whether a file with these bytes, if it is a template, may have nested stacks."""
    return b"TemplateURL" in data or b"AWS::Serverless::Application" in data


def decode(data: bytes) -> str:
    """The text of *data* without a byte order mark; raises ``UnreadableError`` if not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _every_other_is_nul(data[:4]):
        raise UnreadableError("it is UTF-16 or UTF-32: save it as UTF-8")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not UTF-8: invalid byte {error.start + 1}") from None


def _every_other_is_nul(start: bytes) -> bool:
    """Whether *start* is UTF-16 without a byte order mark: all formats begin with ASCII."""
    return len(start) == 4 and any(start[::2]) != any(start[1::2])


def encode(text: str, like: bytes) -> bytes:
    """*text* as bytes, with a byte order mark if the old content *like* has one."""
    return (b"\xef\xbb\xbf" if like.startswith(b"\xef\xbb\xbf") else b"") + text.encode("utf-8")
