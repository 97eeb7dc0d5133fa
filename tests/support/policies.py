"""Policies from Python values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint.iam.normalise import normalise
from cloudtrail_policylint.iam.written import Found, Owner
from cloudtrail_policylint.readers.json.reader import read_placed
from cloudtrail_policylint.tree.source import SourceFile, Span

if TYPE_CHECKING:
    from cloudtrail_policylint.iam.policy import Document


def document(
    policy: Any, *, kind: str | None = None, path: str = "policy.json", **found: Any
) -> Document:
    """The model of *policy*, a JSON text or a value to be written as one."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    source = SourceFile(path, text)
    reading = read_placed(source)
    assert reading.root is not None
    owner = Owner("", Span(source, 0, 0))
    return normalise(Found(reading.root, kind, owner, **found))
