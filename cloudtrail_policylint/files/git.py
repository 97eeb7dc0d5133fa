"""What git knows of a repository, by commands that run nothing of it.

Only plumbing is used, with all filters turned off: no filter, external diff, text
conversion, hook, monitor or transport that a repository or its configuration may
name is started. git itself is the one of ``PATH``, never one in the current folder.
"""

from __future__ import annotations

import os
import subprocess

from ..base.errors import UsageError
from ..base.record import record

_SAFE = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "protocol.allow=never",
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_SECONDS = 300
_FILE, _SUBMODULE = "100", "160000"
"""How the modes of regular files begin, and that of the commit of a submodule."""


@record
class Changed:
    """A file that differs from a commit: its path, and its object there if it was a file."""

    path: str
    object: str


class Repository:
    """The repository of the current folder; raises ``UsageError`` if there is none."""

    def __init__(self, option: str) -> None:
        self._option = option
        self._last = ""
        self.submodules: list[str] = []
        self.top = os.curdir
        program = _program()
        if program is None:
            raise UsageError(f"{option}: git is not installed")
        self._program = program
        top = self._text("rev-parse", "--show-toplevel")
        if top is None:
            raise UsageError(f"{option}: {self._last}")
        self.top = os.path.normpath(top)

    def merge_base(self, name: str) -> str:
        """The newest commit that HEAD and the commit *name* come from; raises ``UsageError``."""
        if not name.strip():
            raise UsageError(f"{self._option}: no commit is given; write a branch, tag or hash")
        commit = None
        if not name.startswith("-"):
            commit = self._text("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if commit is None:
            raise UsageError(
                f"{self._option} {name}: no such commit; in a shallow clone, fetch it first"
            )
        base = self._text("merge-base", commit, "HEAD")
        if base is None:
            raise UsageError(
                f"{self._option} {name}: it has no commit in common with HEAD; in a shallow clone, "
                "fetch more of the history"
            )
        return base.splitlines()[0]

    def changed(self, commit: str) -> list[Changed]:
        """The files of the working tree that differ from *commit*, untracked and deleted ones too.

        Submodules are not looked into: those at another commit are added to ``submodules``.
        """
        found: dict[str, str] = {}
        options = ("--raw", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
        command = ("diff-index", *options, "--ignore-submodules=dirty", commit, "--")
        fields = self._paths(*self._without_filters(), *command)
        for about, path in zip(fields[::2], fields[1::2], strict=False):
            mode, new, old, *_ = about.lstrip(":").split(" ")
            if _SUBMODULE in (mode, new):
                self.submodules.append(path)
                continue
            found.setdefault(path, old if mode.startswith(_FILE) else "")
        for path in self._paths("ls-files", "--others", "--exclude-standard", "-z"):
            found.setdefault(path, "")
        return [Changed(path, old) for path, old in found.items()]

    def contents(self, objects: list[str]) -> dict[str, bytes]:
        """The contents of *objects*; raises ``UsageError`` if this clone does not have them."""
        text = "".join(f"{one}\n" for one in objects).encode("ascii")
        data = self._run(("cat-file", "--batch"), text).stdout if objects else b""
        found: dict[str, bytes] = {}
        at = 0
        while at < len(data):
            end = data.find(b"\n", at)
            head = data[at:end].split(b" ")
            at = end + 1
            if end < 0 or len(head) != 3:  # missing
                continue
            size = int(head[2])
            found[head[0].decode("ascii")] = data[at : at + size]
            at += size + 1
        if len(found) < len(objects):
            raise UsageError(
                f"{self._option}: this clone lacks the former contents of changed files; "
                "clone it without --filter"
            )
        return found

    def _without_filters(self) -> list[str]:
        """Options that turn off the filters of the configuration: git filters files to compare them."""
        options: list[str] = []
        pattern = r"^filter\..*\.(clean|smudge|process|required)$"
        done = self._run(("config", "--null", "--name-only", "--get-regexp", pattern))
        for name in os.fsdecode(done.stdout).split("\0")[:-1]:
            if "=" in name:
                raise UsageError(f"{self._option}: git has a filter with = in its name: {name}")
            options += ["-c", f"{name}=" if not name.endswith(".required") else f"{name}=false"]
        return options

    def _paths(self, *command: str) -> list[str]:
        done = self._run(command)
        if done.returncode:
            raise UsageError(f"{self._option}: {self._last}")
        return [os.fsdecode(one) for one in done.stdout.split(b"\0") if one]

    def _text(self, *command: str) -> str | None:
        done = self._run(command)
        return os.fsdecode(done.stdout).strip("\r\n") if done.returncode == 0 else None

    def _run(
        self, command: tuple[str, ...], data: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        environment = {k: v for k, v in os.environ.items() if k != "GIT_EXTERNAL_DIFF"}
        try:
            done = subprocess.run(  # noqa: S603 - no shell, a fixed program, no path or option of others
                (self._program, *_SAFE, *command),
                input=data,
                capture_output=True,
                check=False,
                cwd=self.top,
                env={**environment, **_ENVIRONMENT},
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"{self._option}: git cannot be run: {error}") from None
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        self._last = f"git: {lines[0].removeprefix('fatal: ')}" if lines else "git failed"
        return done


def _program() -> str | None:
    """The path of git; not one in the current folder, where Windows looks first."""
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.get_exec_path():
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return None
