"""Fixtures of all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

from cloudtrail_policylint.rulebook.load import bundled

if TYPE_CHECKING:
    from cloudtrail_policylint.rulebook.model import RuleBook

# A busy machine makes any example slow.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def book() -> RuleBook:
    """The rules of the checkout."""
    return bundled()
