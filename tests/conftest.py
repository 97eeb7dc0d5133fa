"""What several tests share: policies from Python values, sources from text, the text of a rule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.iam.normalise import normalise
from cloudtrail_policylint.iam.written import Found, Owner
from cloudtrail_policylint.readers.json.reader import read_placed
from cloudtrail_policylint.rulebook.load import bundled
from cloudtrail_policylint.tree.source import SourceFile, Span

if TYPE_CHECKING:
    from cloudtrail_policylint.iam.policy import Document
    from cloudtrail_policylint.rulebook.model import RuleBook

RULE = """\
id: ACME1
name: wide-lookup
summary: LookupEvents
severity: warning
confidence: high
status: stable
since: 0.1.0
subject: statement
match:
  action:
    some: {covers: ["cloudtrail:LookupEvents"]}
report: action
message: "{action} is not for everyone"
why: Because.
fix: Leave it out.
references:
  - {url: "https://example.com", says: so, seen: 2026-11-21}
examples:
  bad:
    - {name: one, language: json, text: '{"Statement": []}'}
  good:
    - {name: two, language: json, text: '{"Statement": []}'}
"""
"""A rule file in which nothing is wrong."""


@pytest.fixture(scope="session")
def book() -> RuleBook:
    """The rules as they are in the checkout."""
    return bundled()


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
