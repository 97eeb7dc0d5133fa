"""Limits on the size of input, which settings can change.

Input is untrusted, and what is small in a file may be large in memory. Above a
limit a run reports that instead. The limits are kept in a context variable,
because readers that know nothing of settings need them. The depth of nesting is
no setting: Python's own stack sets it.
"""

from __future__ import annotations

from contextvars import ContextVar

from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")


@record
class Limits:
    """The limits of a run: sizes of files in MiB, everything else in numbers of values.

    JSON and YAML take about a hundred bytes of memory for each byte of the
    file, Terraform up to six hundred. AWS accepts no template above 1 MiB and
    no policy above 20 KiB. A user's own rule takes ten milliseconds to validate,
    once.
    """

    file_size: int = 32
    terraform_file_size: int = 4
    aliases: int = 200_000
    policy: int = 200_000
    evaluation: int = 200_000
    rule_files: int = 1000
    rules_size: int = 4

    def of(self, name: str) -> int:
        """The limit with the name *name* in the settings."""
        return int(getattr(self, name.replace("-", "_")))


NAMES = tuple(name.replace("_", "-") for name in Limits.__annotations__)
"""The names of all limits in the settings."""
MOST = 1_000_000_000
"""The highest value of a limit."""

_IN_FORCE: ContextVar[Limits] = ContextVar("limits", default=Limits())  # noqa: B039 - never changed


def in_force() -> Limits:
    """The limits of the current run."""
    return _IN_FORCE.get()


def under(limits: Limits, act: Callable[[], T]) -> T:
    """Call *act* with *limits* in force and return its result."""
    before = _IN_FORCE.set(limits)
    try:
        return act()
    finally:
        _IN_FORCE.reset(before)


def named(name: str) -> str:
    """The end of a message about the limit *name*: how to raise it."""
    return f"(raise limits.{name} in the settings)"
