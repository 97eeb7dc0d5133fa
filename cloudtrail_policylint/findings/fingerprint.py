"""Fingerprints of findings, for reports and baselines: they survive edits elsewhere in a file."""

from __future__ import annotations

from .result import Result, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import Span


def essence(rule: str, span: Span) -> str:
    """The *rule* and the text of a finding at *span*, independent of file and position.

    Of several lines only the first with a letter or digit counts (usually the
    Sid), because the rest of a statement may change while the finding stays.
    White space does not count, nor does the owner of the policy: a JSON file
    has another owner when a Terraform module loads it.
    """
    lines = span.text.splitlines()
    first = next((line for line in lines if any(map(str.isalnum, line))), "")
    return f"{rule}\0{' '.join(first.split())}"


def digest(text: str) -> str:
    """The SHA-256 digest of *text*, shortened to 32 hexadecimal digits."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprints(result: Result) -> dict[int, str]:
    """A unique fingerprint for each finding of *result*, suppressed ones included, by its ``id()``.

    Equal findings in one file differ by owner and number. Findings in the
    baseline are numbered together with the reported ones, so that writing a
    baseline changes no fingerprint.
    """
    known = [s.finding for s in result.suppressed if s.where == "baseline"]
    others = [s.finding for s in result.suppressed if s.where != "baseline"]
    digests: dict[int, str] = {}
    seen: dict[str, int] = {}
    for finding in (
        *sorted([*result.findings, *known], key=in_order),
        *sorted(others, key=in_order),
    ):
        alike = f"{finding.span.source.path}\0{finding.owner.name}\0{essence(finding.rule.id, finding.span)}"
        number = seen[alike] = seen.get(alike, 0) + 1
        digests[id(finding)] = digest(f"{alike}\0{number}")
    return digests
