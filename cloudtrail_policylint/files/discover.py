"""Which files a run looks at: paths and folders to files that may hold a policy.

Nothing here knows what a policy looks like inside its format; ``may_matter``
is a look at the bytes that rules out most files before anything is read.
"""

from __future__ import annotations

import os

from ..base import disk, limits
from ..base.disk import UnreadableError
from ..base.errors import InputError
from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..base.path_patterns import Patterns
    from ..settings.lookup import NearestSettings

JSON, YAML, TERRAFORM, EITHER = "json", "yaml", "terraform", "json or yaml"
TEMPLATE = "template"
"""A text that Terraform fills in: judged with the module that loads it."""
LANGUAGES = {
    ".json": JSON,
    ".yaml": YAML,
    ".yml": YAML,
    ".template": EITHER,
    ".tf": TERRAFORM,
    ".tofu": TERRAFORM,
    ".tpl": TEMPLATE,
    ".tftpl": TEMPLATE,
}
"""The language of a file by the end of its name; ``.template`` is CloudFormation in either."""

OWN_FILES = ".cloudtrail-policylint"
"""How the names of our own settings and baseline begin."""

JSON_CONFIGURATION = (".tf.json", ".tofu.json")
"""Ends of the names of Terraform files in its JSON syntax."""

MODULE_FILES = (".tf", ".tofu", ".tfvars", *JSON_CONFIGURATION, ".tfvars.json")
"""Ends of the names of the files that make up a Terraform module."""

SKIPPED_FOLDERS = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        ".terraform",
        ".tox",
        ".venv",
        ".mypy_cache",
        "node_modules",
        "__pycache__",
    )
)
"""Folders that a walk never enters."""


class MissingPathError(InputError):
    """A path that does not exist."""


@record
class Candidate:
    """A file that may hold a policy. ``path`` is as the user wrote it; ``named``: given by name."""

    path: str
    language: str
    named: bool


def language_of(path: str) -> str | None:
    """The language of the file *path* by its name; None for one that holds no policies by its name."""
    name = os.path.basename(path).lower()
    if name.startswith(OWN_FILES):
        return None
    return (
        TERRAFORM if name.endswith(JSON_CONFIGURATION) else LANGUAGES.get(os.path.splitext(name)[1])
    )


def discover(paths: Sequence[str], settings: NearestSettings) -> Iterator[Candidate]:
    """The candidates among *paths*, each once, folders walked in the order of their names.

    Raises ``MissingPathError`` for a path that does not exist. A file given
    by name is looked at whatever git ignores; ``exclude`` of the settings
    applies to it too, because a commit hook names every file.
    """
    seen: set[str] = set()
    for path in paths:
        if not os.path.lexists(path):
            raise MissingPathError(f"{path}: no such file or folder")
        for candidate in _walk(path, settings) if os.path.isdir(path) else _single(path, settings):
            key = os.path.abspath(candidate.path)
            if key not in seen:
                seen.add(key)
                yield candidate


def _single(path: str, settings: NearestSettings) -> Iterator[Candidate]:
    language = language_of(path)
    if language is not None and not settings.excludes(path):
        yield Candidate(_shown(path), language, named=True)


def _walk(root: str, settings: NearestSettings) -> Iterator[Candidate]:
    ignores = _Ignores(root)
    for folder, folders, names in os.walk(root):
        ignores.enter(folder)
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED_FOLDERS
            and not ignores.ignored(os.path.join(folder, name), folder=True)
            and not settings.excludes(os.path.join(folder, name, ""))
        )
        for name in sorted(names):
            path = os.path.join(folder, name)
            language = language_of(name)
            if language is None or ignores.ignored(path, folder=False):
                continue
            if settings.excludes(path) or not settings.of(folder).includes(path):
                continue
            yield Candidate(_shown(path), language, named=False)


def _shown(path: str) -> str:
    path = path.replace(os.sep, "/")
    return path[2:] if path.startswith("./") and len(path) > 2 else path


