"""Selecting rules: which run, which findings are reported, and with which severity."""

from __future__ import annotations

from ..base.choices import CONFIDENCES, SEVERITIES
from ..base.errors import UsageError
from ..base.record import replaced
from ..rulebook.model import in_force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Settings
    from .finding import Finding


def matching(book: RuleBook, words: tuple[str, ...]) -> list[Rule]:
    """The rules and problems of *book* that *words* name; raises ``UsageError`` for one that names none."""
    from ..settings.model import Settings

    selection = Selection(book, Settings(select=words, origins=(("select", "--select"),)))
    return [rule for rule in book.sorted() if selection.names(rule)]


class Selection:
    """The rules of *book* that *settings* select.

    ``run`` are the rules that run. Ignored rules run too, because they may
    supersede others; rules that need a set missing in *settings* do not.
    Raises ``UsageError`` for a word that names no rule.
    """

    def __init__(self, book: RuleBook, settings: Settings) -> None:
        self._settings = settings
        self._all = (*book.rules, *book.problems.values())
        self._tags = {tag for rule in self._all for tag in rule.tags}
        self._book = book
        per_path = settings.per_path
        self._check_words("select", settings.select)
        self._check_words("ignore", settings.ignore)
        self._check_words("severity", [word for word, _ in settings.severity])
        self._check_words("per-path", [word for one in per_path for word in one.ignore])
        self._check_words("per-path", [word for one in per_path for word, _ in one.severity])
        for entry in settings.suppress:
            if book.named(entry.rule) is None:
                from ..base.suggest import nearest

                close = nearest(entry.rule, book.names())
                message = f"unknown rule {entry.rule}{close or '; use a rule id or name'}"
                raise UsageError(f"{entry.span.place()}: {message}")
        sets = dict(settings.sets)
        self._check_sets(sets)
        chosen = [
            in_force(rule, sets)
            for rule in book.rules
            if not settings.select or self._matches(rule, settings.select)
        ]
        self.run = [rule for rule in chosen if rule is not None]
        self._running = {rule.id for rule in self.run}
        self._ignored = self._ids(settings.ignore)
        self._per_path: dict[str, tuple[frozenset[str], tuple[tuple[str, str], ...]]] = {}
        self._severities: dict[tuple[str, str], str | None] = {}

    def reports(self, identifier: str, path: str) -> bool:
        """Whether a finding of the rule or problem *identifier* in *path* would be reported."""
        rule = self._book.named(identifier)
        if rule is None:
            return True  # a removed rule: its findings are gone
        if self._is_ignored(identifier, path):
            return False
        runs = not rule.subject or identifier in self._running
        severity = self._severity(rule, path) or rule.severity
        if not (runs and self._is_shown(rule, severity)):
            return False
        return rule.confidence != "low" or self._settings.pedantic

    def names(self, rule: Rule) -> bool:
        """Whether the settings select *rule*, or the problem *rule*, by one of their words."""
        return self._matches(rule, self._settings.select)

    def reported(self, findings: Iterable[Finding]) -> list[Finding]:
        """*findings* without ignored and hidden ones, with the severity from the settings."""
        found = [
            self._with_severity(one)
            for one in findings
            if not self._is_ignored(one.rule.id, one.settled_at.source.path)
        ]
        return [one for one in found if self._is_shown(one.rule, one.severity)]

    def _is_shown(self, rule: Rule, severity: str) -> bool:
        """Whether findings of *rule* with this *severity* reach the minimums of the settings."""
        least, settings = SEVERITIES.index, self._settings
        return least(severity) <= least(settings.min_severity) and (
            CONFIDENCES.index(rule.confidence) <= CONFIDENCES.index(settings.min_confidence)
        )

    def _is_ignored(self, identifier: str, path: str) -> bool:
        """Whether findings of the rule *identifier* are ignored in the file *path*."""
        return identifier in self._ignored or identifier in self._for_path(path)[0]

    def _for_path(self, path: str) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
        """The rules that are ignored in the file *path*, and its severities."""
        if path not in self._per_path:
            settings = self._settings
            found = settings.matching(settings.per_path, lambda one: one.pattern, path)
            ignored = self._ids(tuple({word: None for one in found for word in one.ignore}))
            severities = tuple([pair for one in found for pair in one.severity])
            self._per_path[path] = ignored, severities
        return self._per_path[path]

    def _with_severity(self, finding: Finding) -> Finding:
        """*finding* with the severity from the settings; unchanged if it is uncertain."""
        if not finding.certain:
            return finding
        severity = self._severity(finding.rule, finding.settled_at.source.path)
        if severity is None or severity == finding.severity:
            return finding
        return replaced(finding, severity=severity)

    def _severity(self, rule: Rule, path: str) -> str | None:
        """The severity that the settings give *rule* in the file *path*, if they do."""
        key = path, rule.id
        if key not in self._severities:
            overrides = (*self._settings.severity, *self._for_path(path)[1])
            matching = (
                level for word, level in reversed(overrides) if self._matches(rule, (word,))
            )
            self._severities[key] = next(matching, None)
        return self._severities[key]

    def _ids(self, words: tuple[str, ...]) -> frozenset[str]:
        if not words:
            return frozenset()
        return frozenset(rule.id for rule in self._all if self._matches(rule, words))

    def _matches(self, rule: Rule, words: Iterable[str]) -> bool:
        """Whether one of *words* is an id or id prefix (``CT2``), the name or a tag of *rule*."""
        return any(
            word in rule.tags
            if word in self._tags
            else rule.name == word or _is_prefix(word.upper(), rule.id)
            for word in words
        )

    def _check_words(self, setting: str, words: Iterable[str]) -> None:
        """Raise ``UsageError`` if one of *words* names no rule."""
        for word in words:
            if not any(self._matches(rule, [word]) for rule in self._all):
                from ..base.suggest import nearest

                close = nearest(word, (*self._book.names(), *sorted(self._tags)))
                message = f"unknown rule or tag {word or repr(word)}{close}"
                raise UsageError(f"{self._place(setting)}{message}")

    def _check_sets(self, names: Iterable[str]) -> None:
        """Raise ``UsageError`` if one of *names* is no set that a rule leaves to the settings."""
        needed = {name for rule in self._book.rules for name in rule.needs}
        for name in names:
            if name not in needed:
                from ..base.suggest import nearest

                message = f"unknown set {name}{nearest(name, needed)}"
                raise UsageError(f"{self._place('sets')}{message}")

    def _place(self, setting: str) -> str:
        """The beginning of a message about *setting*: its origin, if it has one."""
        origin = dict(self._settings.origins).get(setting)
        return f"{origin}: " if origin else ""


def _is_prefix(word: str, identifier: str) -> bool:
    """Whether *identifier* begins with *word*, which has at least all letters of its family (``CT``)."""
    return identifier.startswith(word) and word.startswith(identifier.rstrip("0123456789"))
