"""AWS managed policies: what their published texts say, as far as it is known.

``managed_policies.jsonl`` has a line for each policy, written by ``scripts/managed-policies``: its version
and date, the statements about the services that CloudTrail's set-ups are made of, and the names of
the other services that the policy says something of. The first line says where the texts are from.
"""

from __future__ import annotations

import json
import os
from functools import cache

from ..base.record import record, replaced
from ..decisions.decision import IDENTITY
from ..decisions.documents import document as document_of
from ..iam.written import Owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..iam.policy import Document

FILE = os.path.join(os.path.dirname(__file__), "managed_policies.jsonl")
OFFERED = ("AWSCloudTrail_ReadOnlyAccess", "AWSCloudTrail_FullAccess")
"""Those that are suggested, the one that grants least first."""
_BEGINNING = '{"name":"'
_NO_FILE = "aws:policy/"
"""What the name of a policy stands behind where the path of a file would be."""


@record
class Managed:
    """An AWS managed policy: ``others`` are the services of which its *document* leaves out what it says."""

    document: Document
    path: str
    version: str
    updated: str
    others: frozenset[str]


@cache
def _lines() -> dict[str, str]:
    """The lines of the policies by their names."""
    with open(FILE, encoding="utf-8") as file:
        return {
            line[len(_BEGINNING) :].partition('"')[0]: line
            for line in file
            if line.startswith(_BEGINNING)
        }


def names() -> tuple[str, ...]:
    """The names of the policies whose text is known."""
    return tuple(_lines())


@cache
def policy(name: str) -> Managed | None:
    """The policy with the *name*, None if its text is not known."""
    line = _lines().get(name)
    if line is None:
        return None
    found = json.loads(line)
    text = {"Version": "2012-10-17", "Statement": found["statements"]}
    document = document_of(text, IDENTITY, _NO_FILE + name)
    return Managed(
        replaced(document, owner=Owner(name, document.owner.span)),
        found["path"],
        found["version"],
        found["updated"],
        frozenset(found["others"]),
    )


def document(arn: str, service: str) -> Document | None:
    """What the policy with the *arn*, or of that name as AWS SAM accepts it, says of *service*.

    None for a policy that is not AWS's, or of which that is not known.
    """
    owner, separator, place = arn.rpartition(":policy/")
    if separator and not owner.endswith(":aws"):
        return None
    path, _, name = f"/{place}".rpartition("/")
    found = policy(name)
    if found is None or service in found.others:
        return None
    return found.document if not separator or f"{path}/" == found.path else None


def is_text_of_aws(document: Document) -> bool:
    """Whether *document* is a policy of AWS, which is in none of the files."""
    return document.span.source.path.startswith(_NO_FILE)


def called(document: Document) -> str:
    """The policy of AWS that *document* is, with its version, for a message."""
    found = policy(document.owner.name)
    assert found is not None
    return f"AWS managed policy {document.owner.name} ({found.version} of {found.updated})"
