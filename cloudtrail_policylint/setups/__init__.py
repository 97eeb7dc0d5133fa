"""Resources of a module tree or a template, and how they refer to one another.

``model`` has what all formats share, the other modules the resources of one format each.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..settings.model import Settings
    from .model import Location, Resource


def resources_of(
    evaluation: tuple[str, Any], deployed: Callable[[str], Location] | None = None
) -> list[Resource]:
    """The resources of the module or template of *evaluation*, as ``Extraction`` has it.

    *deployed* says where the template or root module of a path is.
    """
    form, evaluator = evaluation
    if form == "terraform":
        from . import terraform

        return terraform.resources_of(evaluator, deployed)
    if form == "plan":
        from .plan import Plan

        return Plan(evaluator, deployed).resources
    from . import cloudformation

    return cloudformation.resources_of(evaluator, deployed)


def location_in(settings: Settings, path: str) -> Location:
    """Where *settings* say that the template or root module of *path* is deployed."""
    from .model import NOWHERE, Location

    found = settings.deployed_at(path)
    if found is None:
        return NOWHERE
    return Location(found.regions[0] if len(found.regions) == 1 else "", found.account)