class _Ignores:
    """What git ignores below *root*: the ``.gitignore`` files from the repository's top down.

    Source: gitignore(5). A deeper file's pattern decides over a shallower
    one's, a later line over an earlier one.
    """

    def __init__(self, root: str) -> None:
        self._specs: list[tuple[str, Patterns]] = []
        above: list[str] = []
        at = os.path.abspath(root)
        while not os.path.exists(os.path.join(at, ".git")):
            parent = os.path.dirname(at)
            if parent == at:
                above = []
                break
            at = parent
            above.append(at)
        for folder in reversed(above):
            self._read(folder)
        if self.ignored(root, folder=True):  # and yet the user names it: cdk.out, for instance
            self._specs = []

    def enter(self, folder: str) -> None:
        """Take the ignore file of *folder* into account for what is below it."""
        self._read(os.path.abspath(folder))

    def _read(self, folder: str) -> None:
        path = os.path.join(folder, ".gitignore")
        if not os.path.lexists(path):
            return
        try:
            lines = disk.read_bytes(path, 1).decode("utf-8", "surrogateescape").splitlines()
        except UnreadableError:
            return
        from ..base.path_patterns import Patterns

        self._specs.append((os.path.join(folder, ""), Patterns(lines)))

    def ignored(self, path: str, *, folder: bool) -> bool:
        """Whether git ignores *path*."""
        if not self._specs:
            return False
        whole = os.path.abspath(path)
        for base, spec in reversed(self._specs):
            if whole.startswith(base):
                shown = whole[len(base) :].replace(os.sep, "/") + ("/" if folder else "")
                found = spec.names(shown)
                if found is not None:
                    return found
        return False


# -- reading


def read_bytes(path: str) -> bytes:
    """The bytes of the regular file *path*; raises ``UnreadableError`` for anything else."""
    name = "terraform-file-size" if path.endswith(MODULE_FILES) else "file-size"
    return disk.read_bytes(path, limits.in_force().of(name), limits.named(name))


def may_matter(data: bytes, *, everything: bool) -> bool:
    """Whether a file of these bytes may hold a policy in scope.

    With *everything* in scope any policy matters, else only those that
    mention CloudTrail, be it with its two halves put together. A file that
    spells letters as escapes, breaks a word at a line's end or URL-encodes
    JSON may mention anything.
    """
    lower = data.lower()
    if b"\0" in lower:  # UTF-16, or 32: the letters are still there
        lower = lower.replace(b"\0", b"")
    words: tuple[bytes, ...] = (b"cloudtrail", b"cloud-trail", b"policylint")
    if everything:
        words = (*words, b"effect", b"statement", b"policy", b"policies")
    if any(word in lower for word in words):
        return True
    if any(spelling in lower for spelling in (b"\\u00", b"\\x", b"%7b", b"\\\n", b"\\\r")):
        return True
    return b"trail" in lower and b"cloud" in lower


def may_nest(data: bytes, language: str) -> bool:
    """Whether a file of these bytes may be a template with nested stacks."""
    if language == TERRAFORM:
        return False
    return b"TemplateURL" in data or b"AWS::Serverless::Application" in data


def decode(data: bytes) -> str:
    """The text of *data*, a byte order mark left out; raises ``UnreadableError`` where it is not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _every_other_is_nul(data[:4]):
        raise UnreadableError("not UTF-8 but UTF-16: save it as UTF-8")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8: byte {error.start + 1} cannot be decoded") from None


def _every_other_is_nul(start: bytes) -> bool:
    """Whether a text that starts so is UTF-16 without a byte order mark: our formats begin in ASCII."""
    return len(start) == 4 and any(start[::2]) != any(start[1::2])


def encode(text: str, like: bytes) -> bytes:
    """*text* as the bytes of a file: with a byte order mark if *like*, what is in it now, has one."""
    return (b"\xef\xbb\xbf" if like.startswith(b"\xef\xbb\xbf") else b"") + text.encode("utf-8")
