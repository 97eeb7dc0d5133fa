"""The outcome of checking, which every checking function returns: of one file or a whole run."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.comments import Suppression
    from ..findings.finding import Finding
    from ..findings.setup import ShownSetup
    from ..findings.statistics import Tally
    from ..findings.strings import Passage
    from ..tree.source import Place, Span


class Outcome:
    """The outcome for one file or module, or the sum of several.

    ``documents`` policies were checked, and those at ``places``, which several
    modules may load. ``loaded`` are the keys of the files that contain the
    policies of modules and nested templates. ``allowed`` are the suppressions
    and ``internal_errors`` the messages of internal errors, each once. ``unread``
    and ``open`` are those of ``Extraction``, as paths, ``uncertain`` those whose
    inputs are unknown. ``partly`` and ``unknown`` are the places of policies that are
    known in part or not at all, with the reasons. ``tally``, ``strings`` and ``setups`` are set only if the run
    asks for them.
    """

    __slots__ = (
        "allowed",
        "documents",
        "findings",
        "internal_errors",
        "loaded",
        "open",
        "partly",
        "places",
        "setups",
        "strings",
        "tally",
        "uncertain",
        "unknown",
        "unread",
    )

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.documents = 0
        self.places: dict[Place, Span] = {}
        self.loaded: set[str] = set()
        self.allowed: dict[tuple[int, int, str], Suppression] = {}
        self.internal_errors: dict[str, None] = {}
        self.unread: set[str] = set()
        self.open: set[str] = set()
        self.uncertain: set[str] = set()
        self.partly: list[tuple[Span, str]] = []
        self.unknown: list[tuple[Span, str]] = []
        self.strings: list[Passage] = []
        self.setups: list[ShownSetup] = []
        self.tally: Tally | None = None

    def allow(self, suppression: Suppression) -> None:
        """Add *suppression* unless it was added before: files are read more than once."""
        span, word = suppression.span, suppression.words[0][0]
        self.allowed.setdefault((id(span.source), span.start, word), suppression)

    def add_error(self, place: str, rule: str, error: Exception) -> None:
        """Add an internal error at *place*, in *rule* if not empty, once for all calls."""
        where = f" in rule {rule}" if rule else ""
        reason = str(error).partition("\n")[0]
        self.internal_errors[
            f"{place}: internal error{where}: {type(error).__name__}: {reason}; please report it"
        ] = None

    def count_by_place(self, spans: list[Span]) -> None:
        """Count the documents at *spans*, each once for all calls of a module."""
        self.places.update((span.key(), span) for span in spans)

    def add(self, other: Outcome) -> None:
        """Add *other*, which may come from another process."""
        self.findings += other.findings
        self.documents += other.documents
        for span in other.places.values():  # keys hold in one process only
            self.places.setdefault(span.key(), span)
        self.loaded |= other.loaded
        for suppression in other.allowed.values():
            self.allow(suppression)
        self.internal_errors.update(other.internal_errors)
        self.unread |= other.unread
        self.open |= other.open
        self.uncertain |= other.uncertain
        self.partly += other.partly
        self.unknown += other.unknown
        self.strings += other.strings
        self.setups += other.setups
        if other.tally is not None:
            if self.tally is None:
                self.tally = other.tally
            else:
                self.tally.merge(other.tally)

    def count(self) -> int:
        """How many policies were checked."""
        return self.documents + len(self.places)
