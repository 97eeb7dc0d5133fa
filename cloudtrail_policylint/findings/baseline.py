"""The baseline: known findings of a project; only others are reported.

A JSON file with one finding per line, so that diffs and merges are easy to
read. An entry has the path relative to the folder of the baseline, and a
fingerprint that does not depend on the file or the position in it. If several
findings share a fingerprint, each entry suppresses one of them.
"""

from __future__ import annotations

import os

from ..base import limits
from ..base.disk import UnreadableError, is_inside, read_bytes
from ..base.errors import InputError
from ..base.record import record, replaced
from .fingerprint import digest, essence
from .result import Suppressed, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .finding import Finding
    from .result import Result

VERSION = 1

_KEYS = ("path", "rule", "message", "fingerprint")


class BaselineError(InputError):
    """An invalid baseline; the message is one line that starts with the place."""


@record
class Entry:
    """A known finding, identified by ``path``, ``rule`` and ``fingerprint``.

    ``path`` is relative to the folder of the baseline; ``message`` is for readers of the file.
    """

    path: str
    rule: str
    message: str
    fingerprint: str


@record
class Coverage:
    """What a run checked: the ``files``, and everything in the ``folders``.

    ``reports`` returns whether a finding of a rule in a file would be reported.
    Paths are absolute.
    """

    files: frozenset[str]
    folders: tuple[str, ...]
    reports: Callable[[str, str], bool]


class Baseline:
    """The baseline file *path* with its entries."""

    def __init__(self, path: str, entries: Sequence[Entry] = ()) -> None:
        self.path = path
        self.entries = tuple(entries)
        self._folder = os.path.dirname(os.path.abspath(path))

    def apply(self, result: Result, coverage: Coverage) -> tuple[Result, tuple[Entry, ...]]:
        """*result* with the findings in the baseline suppressed, and the stale entries.

        An entry is stale if the run checked its file and rule but has no such
        finding. An entry of a deleted file matches the same finding in another file.
        """
        kept, known, left = self._match(result)
        applied = replaced(
            result,
            findings=tuple(kept),
            suppressed=(*result.suppressed, *(Suppressed(one, "", "baseline") for one in known)),
        )
        whole = not result.internal_errors and not result.interrupted
        stale = [entry for entry in left if whole and self._covered(entry, coverage)]
        return applied, tuple(sorted(stale, key=lambda one: (one.path, one.rule, one.message)))

    def updated(self, result: Result, coverage: Coverage) -> Baseline:
        """The baseline with the findings of *result*, and the entries that it did not check."""
        _, _, left = self._match(result)
        kept = [entry for entry in left if not self._covered(entry, coverage)]
        return Baseline(self.path, [*kept, *map(self._entry, result.findings)])

    def _match(self, result: Result) -> tuple[list[Finding], list[Finding], list[Entry]]:
        """The new findings of *result*, the known ones, and the entries without a finding."""
        unused: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            unused.setdefault((entry.path, entry.fingerprint), []).append(entry)
        known: list[Finding] = []
        new: list[tuple[Finding, Entry]] = []
        for finding in sorted(result.findings, key=in_order):
            entry = self._entry(finding)
            alike = unused.get((entry.path, entry.fingerprint))
            if alike:
                alike.pop()
                known.append(finding)
            else:
                new.append((finding, entry))
        left = [entry for alike in unused.values() for entry in alike]
        moved: dict[str, list[Entry]] = {}
        for entry in left:
            if self._is_gone(entry):
                moved.setdefault(entry.fingerprint, []).append(entry)
        kept: list[Finding] = []
        for finding, entry in new:
            alike = moved.get(entry.fingerprint)
            if alike:
                left.remove(alike.pop())
                known.append(finding)
            else:
                kept.append(finding)
        return kept, known, left

    def text(self) -> str:
        """The contents of the file."""
        import json

        def line(entry: Entry) -> str:
            return json.dumps({key: getattr(entry, key) for key in _KEYS}, ensure_ascii=True)

        entries = sorted(line(entry) for entry in self.entries)
        listed = ",\n".join(f"    {entry}" for entry in entries)
        listed = f"[\n{listed}\n  ]" if entries else "[]"
        return f'{{\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'

    def _entry(self, finding: Finding) -> Entry:
        at = finding.settled_at
        path = os.path.relpath(os.path.abspath(at.source.path), self._folder)
        return Entry(
            path.replace(os.sep, "/"),
            finding.rule.id,
            finding.message,
            digest(essence(finding.rule.id, at)),
        )

    def _is_gone(self, entry: Entry) -> bool:
        return not os.path.exists(self._absolute(entry))

    def _absolute(self, entry: Entry) -> str:
        return os.path.normpath(os.path.join(self._folder, entry.path))

    def _covered(self, entry: Entry, coverage: Coverage) -> bool:
        """Whether the run would have reported the finding of *entry*."""
        path = self._absolute(entry)
        checked = path in coverage.files or (
            self._is_gone(entry) and any(is_inside(path, folder) for folder in coverage.folders)
        )
        return checked and coverage.reports(entry.rule, path)


