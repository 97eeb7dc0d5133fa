"""Rules as data: the content of valid rule files.

Everything here is plain data, so that all rules together can be stored as one
JSON text when the package is built and read back in a moment.
"""

from __future__ import annotations

from ..base.record import record, replaced
from ..iam.catalogue import Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any


@record
class Remedy:
    """A rule's ``edit``: how ``--fix`` changes a file.

    ``safe``: it changes only what is certainly wrong. ``says`` describes it. ``at``
    is the text that it changes; empty for the one reported. The first of these
    that applies is done: the text becomes ``write``; it becomes the one of ``letter_case``
    that it is in other letter case; the first of ``replace`` that
    it contains (case-insensitive) is replaced; its ``fields`` between colons,
    counted from 1, are replaced. ``remove`` removes the condition instead.
    """

    safe: bool
    says: str
    at: str = ""
    write: str = ""
    letter_case: tuple[str, ...] = ()
    replace: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[int, str], ...] = ()
    remove: bool = False


@record
class Case:
    """One form of a rule's defect: what is matched, what is reported, and the message."""

    match: Mapping[str, Any]
    report: str
    message: str
    once: bool = False
    """Whether only the first witness in a statement is reported."""
    edit: Remedy | None = None


@record
class Rule:
    """One rule, or one problem (then without a subject and without cases)."""

    id: str
    name: str
    summary: str
    severity: str
    confidence: str
    status: str
    since: str
    tags: tuple[str, ...]
    subject: str
    cases: tuple[Case, ...]
    why: str
    fix: str
    references: tuple[Mapping[str, Any], ...]
    supersedes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """The sets that it uses and that are empty until settings fill them."""

    @property
    def url(self) -> str | None:
        """The first of its references."""
        return self.references[0]["url"] if self.references else None


@record
class RuleBook:
    """All rules of a run, the problems by name, the sets, and facts about AWS."""

    rules: tuple[Rule, ...]
    problems: Mapping[str, Rule]
    sets: Mapping[str, tuple[str, ...]]
    facts: Facts

    def named(self, word: str) -> Rule | None:
        """The rule or problem whose id or name is *word*."""
        for rule in (*self.rules, *self.problems.values()):
            if word.upper() == rule.id or word == rule.name:
                return rule
        return None

    def ids(self) -> list[str]:
        """All ids."""
        return [rule.id for rule in (*self.rules, *self.problems.values())]

    def names(self) -> list[str]:
        """All ids and names."""
        return [
            word for rule in (*self.rules, *self.problems.values()) for word in (rule.id, rule.name)
        ]

    def requests(self) -> list[str]:
        """The names of the requests that rules can ask about."""
        return [raw["name"] for raw in self.facts.requests]

    def sorted(self) -> list[Rule]:
        """Rules and problems, sorted by id."""
        return sorted((*self.problems.values(), *self.rules), key=lambda rule: rule.id)


