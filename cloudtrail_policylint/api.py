"""The Python API: prints nothing, never exits, and is safe to use from several threads.

>>> from cloudtrail_policylint import lint_text
>>> statement = '{"Effect": "Allow", "Action": "cloudtrail:Nope", "Resource": "*"}'
>>> policy = f'{{"Version": "2012-10-17", "Statement": {statement}}}'
>>> [finding.name for finding in lint_text(policy, "policy.json")]
['unknown-action']
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from .base.errors import InputError
from .base.record import record
from .lint.run import Run
from .report.json import finding_objects
from .settings.lookup import NearestSettings, settings_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from .findings.result import Result

    Config: TypeAlias = str | os.PathLike[str] | Mapping[str, object]
    """A settings file, or what it contains."""

__all__ = ["Finding", "InputError", "InternalError", "Related", "lint_paths", "lint_text"]


@record
class Related:
    """A place related to a finding, and in ``message`` how."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str


@record
class Finding:
    """One defect, with the fields of the JSON report.

    Lines and columns count from 1, columns in characters; the end is the
    position after the last character. ``path`` is as it was given. ``url`` is the
    page of the rule. ``fingerprint`` identifies the finding and survives
    edits elsewhere in the file. ``related`` are other places that explain it.
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
    """An internal error kept something from being checked; ``findings`` has all other findings."""

    def __init__(self, message: str, findings: list[Finding]) -> None:
        super().__init__(message)
        self.findings = findings


def lint_paths(
    paths: Sequence[str | os.PathLike[str]],
    *,
    config: Config | None = None,
    jobs: int = 1,
) -> list[Finding]:
    """The findings in the files and folders *paths*, in the order of their places.

    Settings apply as on the command line: the nearest settings file for each
    path, or *config* for all, a settings file or its contents such as
    ``{"select": ["CT2"], "scope": "all"}``. Baselines do not apply. Raises ``InputError`` for
    an unusable path, settings or rule file, and ``InternalError``.

    *jobs* processes check in parallel. With more than one, a program that has
    threads, or runs on macOS or Windows, must call this below ``if __name__ ==
    "__main__":`` (see ``multiprocessing``).
    """
    return _findings(_run(config, jobs).lint_paths([os.fspath(path) for path in paths]))


def lint_text(
    text: str, path: str | os.PathLike[str], *, config: Config | None = None
) -> list[Finding]:
    """The findings in *text*, checked as the file *path*, whose extension gives the format.

    The file need not exist. Raises the same errors as ``lint_paths``.
    """
    name = os.fspath(path)
    return _findings(_run(config).lint_text(name.replace(os.sep, "/"), text))


def _run(config: Config | None, jobs: int = 1) -> Run:
    if isinstance(config, Mapping):
        return Run(NearestSettings(settings_from(config)), jobs=jobs)
    return Run(NearestSettings(None if config is None else os.fspath(config)), jobs=jobs)


def _findings(result: Result) -> list[Finding]:
    findings = [
        Finding(**{**one, "related": tuple(Related(**place) for place in one["related"])})
        for one in finding_objects(result)
    ]
    if result.internal_errors:
        raise InternalError("; ".join(result.internal_errors), findings)
    return findings
