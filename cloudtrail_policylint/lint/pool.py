"""Judging in several processes: what one process would have found, sooner.

Each process knows all files and judges the units that it is given, a few at a
time, until none is left. What they came to is handed back in the order of the
units, so nobody can tell who judged what.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from multiprocessing.connection import wait

from ..base.limits import in_force, under
from ..rulebook.model import Rule
from ..tree.source import SourceFile
from .outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from typing import Any, Protocol

    from ..base.limits import Limits
    from ..files.collection import Files
    from .work import Unit

    class UnitLinter(Protocol):
        """A linter; where processes are not forked it is pickled for them."""

        def outcomes(self, files: Files, unit: Unit) -> Iterator[Outcome]:
            """The outcomes of *unit* of *files*."""

        def rules(self) -> Iterable[Rule]:
            """All rules and problems that a finding may be of."""


_SHARES = 8
"""Into how many shares for each process what is left is cut: large ones cost little, small ones end together."""


def in_processes(
    linter: UnitLinter, files: Files, units: Sequence[Unit], jobs: int, watch: Callable[[str], None]
) -> Iterator[tuple[Unit, Iterable[Outcome]]]:
    """Each of *units* of *files* with what it came to by *judge*, in order; *jobs* processes do it.

    *watch* is told what is judged. A process that ends before its time (the
    system may run out of memory) costs the unit that it was at. Where none
    can be started, this one judges.
    """
    crew = _Crew(linter, files, units)
    rules = {rule.id: rule for rule in linter.rules()}
    try:
        crew.hire(jobs)
        for number, unit in enumerate(units):
            while number not in crew.done and crew.members:
                crew.listen(watch)
            outcome = crew.done.pop(number, b"")
            if isinstance(outcome, Outcome):
                yield unit, [outcome]
            elif outcome:
                yield unit, _Unpickler(io.BytesIO(outcome), files, rules).load()
            else:
                yield unit, linter.outcomes(files, unit)
    finally:
        crew.dismiss()


# -- the process that all is told to


class _Member:
    """A process, the numbers of the units that it has yet to judge, and whether it has begun to listen."""

    __slots__ = ("process", "ready", "todo")

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self.process = process
        self.todo: deque[int] = deque()
        self.ready = False


class _Crew:
    """The processes that judge *units*, and, by the units' numbers, what they are ``done`` with.

    That is a ``Outcome``, or parts as they travel, or nothing where they cannot.
    """

    def __init__(self, linter: UnitLinter, files: Files, units: Sequence[Unit]) -> None:
        self.members: dict[Connection, _Member] = {}
        self.done: dict[int, Outcome | bytes] = {}
        self._linter = linter
        self._files = files
        self._units = units
        self._left = sum(unit.size for unit in units)
        self._jobs = 1
        # What takes longest begins first; all else in its order, because neighbours are alike.
        large = self._left // _SHARES
        numbers = range(len(units))
        self._todo = deque(sorted(numbers, key=lambda number: units[number].size < large))

    def hire(self, jobs: int) -> None:
        """Start *jobs* processes, or as many as the system allows."""
        self._jobs = jobs
        if multiprocessing.current_process().daemon:
            return  # which may have no processes of its own
        for _ in range(jobs):
            if not self._start():
                return

    def _start(self) -> bool:
        context = context_of_run()
        ours, theirs = context.Pipe()
        # A copy of us has our ends too, and would never hear that we have gone.
        copied = (ours, *self.members) if context.get_start_method() == "fork" else ()
        limits = in_force(), gc.isenabled()
        arguments = (theirs, copied, self._linter, self._files, self._units, *limits)
        process = context.Process(target=_work, args=arguments, daemon=True)
        try:
            with _uninterrupted():
                process.start()
        except OSError:
            ours.close()
            return False
        finally:
            theirs.close()
        self.members[ours] = _Member(process)
        return True

    def listen(self, watch: Callable[[str], None]) -> None:
        """Wait until there is news, and act on it."""
        for connection in wait(list(self.members)):
            member = self.members[connection]  # type: ignore[index]
            try:
                data = connection.recv_bytes()  # type: ignore[union-attr]
            except (EOFError, OSError):
                self._bury(connection)  # type: ignore[arg-type]
                continue
            if member.ready:
                self._note(member, data)
            member.ready = True
            if member.todo:
                watch(self._units[member.todo[0]].paths[0])
        for connection, member in self.members.items():
            if member.ready and not member.todo and self._todo:
                member.todo = self._share()
                with contextlib.suppress(OSError):  # it has died: we hear of it next time
                    connection.send(list(member.todo))
                watch(self._units[member.todo[0]].paths[0])

    def _note(self, member: _Member, data: bytes) -> None:
        """Take in what *member* says of the first unit that it has to judge."""
        stream = io.BytesIO(data)
        self._files.inputs.adopt(*pickle.load(stream))  # noqa: S301 - our own process wrote it
        self.done[member.todo.popleft()] = stream.read()

    def _share(self) -> deque[int]:
        """Units for one process to judge."""
        share: deque[int] = deque()
        enough = self._left / (_SHARES * self._jobs)
        size = 0
        while self._todo and (not share or size + self._units[self._todo[0]].size <= enough):
            number = self._todo.popleft()
            size += self._units[number].size
            share.append(number)
        self._left -= size
        return share

    def _bury(self, connection: Connection) -> None:
        """Note what is lost with the process behind *connection*, and start another one in its place."""
        member = self.members.pop(connection)
        connection.close()
        member.process.join()
        if not member.ready:
            return  # so would another one
        if member.todo:
            number = member.todo.popleft()
            unit, lost = self._units[number], Outcome()
            lost.internal_errors[f"{unit.paths[0]}: {_end_of(member.process.exitcode)}"] = None
            self.done[number] = lost
            self._todo.extendleft(reversed(member.todo))
            self._left += sum(self._units[one].size for one in member.todo)
        if self._todo:
            self._start()

    def dismiss(self) -> None:
        """End all processes, whatever they are at."""
        for member in self.members.values():
            member.process.kill()
        for connection, member in self.members.items():
            member.process.join()
            connection.close()
        self.members.clear()


def _end_of(code: int | None) -> str:
    """What is said of a process that ended with the exit code *code*."""
    how = f"with exit code {code}"
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            how = f"by signal {signal.Signals(-code).name}"
    return f"not judged: the process that did it was ended {how}; with --jobs 1 less memory is used"


def context_of_run() -> ForkContext | SpawnContext:
    """What starts processes: as copies of this one, which is fastest, where that is safe.

    It is not where other threads run, whose locks would stay locked, and on
    macOS (Python Library Reference, "multiprocessing": contexts and start methods).
    """
    if sys.platform in ("darwin", "win32") or threading.active_count() > 1:
        return multiprocessing.get_context("spawn")
    try:
        threads = len(os.listdir("/proc/self/task"))  # those of libraries count too
    except OSError:
        threads = 1
    if threads > 1:
        return multiprocessing.get_context("spawn")
    return multiprocessing.get_context("fork")


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """What is started meanwhile never sees Ctrl-C; that it was pressed is told to us afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- the processes that judge