def read(path: str) -> Baseline:
    """The baseline in the file *path*; raises ``BaselineError``."""
    if not os.path.lexists(path):
        raise BaselineError(f"{path}: no such baseline; create it with --write-baseline")
    most, named = limits.in_force().file_size, limits.named("file-size")
    try:
        text = read_bytes(path, most, named).decode("utf-8-sig")
    except UnreadableError as error:
        raise BaselineError(f"{path}: cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise BaselineError(f"{path}: cannot be read: it is not UTF-8") from None
    import json

    try:
        value = json.loads(text, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError):
        raise BaselineError(_syntax_error(path, text)) from None
    wrong = _structure_error(value)
    if wrong is not None:
        steps, message = wrong
        raise BaselineError(f"{_place(path, text, steps)}: {message}")
    entries = [Entry(*(one[key] for key in _KEYS)) for one in value["findings"]]
    return Baseline(path, entries)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError
    return value


def _structure_error(value: Any) -> tuple[list[str | int], str] | None:
    """The path to what is wrong in *value*, the contents of a baseline, and the message."""
    if not isinstance(value, dict) or "version" not in value:
        return [], "not a baseline: it must be an object with version and findings"
    version = value["version"]
    if version != VERSION or isinstance(version, bool):
        later = isinstance(version, int) and version > VERSION
        why = "; written by a later cloudtrail-policylint" if later else ""
        return ["version"], f"unsupported baseline version {version!r}, expected {VERSION}{why}"
    findings = value.get("findings")
    if not isinstance(findings, list):
        return ["findings"], "findings must be a list"
    rules: dict[str, str] = {}
    for number, one in enumerate(findings):
        steps: list[str | int] = ["findings", number]
        if not isinstance(one, dict):
            return steps, "a finding must be an object"
        for key in _KEYS:
            if not isinstance(one.get(key), str):
                return [*steps, key], f"{key} is required and must be a string"
        other = rules.setdefault(one["fingerprint"], one["rule"])
        if other != one["rule"]:
            message = f"fingerprint used for both {other} and {one['rule']}"
            return [*steps, "fingerprint"], message
    return None


def _syntax_error(path: str, text: str) -> str:
    """The message about *text*, which is not valid JSON or has a duplicate key."""
    from ..readers.json.reader import read_placed
    from ..tree.python_values import repeated_key
    from ..tree.source import SourceFile

    source = SourceFile(path.replace(os.sep, "/"), text)
    reading = read_placed(source)
    if reading.mistake is not None:
        return f"{reading.mistake.span.place()}: not valid JSON: {reading.mistake.message}"
    twice = repeated_key(reading.root) if reading.root is not None else None
    if twice is not None:
        return f"{twice.span.place()}: duplicate key {twice.written}"
    return f"{path}: not valid JSON"


def _place(path: str, text: str, steps: Sequence[str | int]) -> str:
    from ..readers.json.reader import read_placed
    from ..tree.python_values import place_of
    from ..tree.source import SourceFile

    source = SourceFile(path, text)
    root = read_placed(source).root
    if root is None:
        return path
    return place_of(root, steps).place()
