"""What decisions rest on, made once for all documents of a run."""

from __future__ import annotations

from ...decisions.availability import Availability
from ...decisions.profiles import Profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...iam.catalogue import Catalogue


class Sources:
    """The data that decisions rest on."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.available = Availability(catalogue, catalogue.facts)
        self.profiles = Profiles(catalogue.facts, self.available)
