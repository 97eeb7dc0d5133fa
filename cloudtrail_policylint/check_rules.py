"""``check-rules``: validates rule files and runs their examples.

An example is linted like a file, by its own rule only, with all policies in
scope. ``«`` and ``»`` enclose exactly the text that must be reported. If an
example has ``fixed``, the rule's edit, checked with all rules, must produce it.
"""

from __future__ import annotations

import os

from .base.errors import RuleFileError
from .base.record import record, replaced
from .fix.fixer import fix
from .lint.linter import Linter
from .rulebook.file import (
    CLOSE,
    OPEN,
    facts_in,
    known_ids,
    mistakes,
    parsed,
    taken_words,
    unmarked,
)
from .rulebook.folder import RuleFolder
from .rulebook.load import rules_folder
from .rulebook.model import Rule, RuleBook, rule_from, sets_in
from .settings.model import Deployed, Settings
from .tree.python_values import place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from .files.inputs import Contents
    from .findings.finding import Finding
    from .findings.result import Result
    from .fix.fixer import Fixed
    from .rulebook.file import RuleFile

PLACEHOLDER = "REPLACE: "
"""The beginning of a text that ``scripts/new-rule`` leaves to be written."""


@record
class CheckResult:
    """The errors found, and how many rules and examples were checked."""

    errors: tuple[str, ...]
    rules: int
    examples: int


def check(paths: Iterable[str], book: RuleBook) -> CheckResult:
    """Check the rule files at *paths*; *book* has the sets, facts and problems."""
    errors: list[str] = []
    seen: dict[str, str] = {}
    rules = examples = 0
    files: list[tuple[RuleFile, dict[str, tuple[str, ...]]]] = []
    for path in paths:
        folder = RuleFolder(path)
        sets = {**book.sets, **sets_in(facts_in(folder))}
        for one in folder.rules.items():
            rules += 1
            try:
                files.append((parsed(*one), sets))
            except RuleFileError as error:
                errors.append(str(error))
    ids = known_ids(book, [file for file, _ in files])
    for file, sets in files:
        found = mistakes(file, sets, ids, book.requests())
        if not found:
            rule = rule_from(file.raw, sets)
            found = [
                *taken_words(file, book, (rules_folder(),), seen),
                *_placeholders(file),
                *run_examples(file, rule, book),
            ]
            examples += sum(len(group) for group in file.raw["examples"].values())
        errors += found
    return CheckResult(tuple(errors), rules, examples)


def _placeholders(file: RuleFile) -> Iterator[str]:
    """Messages about texts of the template that have not been replaced."""
    texts: list[tuple[list[Any], str]] = [
        *(([key], file.raw[key]) for key in ("summary", "why", "fix")),
        *(
            (["references", index, "says"], reference["says"])
            for index, reference in enumerate(file.raw["references"])
        ),
    ]
    for path, text in texts:
        if text.startswith(PLACEHOLDER):
            place = place_of(file.root, path).place()
            yield f"{place}: {path[-1]} still has the text of the template"


def run_examples(file: RuleFile, rule: Rule, book: RuleBook) -> Iterator[str]:
    """Messages about the examples of *file* that fail, each with its place."""
    linter = example_linter(rule, book, file.raw)
    fixer = Fixer(rule, book)
    for group, examples in file.raw["examples"].items():
        for index, example in enumerate(examples):
            error, key = failure(example, linter, rule, bad=group == "bad"), "text"
            if not error and "fixed" in example:
                error, key = fixer.failure(example), "fixed"
            if error:
                place = place_of(file.root, ["examples", group, index, key]).place()
                yield f'{place}: {group} example "{example["name"]}": {error}'
    edited = any(case.edit is not None for case in rule.cases)
    if edited and not any("fixed" in example for example in file.raw["examples"]["bad"]):
        place = place_of(file.root, ["examples", "bad"]).place()
        yield f"{place}: a rule with an edit needs a bad example with fixed"


