"""Which version of the AWS provider a module is pinned to, where that changes a value."""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...tree.nodes import Map, Text
from .session import TOP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...readers.hcl.file import Attribute, Block
    from ...tree.nodes import Node
    from .session import Session

_CONSTRAINT = regex(r"\s*+(=|<=|<|~>)?+\s*+v?+(\d{1,9}+)(?!\d)((?:\.\d++)*+)[\w.+-]*+\s*+\Z")


def log_groups_have_wildcard(session: Session) -> bool:
    """Whether the ``arn`` of a log group ends in ``:*``: up to version 2 of the provider.

    Source: registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-3-upgrade,
    "Removal of arn Wildcard Suffix", read 2026-11-26.
    """
    module = session.module
    if module.before_version_3 is None:
        module.before_version_3 = any(
            _is_below_3(constraint) for constraint in _constraints(session)
        )
    return module.before_version_3 or (
        session.caller is not None and log_groups_have_wildcard(session.caller.session)
    )


def _constraints(session: Session) -> Iterator[str]:
    """The constraints on the version of the AWS provider in the module of *session*."""
    for file in session.module.files:
        for block in file.blocks:
            for attribute in _pins(block):
                value: Node | None = session.evaluate(attribute.expression, TOP)
                if isinstance(value, Map):
                    value = value.get("version")
                if isinstance(value, Text) and value.literal:
                    yield value.literal


def _pins(block: Block) -> Iterator[Attribute]:
    """``required_providers { aws = ... }``, and the older ``version`` of ``provider "aws"``."""
    if block.type == "terraform":
        found = [one.attributes.get("aws") for one in block.blocks]
    elif block.type == "provider" and block.labels == ("aws",):
        found = [block.attributes.get("version")]
    else:
        return
    yield from (one for one in found if one is not None)


def _is_below_3(constraint: str) -> bool:
    """Whether *constraint* (``~> 2.70``, ``>= 2.0, < 3.0``) excludes version 3 and all later ones."""
    for part in constraint.split(","):
        match = _CONSTRAINT.match(part)
        if match is None:
            continue
        operator, major, rest = match.group(1), int(match.group(2)), match.group(3)
        # "~> 2" is any version from 2 on: only the last number may grow.
        if major < 3 and not (operator == "~>" and not rest):
            return True
        if operator == "<" and major == 3 and not rest.strip(".0"):
            return True
    return False
