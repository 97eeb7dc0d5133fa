"""Progress, interrupted runs, and shell completion."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.base.choices import OUTPUT_FORMATS
from cloudtrail_policylint.cli import main, progress
from cloudtrail_policylint.cli.output import EXIT_INTERRUPTED
from cloudtrail_policylint.engine.engine import Engine

if TYPE_CHECKING:
    from pathlib import Path

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"},
    }
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_interrupted_run_shows_the_findings_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.json").write_text(POLICY)
    judge = Engine.check_document

    def interrupted(engine: Engine, document: Any, *rest: Any) -> object:
        if document.span.source.path == "b.json":
            raise KeyboardInterrupt
        return judge(engine, document, *rest)

    monkeypatch.setattr(Engine, "check_document", interrupted)
    assert main(["lint", "."]) == EXIT_INTERRUPTED
    out, err = capsys.readouterr()
    assert [line.split(":")[0] for line in out.splitlines()] == ["a.json"]
    assert err.endswith("interrupted: only the findings so far are shown\n")


def test_progress_is_shown_on_a_terminal_and_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a\x1b.json").write_text(POLICY)
    monkeypatch.setattr(progress, "DELAY", 0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    main(["lint", "."])
    assert terminal.getvalue().startswith("\r\x1b[Kchecking a\\x1b.json\r\x1b[K")


def test_progress_is_not_shown_in_short_runs_or_without_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text(POLICY)
    terminal, file = Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    main(["lint", "."])
    monkeypatch.setattr(sys, "stderr", file)
    monkeypatch.setattr(progress, "DELAY", 0)
    main(["lint", "."])
    assert "checking" not in terminal.getvalue() + file.getvalue()


def test_completion_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("bash", "zsh", "tcsh", "fish", "powershell"):
        assert main(["completion", shell]) == 0
        script = capsys.readouterr().out
        assert "cloudtrail-policylint" in script
        assert "show-settings" in script
        assert "ctpl" in script
        if shell == "bash":
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)


SHELLS = {
    "bash": """
        . ./script
        COMP_WORDS=({0} lint --format ""); COMP_CWORD=3
        $(complete -p {0} | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "fish": "source ./script; complete -C '{0} lint --format '",
    "zsh": 'autoload -U compinit; compinit -D; eval "$(cat ./script)"; print $_comps[{0}]',
}
"""What prints what a shell completes, or by which function."""


@pytest.mark.parametrize("name", ["cloudtrail-policylint", "ctpl"])
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_both_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shell: str, name: str
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    assert main(["completion", shell]) == 0
    (tmp_path / "script").write_text(capsys.readouterr().out)
    done = subprocess.run(
        [shell, "-c", SHELLS[shell].format(name)],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    if shell == "zsh":
        assert lines == ["_shtab_cloudtrail_policylint"]
    else:
        described = "\toutput format" if shell == "fish" else ""
        assert [f"{form}{described}" for form in sorted(OUTPUT_FORMATS)] == sorted(lines)