def example_linter(rule: Rule, book: RuleBook, raw: Mapping[str, Any]) -> Linter:
    """A linter with only *rule* of the rules in *book*, on all policies.

    *raw* is its file, which has the settings of the examples.
    """
    sets: Mapping[str, Sequence[str]] = raw.get("example-sets", {})
    deployed = raw.get("example-deployed")
    settings = Settings(
        folder=os.getcwd(),
        scope="all",
        pedantic=rule.confidence == "low",
        sets=tuple((name, tuple(sets[name])) for name in rule.needs if name in sets),
        deployed=(Deployed("*", tuple(deployed["regions"]), deployed["account"]),)
        if deployed is not None
        else (),
    )
    return Linter(replaced(book, rules=(rule,)), settings)


def failure(example: Mapping[str, Any], linter: Linter, rule: Rule, *, bad: bool) -> str | None:
    """Why *example* fails, None if it passes."""
    text, marked = unmarked(example["text"])
    if bad and not marked:
        return f"a bad example must mark what is reported with {OPEN}{CLOSE}"
    if not bad and marked:
        return f"a good example must not have marks ({OPEN}{CLOSE})"
    path = path_of(example)
    result = linter.lint_text(path, text, example.get("kind"))
    if result.internal_errors:
        return result.internal_errors[0]
    problems = [f for f in result.findings if f.rule.id != rule.id]
    if problems:
        return f"{problems[0].rule.id} {problems[0].message}"
    if not result.documents and rule.subject not in ("attachment", "resource"):
        return "it has no policy"
    found = [(f.span.start, f.span.end) for f in result.findings if f.certain]
    return _difference(text, found, marked)


class Fixer:
    """Applies the edits of *rule* only to an example; all rules check the outcome."""

    def __init__(self, rule: Rule, book: RuleBook) -> None:
        self._rule = rule
        others = [other for other in book.rules if other.id != rule.id]
        self._linter = Linter(
            replaced(book, rules=(*others, rule)),
            Settings(scope="all"),
            strings=True,
        )

    def fixed(self, example: Mapping[str, Any], *, unsafe: bool) -> Fixed:
        """*example* with the edits applied."""
        path = path_of(example)
        given = {path: unmarked(example["text"])[0].encode("utf-8")}

        def lint(contents: Contents) -> Result:
            text = contents.get(path, given[path]).decode("utf-8")
            return self._linter.lint_text(path, text, example.get("kind"))

        def of_rule(result: Result) -> list[Finding]:
            return [finding for finding in result.findings if finding.rule.id == self._rule.id]

        return fix(lint, unsafe=unsafe, given=given, select=of_rule)

    def failure(self, example: Mapping[str, Any]) -> str | None:
        """Why ``fixed`` of *example* is wrong, None if it is right."""
        fixed = self.fixed(example, unsafe=False)
        if not fixed.contents:
            fixed = self.fixed(example, unsafe=True)
        text = "".join(data.decode("utf-8") for data in fixed.contents.values())
        if text == example["fixed"]:
            return None
        if not text:
            reasons = [refusal.reason for refusal in fixed.refusals]
            return f"not fixed: {reasons[0] if reasons else 'no edit applies'}"
        lines = zip(text.splitlines(), example["fixed"].splitlines(), strict=False)
        differing = next((line for line, other in lines if line != other), text)
        return f"the edit produces other text: {_listed([differing])}"


def path_of(example: Mapping[str, Any]) -> str:
    """The file name for *example*, which gives its format."""
    if example["language"] == "terraform":
        return "main.tf"
    starts = example["text"].lstrip().lstrip(OPEN)
    return "example.json" if starts.startswith(("{", "[")) else "example.yaml"


def _difference(
    text: str, found: Sequence[tuple[int, int]], marked: Sequence[tuple[int, int]]
) -> str | None:
    missed = [text[start:end] for start, end in marked if (start, end) not in found]
    extra = [text[start:end] for start, end in found if (start, end) not in marked]
    if missed and extra:
        return f"reports {_listed(extra)}, but must report {_listed(missed)}"
    if missed:
        return f"does not report {_listed(missed)}"
    if extra and marked:
        return f"reports {_listed(extra)}, which is not marked with {OPEN}{CLOSE}"
    return f"reports {_listed(extra)}, but must report nothing" if extra else None


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(" ".join(text.split())[:80] for text in texts)
