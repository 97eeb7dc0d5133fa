"""The reasons for a decision that help a reader, the nearest statements first."""

from __future__ import annotations

import os

from ..base.lazy_regex import regex
from ..decisions.reasons import LACKS, Cause, nothing
from ..decisions.values import ONE_OF_SEVERAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_UNKNOWN = regex(
    r"(?<!\$)\{(?:any|field|name|account)\}|\$\{(?:account|AWS::AccountId|region|AWS::Region|partition|AWS::Partition|aws(?:cc)?_[\w.-]+\.region)\}"
)


def shown(text: str) -> str:
    """*text* with a wildcard in place of what is not known."""
    return "not known" if text == ONE_OF_SEVERAL else _UNKNOWN.sub("*", text)


def kept(causes: Sequence[Cause], action: str) -> list[Cause]:
    """*causes* without statements about other services; those that lack least come first."""
    found: list[Cause] = []
    near: list[tuple[tuple[int, int], int, Cause]] = []
    left_out: dict[str, None] = {}
    for number, cause in enumerate(causes):
        if cause.effect != LACKS or cause.miss is None:
            found.append(cause)
            continue
        distance = _distance(cause, action)
        if distance is None:
            left_out[cause.kind] = None
        else:
            near.append((distance, number, cause))
    near.sort(key=lambda one: one[:2])
    ordered = [cause for _, _, cause in near]
    named = {cause.kind for cause in (*ordered, *found) if cause.effect == LACKS}
    missing = [nothing(kind, action) for kind in left_out if kind not in named]
    denying = [cause for cause in found if cause.effect == "deny"]
    rest = [cause for cause in found if cause.effect != "deny"]
    return [*denying, *ordered, *missing, *rest]


def _distance(cause: Cause, action: str) -> tuple[int, int] | None:
    """How far a statement is from allowing *action*; None for one about other services."""
    assert cause.miss is not None
    if cause.miss.element != "Action":
        return (0 if cause.miss.verdict else 1), 0
    service = action.partition(":")[0].lower() + ":"
    names = [one.lower() for one in cause.miss.wanted]
    of_service = [one for one in names if one.startswith(service)]
    if not of_service:
        return None
    common = max(len(os.path.commonprefix([one, action.lower()])) for one in of_service)  # noqa: RUF071
    return 2, -common
