"""What a run found."""

from __future__ import annotations

from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .match import Finding


@record
class Result:
    """What a run found.

    ``files`` were considered, ``documents`` judged, ``suppressed`` findings
    left out; ``crashes`` name the files and rules that a mistake of ours kept
    from being judged.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    suppressed: int
    crashes: tuple[str, ...] = ()
