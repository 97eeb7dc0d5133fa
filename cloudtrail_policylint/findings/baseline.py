"""The baseline: findings that a project has for now; only others are reported.

A file of JSON, one finding a line, so that it merges well and a change of it can
be read. An entry has the path from the folder of the file and a fingerprint of
what the finding is about, which is the same wherever in the file that stands,
and in whatever file. As many findings alike as the baseline has are put up with.
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
    """A baseline that cannot be used; the message is one line that starts with the place."""


@record
class Entry:
    """A finding that is put up with.

    ``path`` is from the folder of the baseline; ``message`` is for people,
    ``rule`` and ``fingerprint`` say what it is.
    """

    path: str
    rule: str
    message: str
    fingerprint: str


@record
class Coverage:
    """What a run looked at: the ``files`` and all that is in the ``folders``.

    ``reports`` says whether it would have shown a finding of a rule in a file.
    Paths are as ``os.path.abspath`` gives them.
    """

    files: frozenset[str]
    folders: tuple[str, ...]
    reports: Callable[[str, str], bool]


class Baseline:
    """The entries of the baseline file *path*."""

    def __init__(self, path: str, entries: Sequence[Entry] = ()) -> None:
        self.path = path
        self.entries = tuple(entries)
        self._folder = os.path.dirname(os.path.abspath(path))

    def apply(self, result: Result, coverage: Coverage) -> tuple[Result, tuple[Entry, ...]]:
        """*result* with the findings of the baseline suppressed; and the entries that are to be removed.

        These are the ones that no finding is left for, although the run looked.
        An entry of a file that is gone is for the same finding in another file.
        """
        kept, known, left = self._matched(result)
        applied = replaced(
            result,
            findings=tuple(kept),
            suppressed=(*result.suppressed, *(Suppressed(one, "", "baseline") for one in known)),
        )
        whole = not result.internal_errors and not result.interrupted
        removable = [entry for entry in left if whole and self._covered(entry, coverage)]
        return applied, tuple(sorted(removable, key=lambda one: (one.path, one.rule, one.message)))

    def renewed(self, result: Result, coverage: Coverage) -> Baseline:
        """The baseline that has the findings of *result*, and of this one what that run did not look at."""
        _, _, left = self._matched(result)
        kept = [entry for entry in left if not self._covered(entry, coverage)]
        return Baseline(self.path, [*kept, *map(self._entry, result.findings)])

    def _matched(self, result: Result) -> tuple[list[Finding], list[Finding], list[Entry]]:
        """The findings of *result* that no entry is for, those that one is for, and the entries left over."""
        waiting: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            waiting.setdefault((entry.path, entry.fingerprint), []).append(entry)
        known: list[Finding] = []
        new: list[tuple[Finding, Entry]] = []
        for finding in sorted(result.findings, key=in_order):
            made = self._entry(finding)
            alike = waiting.get((made.path, made.fingerprint))
            if alike:
                alike.pop()
                known.append(finding)
            else:
                new.append((finding, made))
        left = [entry for alike in waiting.values() for entry in alike]
        moved: dict[str, list[Entry]] = {}
        for entry in left:
            if self._is_gone(entry):
                moved.setdefault(entry.fingerprint, []).append(entry)
        kept: list[Finding] = []
        for finding, made in new:
            alike = moved.get(made.fingerprint)
            if alike:
                left.remove(alike.pop())
                known.append(finding)
            else:
                kept.append(finding)
        return kept, known, left

    def text(self) -> str:
        """What stands in the file."""
        import json

        def line(entry: Entry) -> str:
            return json.dumps({key: getattr(entry, key) for key in _KEYS}, ensure_ascii=True)

        entries = sorted(line(entry) for entry in self.entries)
        listed = ",\n".join(f"    {entry}" for entry in entries)
        listed = f"[\n{listed}\n  ]" if entries else "[]"
        return f'{{\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'

    def _entry(self, finding: Finding) -> Entry:
        path = os.path.relpath(os.path.abspath(finding.span.source.path), self._folder)
        return Entry(
            path.replace(os.sep, "/"), finding.rule.id, finding.message, digest(essence(finding))
        )

    def _is_gone(self, entry: Entry) -> bool:
        return not os.path.exists(self._whole(entry))

    def _whole(self, entry: Entry) -> str:
        return os.path.normpath(os.path.join(self._folder, entry.path))

    def _covered(self, entry: Entry, coverage: Coverage) -> bool:
        """Whether the run would have found what *entry* is for."""
        path = self._whole(entry)
        looked = path in coverage.files or (
            self._is_gone(entry) and any(is_inside(path, folder) for folder in coverage.folders)
        )
        return looked and coverage.reports(entry.rule, path)


def read(path: str) -> Baseline:
    """The baseline that the file *path* holds; raises ``BaselineError``."""
    if not os.path.lexists(path):
        raise BaselineError(f"{path}: no such baseline; --write-baseline writes one")
    most, named = limits.in_force().file_size, limits.named("file-size")
    try:
        text = read_bytes(path, most, named).decode("utf-8-sig")
    except UnreadableError as error:
        raise BaselineError(f"{path}: cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise BaselineError(f"{path}: cannot be read: it is not UTF-8") from None
    import json

    try:
        value = json.loads(text, object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError):
        raise BaselineError(_syntax(path, text)) from None
    mistake = _mistake(value)
    if mistake is not None:
        steps, said = mistake
        raise BaselineError(f"{_place(path, text, steps)}: {said}")
    entries = [Entry(*(one[key] for key in _KEYS)) for one in value["findings"]]
    return Baseline(path, entries)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError
    return value


def _mistake(value: Any) -> tuple[list[str | int], str] | None:
    """What is wrong with *value* as a baseline, and where."""
    if not isinstance(value, dict) or "version" not in value:
        return [], "not a baseline: a baseline is an object with version and findings"
    version = value["version"]
    if version != VERSION or isinstance(version, bool):
        later = isinstance(version, int) and version > VERSION
        why = "a later cloudtrail-policylint has written it" if later else "there is none such"
        return ["version"], f"baseline of version {version!r}, not {VERSION}: {why}"
    findings = value.get("findings")
    if not isinstance(findings, list):
        return ["findings"], "findings is a list"
    rules: dict[str, str] = {}
    for number, one in enumerate(findings):
        steps: list[str | int] = ["findings", number]
        if not isinstance(one, dict):
            return steps, "a finding is an object"
        for key in _KEYS:
            if not isinstance(one.get(key), str):
                return [*steps, key], f"a finding has the text {key}"
        other = rules.setdefault(one["fingerprint"], one["rule"])
        if other != one["rule"]:
            said = f"the same fingerprint is of {other} above and of {one['rule']} here"
            return [*steps, "fingerprint"], said
    return None


def _syntax(path: str, text: str) -> str:
    """What is wrong with *text*, which is no JSON or has a key twice."""
    from ..readers.json.reader import read_placed
    from ..tree.python_values import repeated_key
    from ..tree.source import SourceFile

    source = SourceFile(path.replace(os.sep, "/"), text)
    reading = read_placed(source)
    if reading.mistake is not None:
        return f"{reading.mistake.span.place()}: not valid JSON: {reading.mistake.message}"
    twice = repeated_key(reading.root) if reading.root is not None else None
    if twice is not None:
        return f"{twice.span.place()}: {twice.written} is here twice"
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
