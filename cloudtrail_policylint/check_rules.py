"""``check-rules``: whether rule files are right, and whether their examples hold.

An example is linted like a file, by its one rule, with every policy in scope.
``«`` and ``»`` around a text say that exactly this must be pointed at. What its
edit makes of an example, judged by all rules, must be the text that ``fixed``
gives.
"""

from __future__ import annotations

from .base.errors import RuleFileError
from .base.record import record, replaced
from .fix.fixer import fix
from .lint.linter import Linter
from .rulebook.file import CLOSE, OPEN, facts_in, known_ids, mistakes, parsed, unmarked
from .rulebook.folder import RuleFolder
from .rulebook.model import Rule, RuleBook, rule_from, sets_in
from .settings.model import Settings
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

FILES = {"json": "example.json", "terraform": "main.tf"}


@record
class Outcome:
    """What a check found: the mistakes, and how much was looked at."""

    mistakes: tuple[str, ...]
    rules: int
    examples: int


def check(paths: Iterable[str], book: RuleBook) -> Outcome:
    """Check the rule files at *paths*; *book* gives the facts and the problems."""
    found: list[str] = []
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
                found.append(str(error))
    ids = known_ids(book, [file for file, _ in files])
    for file, sets in files:
        wrong = mistakes(file, sets, ids)
        if not wrong:
            rule = rule_from(file.raw, sets)
            wrong = [*_repeated(file, rule, seen), *run_examples(file, rule, book)]
            examples += sum(len(group) for group in file.raw["examples"].values())
        found += wrong
    return Outcome(tuple(found), rules, examples)


def _repeated(file: RuleFile, rule: Rule, seen: dict[str, str]) -> Iterator[str]:
    for key, word in (("id", rule.id), ("name", rule.name)):
        place = place_of(file.root, [key]).place()
        if word in seen:
            yield f"{place}: {word} is taken: see {seen[word]}"
        seen[word] = place


def run_examples(file: RuleFile, rule: Rule, book: RuleBook) -> Iterator[str]:
    """What is wrong with the examples of *file*, each message with its place."""
    linter = example_linter(rule, book, file.raw.get("example-sets"))
    fixer = Fixer(rule, book)
    for group, examples in file.raw["examples"].items():
        for index, example in enumerate(examples):
            wrong, key = failure(example, linter, rule, bad=group == "bad"), "text"
            if not wrong and "fixed" in example:
                wrong, key = fixer.failure(example), "fixed"
            if wrong:
                place = place_of(file.root, ["examples", group, index, key]).place()
                yield f'{place}: {group} example "{example["name"]}": {wrong}'
    edited = any(case.edit is not None for case in rule.cases)
    if edited and not any("fixed" in example for example in file.raw["examples"]["bad"]):
        place = place_of(file.root, ["examples", "bad"]).place()
        yield f"{place}: no bad example says with fixed what the edit makes of it"


def example_linter(
    rule: Rule, book: RuleBook, sets: Mapping[str, Sequence[str]] | None = None
) -> Linter:
    """A linter that runs *rule* alone over every policy; the settings give those of *sets* that it needs."""
    settings = Settings(
        scope="all",
        pedantic=rule.confidence == "low",
        select=(rule.name,),
        sets=tuple((name, tuple(sets[name])) for name in rule.needs if sets and name in sets),
    )
    others = [other for other in book.rules if other.id != rule.id]
    return Linter(replaced(book, rules=(*others, rule)), settings)


def failure(example: Mapping[str, Any], linter: Linter, rule: Rule, *, bad: bool) -> str | None:
    """Why *example* does not hold, or None when it does."""
    text, marked = unmarked(example["text"])
    if bad and not marked:
        return f"nothing is marked with {OPEN}{CLOSE}"
    if not bad and marked:
        return "a good example has no marks"
    path = path_of(example)
    result = linter.lint_text(path, text, example.get("kind"))
    if result.internal_errors:
        return result.internal_errors[0]
    problems = [f for f in result.findings if f.rule.id != rule.id]
    if problems:
        return f"{problems[0].rule.id} {problems[0].message}"
    if not result.documents and rule.subject not in ("attachment", "resource"):
        return "no policy was found in it"
    found = [(f.span.start, f.span.end) for f in result.findings if f.certain]
    return _difference(text, found, marked)


class Fixer:
    """Makes the edits of *rule*, and of no other, to an example, as ``--fix`` does with all rules at work."""

    def __init__(self, rule: Rule, book: RuleBook) -> None:
        self._rule = rule
        others = [other for other in book.rules if other.id != rule.id]
        self._linter = Linter(
            replaced(book, rules=(*others, rule)),
            Settings(scope="all"),
            strings=True,
        )

    def fixed(self, example: Mapping[str, Any], *, unsafe: bool) -> Fixed:
        """What comes of *example*."""
        path = path_of(example)
        given = {path: unmarked(example["text"])[0].encode("utf-8")}

        def lint(contents: Contents) -> Result:
            text = contents.get(path, given[path]).decode("utf-8")
            return self._linter.lint_text(path, text, example.get("kind"))

        def ours(result: Result) -> list[Finding]:
            return [finding for finding in result.findings if finding.rule.id == self._rule.id]

        return fix(lint, unsafe=unsafe, given=given, wanted=ours)

    def failure(self, example: Mapping[str, Any]) -> str | None:
        """What is wrong with what *example* says it becomes, or None when it is so."""
        unsafe = not any(case.edit.safe for case in self._rule.cases if case.edit is not None)
        fixed = self.fixed(example, unsafe=unsafe)
        text = "".join(data.decode("utf-8") for data in fixed.contents.values())
        if text == example["fixed"]:
            return None
        if not text:
            reasons = [refusal.reason for refusal in fixed.refusals]
            return f"it is not fixed: {reasons[0] if reasons else 'no edit applies'}"
        lines = zip(text.splitlines(), example["fixed"].splitlines(), strict=False)
        differing = next((line for line, other in lines if line != other), text)
        return f"the edit makes something else of it: {_listed([differing])}"


def path_of(example: Mapping[str, Any]) -> str:
    """What the file of *example* is called."""
    starts = example["text"].lstrip().lstrip(OPEN)
    return FILES.get(example["language"]) or (
        "example.json" if starts.startswith("{") else "example.yaml"
    )


def _difference(
    text: str, found: Sequence[tuple[int, int]], marked: Sequence[tuple[int, int]]
) -> str | None:
    missed = [text[start:end] for start, end in marked if (start, end) not in found]
    extra = [text[start:end] for start, end in found if (start, end) not in marked]
    if missed and extra:
        return f"found {_listed(extra)} instead of {_listed(missed)}"
    if missed:
        return f"did not find {_listed(missed)}"
    return f"found {_listed(extra)}" if extra else None


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(" ".join(text.split())[:80] for text in texts)
