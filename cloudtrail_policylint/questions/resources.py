"""What a question cannot be about: owners that the files do not have, and what an action never has."""

from __future__ import annotations

from ..base.errors import UsageError
from ..base.lazy_regex import regex
from ..base.suggest import nearest
from ..decisions.call import availability
from ..decisions.values import literal, written
from ..iam.arns import MISFITS, PLACED, Shape, fits, misfit
from ..iam.patterns import NO, YES
from .nearest import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..iam.arns import ResourceType
    from .view import View

_OWNER = regex(
    r"(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*(?:aws|awscc)_\w+\.[\w-]+(?:\[[^\]]*\])?"
    r"|module\..+|AWS::\w+::\w+\b.*"
)
"""The name of an owner, which no resource of AWS has."""


def check_resource(view: View, text: str | None, actions: Sequence[str]) -> None:
    """Raise ``UsageError`` if *text* is nothing that one of *actions* may be about."""
    if text is None or text == "*":
        return
    named = view.named.get(text)
    if named is None and text.startswith("data."):
        raise UsageError(f"{text}: a data source: write the ARN or the name of what it reads")
    if named is None and _OWNER.fullmatch(text):
        raise UsageError(f"{text}: no such resource in these files{nearest(text, view.named)}")
    if named is not None and not named:
        raise UsageError(f"{text}: its ARN is not known; write the ARN or the name")
    if named is None and not text.startswith("arn:"):
        return
    kinds = _accepted(actions)
    texts = [literal(text)] if named is None else [one.arn for one in named]
    shapes = [(parts, Shape(parts, variables=False)) for parts in texts]
    if not kinds or any(fits(shape, kind) != NO for _, shape in shapes for kind in kinds):
        wrong = [misfit(parts, shape, kinds) for parts, shape in shapes if kinds and named is None]
        for verdict, why in wrong:
            if verdict == YES and why in PLACED:
                raise UsageError(f"{text}: no resource has this ARN: {MISFITS[why]}")
        return
    about = text if named is None else f"{text}, {shown(written(named[0].arn))}"
    has = " or ".join(dict.fromkeys(one.operand.text for one in kinds))
    does = actions[0] if len(actions) == 1 else f"{actions[0]} and the like"
    raise UsageError(f"{about}: {does} is never on it, but on {has}")


def _accepted(actions: Sequence[str]) -> list[ResourceType]:
    """The types that some of *actions* accepts; empty where one takes no resource, or is not known."""
    found: list[ResourceType] = []
    for name in actions:
        action = availability().catalogue.action(name)
        if action is None or action.types is None:
            return []
        found += action.types
    return found


def is_about_everything(action: str) -> bool:
    """Whether *action* is known, and has no resource but ``*``."""
    found = availability().catalogue.action(action)
    return found is not None and found.types == ()


def check_keys(keys: Sequence[str]) -> None:
    """Raise ``UsageError`` if one of *keys* is no condition key."""
    catalogue = availability().catalogue
    for key in keys:
        prefix = key.partition(":")[0].lower()
        exists = catalogue.has_key(key) or catalogue.global_key(key) is not None
        known = catalogue.service(prefix) is not None or prefix == "aws"
        if exists or (not known and catalogue.has_prefix_of_keys(prefix)):
            continue
        near = catalogue.nearest_key(key) or catalogue.nearest_key(f"aws:{key.partition(':')[2]}")
        says = f"; did you mean {near}?" if near is not None else ""
        raise UsageError(f"--context {key}: no such condition key{says}")
