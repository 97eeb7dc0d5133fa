"""Resources of a module tree or a template, and how they refer to one another.

``model`` has what all formats share, the other modules the resources of one format each.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .model import Resource


def resources_of(evaluation: tuple[str, Any]) -> list[Resource]:
    """The resources of the module or template of *evaluation*, as ``Extraction`` has it."""
    form, evaluator = evaluation
    if form == "terraform":
        from . import terraform

        return terraform.resources_of(evaluator)
    from . import cloudformation

    return cloudformation.setup_of(evaluator).resources
