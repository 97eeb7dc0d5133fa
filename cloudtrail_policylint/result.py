"""What a run found."""

from __future__ import annotations

from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .match import Finding
    from .resolution import Resolution


@record
class Result:
    """What a run found.

    ``files`` were considered, ``documents`` judged, ``suppressed`` findings
    left out; ``crashes`` name the files and rules that a mistake of ours kept
    from being judged. ``resolutions`` say how much of the policies is known,
    where that was asked for.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    suppressed: int
    crashes: tuple[str, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
