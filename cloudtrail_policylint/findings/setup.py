"""What ``lint --show-setups`` shows of a resource: its partners, and what they let CloudTrail do."""

from __future__ import annotations

from ..base.record import record


@record
class ShownRequest:
    """One request: ``answer`` is ``allowed``, ``denied`` or ``cannot tell``, and ``because`` says why."""

    name: str
    action: str
    on: str
    by: str
    answer: str
    because: str


@record
class ShownPartner:
    """What the property ``through`` refers to: a resource and its ``place``; empty if it is not in view."""

    through: str
    address: str
    place: str
    order: str


@record
class ShownSetup:
    """A resource that CloudTrail makes requests for."""

    address: str
    type: str
    place: str
    partners: tuple[ShownPartner, ...]
    requests: tuple[ShownRequest, ...]
