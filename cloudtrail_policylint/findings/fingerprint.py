"""Names for findings that survive edits elsewhere: in the reports, and in a baseline."""

from __future__ import annotations

from .result import Result, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .finding import Finding


def essence(finding: Finding) -> str:
    """What *finding* is about, whatever file it is in and wherever there: the same text for findings alike.

    Made of the rule and the text pointed at. Of text of several lines only the
    first that says something counts (the Sid, as a rule), because the rest of a
    statement or policy may well change while the finding stays. Space between
    words does not count, nor does the policy's owner: a JSON file that a
    Terraform module loads has another one when it is judged by itself.
    """
    span = finding.span
    lines = span.text.splitlines()
    told = next((line for line in lines if any(map(str.isalnum, line))), "")
    return f"{finding.rule.id}\0{' '.join(told.split())}"


def digest(text: str) -> str:
    """*text* as 32 hexadecimal digits."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprints(result: Result) -> dict[int, str]:
    """A name for each finding of *result*, suppressed ones too, by its ``id()``; all are different.

    Findings alike in one file are told apart by owner and number. Those that a
    baseline suppresses are numbered with the others, so that writing a baseline
    changes no name.
    """
    known = [s.finding for s in result.suppressed if s.where == "baseline"]
    others = [s.finding for s in result.suppressed if s.where != "baseline"]
    names: dict[int, str] = {}
    seen: dict[str, int] = {}
    for finding in (
        *sorted([*result.findings, *known], key=in_order),
        *sorted(others, key=in_order),
    ):
        alike = f"{finding.span.source.path}\0{finding.owner.name}\0{essence(finding)}"
        number = seen[alike] = seen.get(alike, 0) + 1
        names[id(finding)] = digest(f"{alike}\0{number}")
    return names
