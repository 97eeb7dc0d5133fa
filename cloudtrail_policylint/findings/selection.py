"""Which rules run, which findings are shown, and how severe they are: what settings say about rules."""

from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import replaced
from ..rulebook.model import in_force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Settings
    from .finding import Finding


class Selection:
    """The choice that *settings* make among the rules of *book*.

    ``run`` are the rules that run; ignored ones of them still supersede
    others, and those that need a set which *settings* do not give do not run. Raises ``UsageError`` for a word that names no rule.
    """

    def __init__(self, book: RuleBook, settings: Settings) -> None:
        self._settings = settings
        self._every = (*book.rules, *book.problems.values())
        self._tags = {tag for rule in self._every for tag in rule.tags}
        self._book = book
        per_path = settings.per_path
        self._known("select", settings.select)
        self._known("ignore", settings.ignore)
        self._known("severity", [word for word, _ in settings.severity])
        self._known("per-path", [word for one in per_path for word in one.ignore])
        self._known("per-path", [word for one in per_path for word, _ in one.severity])
        for entry in settings.suppress:
            if book.named(entry.rule) is None:
                raise UsageError(f"{entry.span.place()}: {self._unknown(entry.rule)}")
        sets = dict(settings.sets)
        self._fillable(sets)
        chosen = [
            in_force(rule, sets)
            for rule in book.rules
            if not settings.select or self._chosen(rule, settings.select)
        ]
        self.run = [rule for rule in chosen if rule is not None]
        self._running = {rule.id for rule in self.run}
        self._ignored = self._ids(settings.ignore)
        self._per_path = [(one.pattern, self._ids(one.ignore)) for one in settings.per_path]

    def reports(self, identifier: str, path: str) -> bool:
        """Whether a finding of the rule or problem *identifier* in the file *path*, if there were one, would be shown."""
        rule = self._book.named(identifier)
        if rule is None:
            return True  # what is no rule any more finds nothing any more
        if self._leaves_out(identifier, path):
            return False
        runs = not rule.subject or identifier in self._running
        return runs and (rule.confidence != "low" or self._settings.pedantic)

    def shown(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those of *findings* that are not ignored, as severe as the settings say."""
        return [
            self._weighed(one)
            for one in findings
            if not self._leaves_out(one.rule.id, one.span.source.path)
        ]

    def _leaves_out(self, identifier: str, path: str) -> bool:
        """Whether findings of the rule *identifier* are ignored in the file *path*."""
        return identifier in self._ignored or any(
            identifier in ignored and self._settings.matches((pattern,), path)
            for pattern, ignored in self._per_path
        )

    def _weighed(self, finding: Finding) -> Finding:
        """*finding* with the severity that the settings give it; a doubt stays what it is."""
        if not finding.certain:
            return finding
        path = finding.span.source.path
        severity = finding.severity
        overrides = list(self._settings.severity)
        for one in self._settings.per_path:
            if one.severity and self._settings.matches((one.pattern,), path):
                overrides += one.severity
        for word, level in overrides:
            if self._chosen(finding.rule, (word,)):
                severity = level
        return finding if severity == finding.severity else replaced(finding, severity=severity)

    def _ids(self, words: tuple[str, ...]) -> frozenset[str]:
        return frozenset(rule.id for rule in self._every if self._chosen(rule, words))

    def _chosen(self, rule: Rule, words: Iterable[str]) -> bool:
        """Whether one of *words* names *rule*: its name, a tag, its id or what that begins with (``CT2``)."""
        return any(
            word in rule.tags
            if word in self._tags
            else rule.name == word or rule.id.startswith(word.upper())
            for word in words
        )

    def _known(self, setting: str, words: Iterable[str]) -> None:
        for word in words:
            if not any(self._chosen(rule, [word]) for rule in self._every):
                place = dict(self._settings.origins).get(setting, "")
                raise UsageError(f"{place + ': ' if place else ''}{self._unknown(word)}")

    def _fillable(self, names: Iterable[str]) -> None:
        """Check that each of *names* is a set that a rule leaves to the settings."""
        needed = {name for rule in self._book.rules for name in rule.needs}
        for name in names:
            if name not in needed:
                from ..base.suggest import nearest

                place = dict(self._settings.origins).get("sets", "")
                message = f"no rule leaves a set called {name} to the settings"
                raise UsageError(f"{place + ': ' if place else ''}{message}{nearest(name, needed)}")

    def _unknown(self, word: str) -> str:
        from ..base.suggest import nearest

        close = nearest(word, (*self._book.names(), *sorted(self._tags)))
        return f"no rule is called {word}{close}"
