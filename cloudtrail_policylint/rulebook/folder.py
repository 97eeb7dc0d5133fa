"""The files of a rules folder: which they are, and their bytes, read once within the limits.

A rules folder may be that of a hostile repository. What is in it is data; how
much there is, and what kind of files, is looked at here.
"""

from __future__ import annotations

import os

from ..base import limits
from ..base.disk import MIB, UnreadableError, is_inside, project_of, read_bytes, walk
from ..base.errors import RuleFileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FACTS = "facts"
"""The folder in a rules folder with facts about AWS."""
PROBLEMS = "problems.yaml"
SUFFIXES = (".yaml", ".yml")


def rule_files(path: str) -> Iterator[str]:
    """The rule files at *path*: itself, or all in the folder except facts and problems."""
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in walk(path):
        folders[:] = sorted(name for name in folders if name != FACTS and not name.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and name != PROBLEMS and not name.startswith("."):
                yield os.path.join(folder, name)


def fact_files(path: str) -> Iterator[str]:
    """The files of facts in the rules folder *path*, or in that of the rule file *path*."""
    folder = os.path.join(path if os.path.isdir(path) else os.path.dirname(path), FACTS)
    if os.path.isdir(folder):
        for name in sorted(os.listdir(folder)):
            if name.endswith(SUFFIXES):
                yield os.path.join(folder, name)


def read_rule(path: str) -> bytes:
    """The content of the file *path*; raises ``RuleFileError`` if it cannot be read."""
    try:
        return read_bytes(path, limits.in_force().rules_size, limits.named("rules-size"))
    except UnreadableError as error:
        raise RuleFileError(f"{path}: cannot be read: {error}") from None


class RuleFolder:
    """The rules folder or rule file *path*: the bytes of ``rules`` and ``facts`` by path.

    Raises ``RuleFileError`` if a limit is exceeded, if a file cannot be read, and
    if a link in the folder leads out of its project.
    """

    def __init__(self, path: str) -> None:
        if not os.path.exists(path):
            raise RuleFileError(f"{path}: no such file or folder of rules")
        self.path = path
        self._project = project_of(path if os.path.isdir(path) else os.path.dirname(path))
        self._size = 0
        self._count = 0
        self.rules = {name: self._read(name, named=name == path) for name in rule_files(path)}
        self.facts = {name: self._read(name) for name in fact_files(path)}

    def digest(self) -> str:
        """A hash of all names and contents."""
        import hashlib

        found = hashlib.sha256()
        for name, data in (*self.rules.items(), *self.facts.items()):
            found.update(os.fsencode(os.path.abspath(name)) + b"\0")
            found.update(hashlib.sha256(data).digest())
        return found.hexdigest()

    def _read(self, name: str, *, named: bool = False) -> bytes:
        """The bytes of the file *name*, which is in the project unless the user *named* it."""
        if not named and not is_inside(os.path.realpath(name), self._project):
            raise RuleFileError(f"{name}: cannot be read: it is a link out of the project")
        most = limits.in_force()
        self._count += 1
        if self._count > most.rule_files:
            said = f"more than {most.rule_files:,} rule files {limits.named('rule-files')}"
            raise RuleFileError(f"{self.path}: {said}")
        data = read_rule(name)
        self._size += len(data)
        if self._size > most.rules_size * MIB:
            said = f"more than {most.rules_size} MiB of rules {limits.named('rules-size')}"
            raise RuleFileError(f"{self.path}: {said}")
        return data
