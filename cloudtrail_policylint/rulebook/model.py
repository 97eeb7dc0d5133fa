"""Rules as data: the content of valid rule files.

Everything here is plain data, so that all rules together can be stored as one
text when the package is built and read back in a moment. It has a line of JSON
for all that each run needs, and one for each part that is read when it is first
asked for: what a rule matches, and what it says.
"""

from __future__ import annotations

import json

from .._version import DOCS_URL
from ..base.record import cached, record, replaced
from ..iam.catalogue import Facts
from .gates import Gate, Lists, gate_from, gate_of, stored_gate

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

    Of a resource: ``wait`` adds the partner that is made too late to what the resource depends
    on, ``attribute`` is another attribute for the reference that is reported, ``append`` what the
    value that is reported gets at its end.
    """

    safe: bool
    says: str
    at: str = ""
    write: str = ""
    letter_case: tuple[str, ...] = ()
    replace: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[int, str], ...] = ()
    remove: bool = False
    wait: bool = False
    attribute: str = ""
    append: str = ""


@record
class Case:
    """One form of a rule's defect: what is matched, what is reported, and the message.

    ``tests`` and ``said`` are JSON. ``gate`` is that of the match.
    """

    gate: Gate | None
    tests: bytes
    said: bytes
    once: bool = False
    """Whether only the first witness in a statement is reported."""

    @cached
    def match(self) -> Mapping[str, Any]:
        """What is matched."""
        found: Mapping[str, Any] = json.loads(self.tests)
        return found

    @cached
    def _said(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.said)
        return found

    @property
    def report(self) -> str:
        """The field that is reported."""
        return str(self._said["report"])

    @property
    def message(self) -> str:
        """The message, with placeholders."""
        return str(self._said["message"])

    @cached
    def edit(self) -> Remedy | None:
        """How ``--fix`` changes a file."""
        return _remedy(self._said["edit"])


@record
class Rule:
    """One rule, or one problem (then without a subject and without cases).

    ``told`` is JSON: what only reports and pages of rules say.
    """

    id: str
    name: str
    severity: str
    confidence: str
    tags: tuple[str, ...]
    subject: str
    cases: tuple[Case, ...]
    told: bytes
    supersedes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """The sets that it uses and that are empty until settings fill them."""
    docs_url: str = DOCS_URL
    """The address of the documentation that has its page; empty for rules of users."""
    wide: bool = False
    """Whether it is also about policies and resources that do not concern CloudTrail."""

    @cached
    def _told(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.told)
        return found

    @property
    def summary(self) -> str:
        """What it finds, in one line."""
        return str(self._told["summary"])

    @property
    def status(self) -> str:
        """Whether it may still change."""
        return str(self._told["status"])

    @property
    def since(self) -> str:
        """The version that it came with; empty if that is not said."""
        return str(self._told["since"])

    @property
    def why(self) -> str:
        """Why it matters."""
        return str(self._told["why"])

    @property
    def fix(self) -> str:
        """What to write instead."""
        return str(self._told["fix"])

    @property
    def references(self) -> tuple[Mapping[str, Any], ...]:
        """The pages that it rests on."""
        return tuple(self._told["references"])

    @property
    def url(self) -> str | None:
        """The address of its page; of a user's rule, the first of its references."""
        if self.docs_url:
            return f"{self.docs_url}rules/{self.id}/"
        return self.references[0]["url"] if self.references else None


@record
class RuleBook:
    """All rules of a run, the problems by name, the sets as JSON, and facts about AWS."""

    rules: tuple[Rule, ...]
    problems: Mapping[str, Rule]
    stored_sets: bytes
    facts: Facts

    @cached
    def sets(self) -> Mapping[str, tuple[str, ...]]:
        """The sets."""
        return {name: tuple(values) for name, values in json.loads(self.stored_sets).items()}

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

    def documented_at(self, docs_url: str) -> RuleBook:
        """The same rules, with the pages of those that have one below *docs_url*."""
        if docs_url == DOCS_URL:
            return self

        def moved(rule: Rule) -> Rule:
            return replaced(rule, docs_url=docs_url) if rule.docs_url else rule

        problems = {name: moved(rule) for name, rule in self.problems.items()}
        return replaced(self, rules=tuple(map(moved, self.rules)), problems=problems)

    def sorted(self) -> list[Rule]:
        """Rules and problems, sorted by id."""
        return sorted((*self.problems.values(), *self.rules), key=lambda rule: rule.id)


