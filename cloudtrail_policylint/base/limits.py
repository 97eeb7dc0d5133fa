"""How much a run takes on before it says so instead: the limits that settings can change.

Input is untrusted, and what is small in a file may be large in memory. The
limits of a run are kept for the thread that runs it, because they are asked
deep inside readers that know nothing of settings. Nesting is not among them:
what is nested deeper than the readers go, Python's own stack does not take.
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
    """The limits of a run; sizes of files in MiB, everything else in values.

    A value of JSON or YAML takes about a hundred bytes of memory for each
    byte of the file, one of Terraform up to six hundred. No template that AWS
    accepts has more than 1 MiB, no policy more than 20 KiB. A file or folder
    of one's own rules takes ten milliseconds a rule to validate, once.
    """

    file_size: int = 32
    terraform_file_size: int = 4
    aliases: int = 200_000
    policy: int = 200_000
    evaluation: int = 200_000
    rule_files: int = 1000
    rules_size: int = 4

    def of(self, name: str) -> int:
        """The limit *name*, as the settings call it."""
        return int(getattr(self, name.replace("-", "_")))


NAMES = tuple(name.replace("_", "-") for name in Limits.__annotations__)
"""The names of all limits, as in the settings."""
MOST = 1_000_000_000
"""No limit is set higher."""

_IN_FORCE: ContextVar[Limits] = ContextVar("limits", default=Limits())  # noqa: B039 - never changed


def in_force() -> Limits:
    """The limits of the run that asks."""
    return _IN_FORCE.get()


def under(limits: Limits, act: Callable[[], T]) -> T:
    """What *act* returns, with *limits* in force meanwhile."""
    before = _IN_FORCE.set(limits)
    try:
        return act()
    finally:
        _IN_FORCE.reset(before)


def named(name: str) -> str:
    """What a message about the limit *name* ends with."""
    return f"(limit {name}: raise it under limits in the settings)"