def rule_from(raw: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> Rule:
    """The rule of *raw*, a mapping as read from a rule file, with the values of its ``$names``."""
    return _rule(prepared(raw, sets))


def prepared(raw: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """*raw* in the form that is compiled: sets expanded, folded text on one line, always ``cases``.

    What is left to do in a run is to make records of it.
    """
    moved = ("match", "report", "message", "edit")
    kept = {key: value for key, value in raw.items() if key not in moved}
    kept.update({key: _line(raw[key]) for key in ("summary", "why", "fix")})
    kept["needs"] = sorted(_empty(raw, sets))
    kept["cases"] = [
        {
            "match": expanded(case["match"], sets),
            "report": case["report"],
            "message": _line(case["message"]),
            "edit": case.get("edit", raw.get("edit")),
        }
        for case in raw.get("cases") or ([raw] if "match" in raw else [])
    ]
    return kept


def _rule(raw: Mapping[str, Any]) -> Rule:
    once = raw.get("once", False)
    return Rule(
        id=raw["id"],
        name=raw["name"],
        summary=raw["summary"],
        severity=raw["severity"],
        confidence=raw["confidence"],
        status=raw.get("status", "stable"),
        since=raw.get("since", ""),
        tags=tuple(raw.get("tags", ())),
        subject=raw.get("subject", ""),
        cases=tuple(
            [
                Case(case["match"], case["report"], case["message"], once, _remedy(case["edit"]))
                for case in raw["cases"]
            ]
        ),
        why=raw["why"],
        fix=raw["fix"],
        references=tuple(raw.get("references", ())),
        supersedes=tuple(raw.get("supersedes", ())),
        needs=tuple(raw.get("needs", ())),
    )


def in_force(rule: Rule, sets: Mapping[str, Sequence[str]]) -> Rule | None:
    """*rule* with the sets that it needs from *sets*; None if one of them is not there."""
    if not rule.needs:
        return rule
    if not all(sets.get(name) for name in rule.needs):
        return None
    cases = [replaced(case, match=expanded(case.match, sets)) for case in rule.cases]
    return replaced(rule, cases=tuple(cases))


def _empty(match: Any, sets: Mapping[str, Iterable[str]]) -> set[str]:
    """The names of the empty *sets* that *match* uses."""
    if isinstance(match, dict):
        return {name for value in match.values() for name in _empty(value, sets)}
    if isinstance(match, list | tuple):
        return {name for value in match for name in _empty(value, sets)}
    if not isinstance(match, str) or not match.startswith("$"):
        return set()
    name = match[1:]
    return {name} if name in sets and not sets[name] else set()


def _remedy(raw: Mapping[str, Any] | None) -> Remedy | None:
    if raw is None:
        return None
    return Remedy(
        safe=raw["safe"],
        says=_line(raw["says"]),
        at=raw.get("at", ""),
        write=raw.get("write", ""),
        letter_case=tuple(raw.get("letter-case", ())),
        replace=tuple(raw.get("replace", {}).items()),
        remove="remove" in raw,
        fields=tuple((int(number), text) for number, text in raw.get("fields", {}).items()),
    )


def rule_book(raw: Mapping[str, Any]) -> RuleBook:
    """The rule book of *raw*: ``rules`` and ``problems``, both ``prepared``, and ``facts``."""
    facts = raw["facts"]
    sets = sets_in(facts)
    return RuleBook(
        rules=tuple([_rule(rule) for rule in raw["rules"]]),
        problems={rule["name"]: _rule(rule) for rule in raw["problems"]},
        sets=sets,
        facts=Facts(
            actions=tuple(fact["name"] for fact in facts.get("actions", ())),
            keys=tuple(fact["name"] for fact in facts.get("condition-keys", ())),
            misnamed=tuple(_misnamed(facts.get("misnamed-actions", ()))),
            global_keys=tuple(facts.get("global-keys", ())),
            requests=tuple(facts.get("requests", ())),
            request_parts=tuple(facts.get("request-parts", {}).items()),
            request_keys=tuple(facts.get("request-keys", {}).items()),
            same_accounts=tuple(facts.get("same-accounts", ())),
            resource_types=tuple(facts.get("resource-types", ())),
            request_makers=tuple(facts.get("request-makers", ())),
            regions=frozenset(sets.get("aws-regions", ())),
        ),
    )


def extended(book: RuleBook, raw: Mapping[str, Any]) -> RuleBook:
    """*book* with the ``rules``, ``prepared``, and all ``sets`` of *raw*."""
    added = [_rule(rule) for rule in raw["rules"]]
    sets = {name: tuple(values) for name, values in raw["sets"].items()}
    return RuleBook((*book.rules, *added), book.problems, sets, book.facts)


def sets_in(facts: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The named sets of *facts*, as read from its files."""
    return {name: tuple(given["values"]) for name, given in facts.get("sets", {}).items()}


def expanded(match: Any, sets: Mapping[str, Iterable[str]]) -> Any:
    """*match* with each operand ``$name`` replaced by the values of that set, if it has any."""
    if isinstance(match, dict):
        return {key: expanded(value, sets) for key, value in match.items()}
    if isinstance(match, list | tuple):
        found: list[Any] = []
        for item in match:
            if isinstance(item, str) and item.startswith("$"):
                found.extend(sets[item[1:]] or [item])
            else:
                found.append(expanded(item, sets))
        return found
    return match


def _misnamed(given: Any) -> Iterable[tuple[str, str]]:
    for fact in given:
        yield fact["name"], fact["meant"]


def _line(text: str) -> str:
    """*text* on one line."""
    return " ".join(text.split())