def rule_from(raw: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> Rule:
    """The rule of *raw*, a mapping as read from a rule file, with the values of its ``$names``."""
    lines = Lines()
    return _rule(stored_rule(raw, sets, lines), lines.found, lines.lists.found)


class Lines:
    """The parts of rules that are read when they are first asked for, each a line of JSON."""

    def __init__(self) -> None:
        self.found: list[bytes] = []
        self.lists = Lists()

    def add(self, part: Any) -> int:
        """The number of the line that has *part*."""
        self.found.append(json_line(part))
        return len(self.found) - 1


def json_line(part: Any) -> bytes:
    """*part* as one line of JSON."""
    return json.dumps(part, separators=(",", ":")).encode()


def stored_rule(
    raw: Mapping[str, Any], sets: Mapping[str, Iterable[str]], lines: Lines
) -> list[Any]:
    """*raw* as JSON, with sets expanded and folded text on one line; *lines* get parts of it."""
    subject = raw.get("subject", "")
    cases = []
    for case in raw.get("cases") or ([raw] if "match" in raw else []):
        match = expanded(case["match"], sets)
        said = {
            "report": case["report"],
            "message": _line(case["message"]),
            "edit": case.get("edit", raw.get("edit")),
        }
        gate = stored_gate(gate_of(subject, match), lines.lists)
        cases.append([gate, lines.add(match), lines.add(said)])
    told = {
        **{key: _line(raw[key]) for key in ("summary", "why", "fix")},
        "status": raw.get("status", "stable"),
        "since": raw.get("since", ""),
        "references": raw.get("references", []),
    }
    return [
        raw["id"],
        raw["name"],
        raw["severity"],
        raw["confidence"],
        raw.get("tags", []),
        subject,
        cases,
        raw.get("once", False),
        lines.add(told),
        raw.get("supersedes", []),
        sorted(_empty(raw, sets)),
        raw.get("scope") == "all",
    ]


def _rule(
    raw: list[Any],
    lines: Sequence[bytes],
    lists: Sequence[tuple[str, ...]],
    docs_url: str = DOCS_URL,
) -> Rule:
    id_, name, severity, confidence, tags, subject, cases, once, told, *rest = raw
    supersedes, needs, wide = rest
    return Rule(
        id_,
        name,
        severity,
        confidence,
        tuple(tags),
        subject,
        tuple(
            [
                Case(gate_from(gate, lists), lines[match], lines[said], once)
                for gate, match, said in cases
            ]
        ),
        lines[told],
        tuple(supersedes),
        tuple(needs),
        docs_url,
        wide,
    )


def in_force(rule: Rule, sets: Mapping[str, Sequence[str]]) -> Rule | None:
    """*rule* with the sets that it needs from *sets*; None if one of them is not there."""
    if not rule.needs:
        return rule
    if not all(sets.get(name) for name in rule.needs):
        return None
    cases = []
    for case in rule.cases:
        match = expanded(case.match, sets)
        gate = gate_of(rule.subject, match)
        cases.append(replaced(case, gate=gate, tests=json_line(match)))
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
        wait="wait" in raw,
        attribute=raw.get("attribute", ""),
        append=raw.get("append", ""),
        fields=tuple((int(number), text) for number, text in raw.get("fields", {}).items()),
    )


def stored_book(
    rules: Iterable[Mapping[str, Any]],
    problems: Iterable[Mapping[str, Any]],
    facts: Mapping[str, Any],
) -> bytes:
    """The text of *rules* and *problems*, as read from their files, and of *facts*."""
    sets = sets_in(facts)
    lines = Lines()
    head = {
        "rules": [stored_rule(rule, sets, lines) for rule in rules],
        "problems": [stored_rule(rule, {}, lines) for rule in problems],
        "sets": lines.add(sets),
        "actions": [fact["name"] for fact in facts.get("actions", ())],
        "keys": [fact["name"] for fact in facts.get("condition-keys", ())],
        "same-accounts": facts.get("same-accounts", []),
        "facts": {
            **{name: lines.add(facts.get(name)) for name in _LATE},
            "regions": lines.add(sets.get("aws-regions")),
        },
    }
    head["lists"] = lines.lists.found
    return b"\n".join([json_line(head), *lines.found])


_LATE = (
    "misnamed-actions",
    "global-keys",
    "requests",
    "request-parts",
    "request-keys",
    "resource-types",
    "request-makers",
)
"""The facts that few runs need."""


def rule_book(text: bytes) -> RuleBook:
    """The rule book that is stored as *text*."""
    first, *lines = text.split(b"\n")
    head = json.loads(first)
    lists = [tuple(one) for one in head["lists"]]
    return RuleBook(
        rules=tuple([_rule(rule, lines, lists) for rule in head["rules"]]),
        problems={one.name: one for one in [_rule(raw, lines, lists) for raw in head["problems"]]},
        stored_sets=lines[head["sets"]],
        facts=Facts(
            actions=tuple(head["actions"]),
            keys=tuple(head["keys"]),
            same_accounts=tuple(head["same-accounts"]),
            more={name: lines[line] for name, line in head["facts"].items()},
        ),
    )


def stored_own(rules: Iterable[Mapping[str, Any]], sets: Mapping[str, Iterable[str]]) -> bytes:
    """The text of a user's *rules*, with all *sets*."""
    lines = Lines()
    head = {"rules": [stored_rule(rule, sets, lines) for rule in rules], "sets": lines.add(sets)}
    head["lists"] = lines.lists.found
    return b"\n".join([json_line(head), *lines.found])


def extended(book: RuleBook, text: bytes) -> RuleBook:
    """*book* with the rules and all sets that are stored as *text*."""
    first, *lines = text.split(b"\n")
    head = json.loads(first)
    lists = [tuple(one) for one in head["lists"]]
    added = [_rule(rule, lines, lists, "") for rule in head["rules"]]
    return RuleBook((*book.rules, *added), book.problems, lines[head["sets"]], book.facts)


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


def _line(text: str) -> str:
    """*text* on one line."""
    return " ".join(text.split())