def _work(
    connection: Connection,
    copied: Iterable[Connection],
    linter: UnitLinter,
    files: Files,
    units: Sequence[Unit],
    limits: Limits,
    collects: bool,  # noqa: FBT001 - the arguments of a process have no names
) -> None:
    """Judge the units that *connection* names, until it ends; the *copied* ones are not ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us sees to the end
    for other in copied:
        other.close()
    if not collects:
        gc.disable()
    with contextlib.suppress(EOFError, OSError):  # who started us is gone
        connection.send_bytes(b"")
        under(limits, lambda: _serve(connection, linter, files, units))


def _serve(connection: Connection, linter: UnitLinter, files: Files, units: Sequence[Unit]) -> None:
    known = files.inputs.known()
    while True:
        for number in connection.recv():
            stream = io.BytesIO()
            try:
                outcomes = list(linter.outcomes(files, units[number]))
                _Pickler(stream, files).dump(outcomes)
                found = stream.getvalue()
            except Exception:  # noqa: BLE001 - whatever it is, who started us will meet it, and say it
                found = b""
            connection.send_bytes(pickle.dumps(files.inputs.read_since(known)) + found)
            known = files.inputs.known()


# -- how findings travel


class _Pickler(pickle.Pickler):
    """Names the files of *files* and the rules, instead of sending them."""

    def __init__(self, stream: io.BytesIO, files: Files) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self._files = files

    def persistent_id(self, one: Any) -> tuple[str, str] | None:
        if isinstance(one, SourceFile):
            key = self._files.inputs.key_of_source(one)
            return None if key is None else ("file", key)
        return ("rule", one.id) if isinstance(one, Rule) else None


class _Unpickler(pickle.Unpickler):
    """Finds in *files* and *rules* what was named."""

    def __init__(self, stream: io.BytesIO, files: Files, rules: Mapping[str, Rule]) -> None:
        super().__init__(stream)
        self._files = files
        self._rules = rules

    def persistent_load(self, name: tuple[str, str]) -> SourceFile | Rule:
        kind, key = name
        return self._files.inputs.source_of_key(key) if kind == "file" else self._rules[key]
