"""A static linter for CloudTrail permission mistakes in IAM policies.

The Python API: ``lint_paths``, ``lint_text``, ``decide``, and the types they return and raise.
"""

from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import Finding, InputError, InternalError, Related, lint_paths, lint_text
    from .decisions.call import Decision, Reason, decide

__all__ = [
    "Decision",
    "Finding",
    "InputError",
    "InternalError",
    "Reason",
    "Related",
    "__version__",
    "decide",
    "lint_paths",
    "lint_text",
]


def __getattr__(name: str) -> object:
    """The names of the Python API, imported on first use: a commit hook needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in ("Decision", "Reason", "decide"):
        from .decisions import call

        return getattr(call, name)
    from . import api

    return getattr(api, name)
