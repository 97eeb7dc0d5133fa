"""Checks the documents of an editor: their texts as they are there, all other files from the disk."""

from __future__ import annotations

import os
from contextlib import suppress

from ..base.destination import leads_away
from ..base.disk import UnreadableError
from ..base.errors import InputError
from ..base.formats import TEXT_TEMPLATE, format_of
from ..base.limits import under
from ..base.record import record, replaced
from ..findings.baseline import read
from ..lint.run import Run
from ..rulebook.load import bundled
from ..settings.lookup import NearestSettings, baseline_folder, settings_from
from ..settings.model import BASELINE_FILE, FILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..files.inputs import Contents
    from ..findings.baseline import Baseline
    from ..findings.finding import Finding
    from ..findings.result import Result
    from ..rulebook.model import Rule
    from ..settings.model import Settings

MOST_CHARACTERS = 4_000_000
"""The longest text that is checked while it is edited: a longer one takes seconds."""
NAMES = (
    "config",
    "select",
    "ignore",
    "rules",
    "scope",
    "pedantic",
    "min-severity",
    "min-confidence",
)
"""What an editor may set: the options of ``lint`` that are about which findings there are."""
SAMPLE = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "cloudtrail:LookupEvent", "Resource": "*"}]}"""
"""A policy with a finding."""
RUNS_KEPT = 1000
"""How many checks share what the engine remembers of texts, so that this cannot grow for ever."""


@record
class Checked:
    """The outcome for some documents: the findings of each by its path, and what went wrong.

    ``notes`` say why a document was not checked, by its path; ``errors`` are messages for the user.
    """

    findings: Mapping[str, tuple[Finding, ...]]
    notes: Mapping[str, str]
    errors: tuple[str, ...] = ()


class Checker:
    """Checks documents by the settings files on the disk and what *options* of the editor override.

    Used by one thread at a time. Texts are by path, absolute and with ``/``.
    """

    def __init__(self) -> None:
        self._options: Mapping[str, object] = {}
        self._run: Run | None = None
        self._settings: NearestSettings | None = None
        self._checks = 0
        self._baselines: dict[str, Baseline | None] = {}

    def configure(self, options: Mapping[str, object]) -> None:
        """Use *options* of the editor from now on; raises ``SettingsError``."""
        self._options = {}
        self.forget()
        known = {name: value for name, value in options.items() if value is not None}
        config = known.pop("config", None)
        settings_from(known)
        for name in known:
            if name not in NAMES:
                raise InputError(
                    f"config: {name} cannot be set in the editor, only in a settings file"
                )
        if config is not None and not isinstance(config, str):
            raise InputError("config: config must be the path of a settings file")
        self._options = known if config is None else {**known, "config": config}

    def warm_up(self) -> None:
        """Load the engine and the rules, by a check whose result is of no interest."""
        with suppress(InputError):
            Run(NearestSettings(None)).lint_text("policy.json", SAMPLE)

    def forget(self) -> None:
        """Read settings and rules again."""
        self._run = self._settings = None
        self._baselines.clear()

    def is_about_settings(self, path: str) -> bool:
        """Whether the file *path* has settings, rules or a baseline, or may have from now on."""
        whole = os.path.abspath(path)
        if os.path.basename(path) in (*FILES, BASELINE_FILE) or whole in self._baselines:
            return True
        run, settings = self._run, self._settings
        read = () if run is None or settings is None else (*settings.files, *run.rules())
        return any((whole + "/").startswith(os.path.abspath(one) + "/") for one in read)

    def rule_named(self, word: str) -> Rule | None:
        """The rule or problem whose id or name is *word*, of the settings read so far."""
        books = [] if self._run is None else self._run.books()
        return next(filter(None, (book.named(word) for book in books or [bundled()])), None)

    def check(self, paths: Sequence[str], texts: Mapping[str, str]) -> Checked:
        """The outcome for the documents *paths* of *texts*, which are all open ones."""
        notes: dict[str, str] = {}
        found: dict[str, list[Finding]] = {path: [] for path in paths}
        errors: list[str] = []
        try:
            contents = self._contents(texts, notes)
            for result in self._results([path for path in paths if path in contents], contents):
                errors += result.internal_errors
                for finding in self.reported(result):
                    at = finding.span.source.path
                    if at in found:
                        found[at].append(finding)
        except InputError as error:
            errors.append(str(error))
        ours = {path: note for path, note in notes.items() if path in found}
        return Checked({path: tuple(some) for path, some in found.items()}, ours, tuple(errors))

    def lint(
        self, path: str, texts: Mapping[str, str]
    ) -> tuple[Callable[[Contents], Result], Contents]:
        """What lints the document *path* with other contents for some files, and the contents of *texts*."""
        given = self._contents(texts, {})

        def lint(changed: Contents) -> Result:
            contents = {**given, **changed}
            run = self._current()
            if os.path.lexists(path):
                return run.lint_paths([path], contents=contents, strings=True)
            return run.lint_text(path, contents[path].decode("utf-8"), strings=True)

        return lint, given

    def reported(self, result: Result) -> Sequence[Finding]:
        """The findings of *result* that are not in the baseline for their file."""
        if not result.findings:
            return ()
        path = result.findings[0].span.source.path
        baseline = self._baseline(self._nearest().of_file(path))
        if baseline is None:
            return result.findings
        from ..findings.baseline import Coverage

        nothing = Coverage(frozenset(), (), lambda _rule, _path: False)
        return baseline.apply(result, nothing)[0].findings

    def _baseline(self, settings: Settings) -> Baseline | None:
        """The baseline that the command line reads in the folder of *settings*; raises ``InputError``."""
        own = settings.baseline
        path = own or os.path.join(baseline_folder(settings.folder), BASELINE_FILE)
        path = os.path.abspath(path)
        if path not in self._baselines:
            there = os.path.lexists(path)
            away = own is None and os.path.islink(path) and leads_away(path)
            self._baselines[path] = read(path) if own or (there and not away) else None
        return self._baselines[path]

    def _results(self, paths: Sequence[str], contents: Contents) -> list[Result]:
        run, settings = self._current(), self._nearest()
        there = [path for path in paths if os.path.lexists(path)]
        # A text template with no file of its own is only checked if a module loads it.
        new = [
            path
            for path in paths
            if path not in there
            and format_of(path) not in (None, TEXT_TEMPLATE)
            and not settings.excludes(path)
        ]
        found = [run.lint_paths(there, contents=contents)] if there else []
        return found + [run.lint_text(path, contents[path].decode("utf-8")) for path in new]

    def _contents(self, texts: Mapping[str, str], notes: dict[str, str]) -> dict[str, bytes]:
        """*texts* as bytes; *notes* get those that cannot be checked."""
        found: dict[str, bytes] = {}
        for path, text in texts.items():
            try:
                if len(text) > MOST_CHARACTERS:
                    most = f"{MOST_CHARACTERS:,} characters"
                    raise UnreadableError(f"it has more than {most}; the command lint checks it")
                data = text.encode("utf-8")
                limits = self._nearest().of_file(path).limits
                under(limits, lambda: _check_size(data, path))  # noqa: B023 - called at once
            except UnicodeEncodeError:
                notes[path] = "not checked here: it is not Unicode (a lone surrogate)"
            except UnreadableError as error:
                notes[path] = f"not checked here: {error}"
            else:
                found[path] = data
        return found

    def _current(self) -> Run:
        self._checks += 1
        if self._run is None or self._checks % RUNS_KEPT == 0:
            self._run = Run(self._nearest())
        return self._run

    def _nearest(self) -> NearestSettings:
        if self._settings is None:
            options = dict(self._options)
            config = options.pop("config", None)
            over = settings_from(options)
            fields = {name.replace("-", "_") for name in options}
            changes = {field: getattr(over, field) for field in fields}

            def adapted(found: Settings) -> Settings:
                # What must stay true of access needs all files of the project: `check` and `lint` do that.
                return replaced(found, **changes, expect=(), expect_file=None)

            self._settings = NearestSettings(None if config is None else str(config), adapted)
        return self._settings


def _check_size(data: bytes, path: str) -> None:
    import io

    from ..files.contents import read_stream

    read_stream(io.BytesIO(data), path)
