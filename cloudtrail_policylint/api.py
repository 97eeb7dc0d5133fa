"""Linting from a program: nothing is printed, nothing exits, and threads do not meet.

>>> from cloudtrail_policylint import lint_text
>>> policy = '{"Statement": {"Effect": "Allow", "Action": "cloudtrail:Nope", "Resource": "*"}}'
>>> [finding.name for finding in lint_text(policy, "policy.json")]
['unknown-action']
"""

from __future__ import annotations

import os

from .base.errors import InputError
from .base.record import record
from .lint.run import Run
from .report.json import described
from .settings.lookup import NearestSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .findings.result import Result

__all__ = ["Finding", "InputError", "InternalError", "Related", "lint_paths", "lint_text"]


@record
class Related:
    """A place that has to do with a finding, and in a few words how."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str


@record
class Finding:
    """One defect: what the JSON report says of it, key by key.

    Lines and columns count from 1, columns in characters; the end is the
    place after the last character. ``path`` is as it was given. ``url`` is a
    page that the rule rests on, ``fingerprint`` a name for the finding that
    survives edits elsewhere in the file. ``related`` are other places that have
    to do with it.
    """

    rule: str
    name: str
    severity: str
    confidence: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    fix: str
    owner: str
    url: str | None
    fingerprint: str
    related: tuple[Related, ...]


class InternalError(Exception):
    """A mistake of ours kept something from being judged; ``findings`` is what was found besides."""

    def __init__(self, message: str, findings: list[Finding]) -> None:
        super().__init__(message)
        self.findings = findings


def lint_paths(
    paths: Sequence[str | os.PathLike[str]],
    *,
    config: str | os.PathLike[str] | None = None,
    jobs: int = 1,
) -> list[Finding]:
    """What is wrong in the files and folders *paths*, in the order of its places.

    *jobs* processes find it. What they are started with is that of
    ``multiprocessing``: a program whose threads run, or on macOS and Windows,
    calls this below ``if __name__ == "__main__":``.

    Settings are those of the command line: the nearest file for each path,
    or *config* for all. Raises ``InputError`` for a path, settings or rule
    file that cannot be used, and ``InternalError``. What a baseline holds is
    among the findings.
    """
    return _findings(_run(config, jobs).lint_paths([os.fspath(path) for path in paths]))


def lint_text(
    text: str, path: str | os.PathLike[str], *, config: str | os.PathLike[str] | None = None
) -> list[Finding]:
    """What is wrong in *text*, as if it were the file *path*, whose name's ending says the format.

    The file need not exist. Raises as ``lint_paths`` does.
    """
    name = os.fspath(path)
    return _findings(_run(config).lint_text(name.replace(os.sep, "/"), text))


def _run(config: str | os.PathLike[str] | None, jobs: int = 1) -> Run:
    return Run(NearestSettings(None if config is None else os.fspath(config)), jobs=jobs)


def _findings(result: Result) -> list[Finding]:
    findings = [
        Finding(**{**one, "related": tuple(Related(**place) for place in one["related"])})
        for one in described(result)
    ]
    if result.internal_errors:
        raise InternalError("; ".join(result.internal_errors), findings)
    return findings
