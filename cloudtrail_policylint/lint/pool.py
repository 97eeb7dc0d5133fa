"""A pool of worker processes: the result of one process, sooner.

Every worker knows all files and checks units of work, a few at a time, until
none is left. The parent yields their outcomes in the order of the units, so
that a report does not depend on the number of workers.

Why not ``concurrent.futures.ProcessPoolExecutor``: it gives up the whole pool
when one worker dies, which here costs only the unit that the worker was
checking; and a process that imports it takes 98 ms, one that imports
``multiprocessing`` 60 ms. ``multiprocessing.Pool`` loses the task of a killed
worker, and its result never arrives.
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
from .work import MODULES, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from typing import Any, Protocol

    from ..base.limits import Limits
    from ..files import Files

    class UnitLinter(Protocol):
        """A linter; it is pickled for workers that are not forked."""

        def outcomes(self, files: Files, unit: Unit) -> Iterator[Outcome]:
            """The outcomes of *unit* of *files*."""

        def rules(self) -> Iterable[Rule]:
            """All rules and problems that a finding may be of."""

    _Job = tuple[UnitLinter, Files, Sequence[Unit], Limits, bool]
    """What a worker needs; the last one says whether the parent collects garbage."""


_BATCHES = 8
"""Batches per worker that the remaining work is cut into: large at first, small at the end."""


def in_processes(
    linter: UnitLinter,
    files: Files,
    units: Sequence[Unit],
    jobs: int,
    progress: Callable[[str], None],
) -> Iterator[tuple[Unit, Iterable[Outcome]]]:
    """Each of *units* of *files* with its outcomes, in order, checked by *jobs* workers.

    *progress* is called with the path that a worker checks next. A worker that
    dies (out of memory, for instance) costs the unit that it was checking. If
    no worker can be started, this process checks everything itself; if one dies
    while it starts, one more outcome says so.
    """
    pool = _Pool(linter, files, units)
    rules = {rule.id: rule for rule in linter.rules()}
    try:
        pool.start(jobs)
        for number, unit in enumerate(units):
            while number not in pool.outcomes and pool.workers:
                pool.receive(progress)
            outcome = pool.outcomes.pop(number, b"")
            if isinstance(outcome, Outcome):
                yield unit, [outcome]
            elif outcome:
                yield unit, _Unpickler(io.BytesIO(outcome), files, rules).load()
            else:
                yield unit, linter.outcomes(files, unit)
        if pool.failure is not None:
            yield Unit(MODULES, ("",), 0), [pool.failure]
    finally:
        pool.stop()


# -- the parent


class _Worker:
    """A worker process, the numbers of the units it has yet to check, and whether it is ready.

    ``job`` is what to send to it first; None if it has inherited that.
    """

    __slots__ = ("job", "pending", "process", "ready")

    def __init__(self, process: multiprocessing.process.BaseProcess, job: _Job | None) -> None:
        self.process = process
        self.job = job
        self.pending: deque[int] = deque()
        self.ready = False


class _Pool:
    """The ``workers`` that check *units*, and their ``outcomes`` by the numbers of the units.

    Outcomes are pickled, empty where they could not be; that of a unit whose
    worker died is an ``Outcome``.
    """

    def __init__(self, linter: UnitLinter, files: Files, units: Sequence[Unit]) -> None:
        self.workers: dict[Connection, _Worker] = {}
        self.outcomes: dict[int, Outcome | bytes] = {}
        self.failure: Outcome | None = None
        """The message about a worker that died while it started."""
        self._linter = linter
        self._files = files
        self._units = units
        self._size_left = sum(unit.size for unit in units)
        self._jobs = 1
        # Large units first, because they take longest; the rest in order, because neighbours
        # often need the same rules and data.
        large = self._size_left // _BATCHES
        numbers = range(len(units))
        self._queue = deque(sorted(numbers, key=lambda number: units[number].size < large))

    def start(self, jobs: int) -> None:
        """Start *jobs* workers, or as many as the system allows."""
        self._jobs = jobs
        if multiprocessing.current_process().daemon:
            return  # daemonic processes may not have children
        for _ in range(jobs):
            if not self._start_worker():
                return

    def _start_worker(self) -> bool:
        context = context_of_run()
        forks = context.get_start_method() == "fork"
        if not forks and not _children_can_be_kept_out():
            return False
        ours, theirs = context.Pipe()
        job: _Job = (self._linter, self._files, self._units, in_force(), gc.isenabled())
        # A forked worker inherits our ends of the pipes: left open, they would keep it from
        # noticing that the parent is gone. Another one is sent its job once it runs: its
        # arguments go through a pipe that blocks for ever if it is full and the worker is dead.
        arguments = (theirs, (ours, *self.workers), job) if forks else (theirs, (), None)
        process = context.Process(target=_work, args=arguments, daemon=True)
        try:
            with _interrupts_blocked(), _kept_out_of_this_folder():
                process.start()
        except OSError:
            ours.close()
            return False
        finally:
            theirs.close()
        self.workers[ours] = _Worker(process, None if forks else job)
        return True

    def receive(self, progress: Callable[[str], None]) -> None:
        """Wait until a worker sends an outcome or dies; then give idle workers more units."""
        for connection in wait(list(self.workers)):
            worker = self.workers[connection]  # type: ignore[index]
            try:
                data = connection.recv_bytes()  # type: ignore[union-attr]
            except (EOFError, OSError):
                self._replace(connection)  # type: ignore[arg-type]
                continue
            if worker.job is not None:
                with contextlib.suppress(OSError):  # it died: the next call notices
                    connection.send(worker.job)  # type: ignore[union-attr, arg-type]
                worker.job = None
                continue
            if worker.ready:
                self._store(worker, data)
            worker.ready = True
            if worker.pending:
                progress(self._units[worker.pending[0]].paths[0])
        for connection, worker in self.workers.items():
            if worker.ready and not worker.pending and self._queue:
                worker.pending = self._next_batch()
                with contextlib.suppress(OSError):  # it died: the next call notices
                    connection.send(list(worker.pending))
                progress(self._units[worker.pending[0]].paths[0])

    def _store(self, worker: _Worker, data: bytes) -> None:
        """Store what *worker* sent for its first pending unit: files it read, and outcomes."""
        stream = io.BytesIO(data)
        self._files.inputs.adopt(*pickle.load(stream))  # noqa: S301 - our own process wrote it
        self.outcomes[worker.pending.popleft()] = stream.read()

    def _next_batch(self) -> deque[int]:
        """Units for one worker."""
        batch: deque[int] = deque()
        enough = self._size_left / (_BATCHES * self._jobs)
        size = 0
        while self._queue and (not batch or size + self._units[self._queue[0]].size <= enough):
            number = self._queue.popleft()
            size += self._units[number].size
            batch.append(number)
        self._size_left -= size
        return batch

    def _replace(self, connection: Connection) -> None:
        """Report the unit lost with the dead worker at *connection*, and start a new worker."""
        worker = self.workers.pop(connection)
        connection.close()
        worker.process.join()
        if not worker.ready:  # the next one would fail too
            self.failure = Outcome()
            how = _ending(worker.process.exitcode)
            self.failure.internal_errors[f"a worker process {how} while starting"] = None
            return
        if worker.pending:
            number = worker.pending.popleft()
            path = self._units[number].paths[0]
            lost = Outcome()
            lost.internal_errors[f"{path}: {_death(worker.process.exitcode)}"] = None
            self.outcomes[number] = lost
            self._queue.extendleft(reversed(worker.pending))
            self._size_left += sum(self._units[other].size for other in worker.pending)
        if self._queue:
            self._start_worker()

    def stop(self) -> None:
        """Kill all workers."""
        for worker in self.workers.values():
            worker.process.kill()
        for connection, worker in self.workers.items():
            worker.process.join()
            connection.close()
        self.workers.clear()


def _death(code: int | None) -> str:
    """The message for a unit whose worker ended with the exit code *code*."""
    return f"not checked: its worker process {_ending(code)}; --jobs 1 uses less memory"


def _ending(code: int | None) -> str:
    """How a process with the exit code *code* ended."""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"was killed by {signal.Signals(-code).name}"
    return f"exited with code {code}"


def context_of_run() -> ForkContext | SpawnContext:
    """The context to start workers with: fork, which is fastest, where that is safe, else spawn.

    Fork is not safe while other threads run, whose locks would stay locked, nor on
    macOS (Python Library Reference, "multiprocessing": contexts and start methods).
    """
    if sys.platform in ("darwin", "win32") or threading.active_count() > 1:
        return multiprocessing.get_context("spawn")
    try:
        threads = len(os.listdir("/proc/self/task"))  # includes the threads of C libraries
    except OSError:
        threads = 1
    if threads > 1:
        return multiprocessing.get_context("spawn")
    return multiprocessing.get_context("fork")


_SAFE_PATH = "PYTHONSAFEPATH"
_starting = threading.Lock()


def _children_can_be_kept_out() -> bool:
    """Whether ``_kept_out_of_this_folder`` works: not if Python ignores its environment."""
    return bool(sys.flags.safe_path or not sys.flags.ignore_environment)


@contextlib.contextmanager
def _kept_out_of_this_folder() -> Iterator[None]:
    """Start no process that imports from the current folder, which may be hostile.

    ``multiprocessing`` runs Python with ``-c``, which looks there first for every
    module (Python Setup and Usage, "-P").
    """
    with _starting:
        before = os.environ.get(_SAFE_PATH)
        os.environ[_SAFE_PATH] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ[_SAFE_PATH]
            else:
                os.environ[_SAFE_PATH] = before


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Hold Ctrl-C back: a worker started meanwhile never gets it, the parent does afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- the workers


def _work(connection: Connection, inherited: Iterable[Connection], job: _Job | None) -> None:
    """Run a worker: check the units that *connection* names, until the parent closes it.

    *inherited* are connections of the parent that a forked worker must close.
    Without *job*, the parent sends it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    for other in inherited:
        other.close()
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        if job is None:
            connection.send_bytes(b"")
            job = connection.recv()
        linter, files, units, limits, collects = job
        if not collects:
            gc.disable()
        connection.send_bytes(b"")
        under(limits, lambda: _serve(connection, linter, files, units))


def _serve(connection: Connection, linter: UnitLinter, files: Files, units: Sequence[Unit]) -> None:
    """Check batches of units and send for each unit the files read and the outcomes."""
    known = files.inputs.known()
    while True:
        for number in connection.recv():
            stream = io.BytesIO()
            try:
                outcomes = list(linter.outcomes(files, units[number]))
                _Pickler(stream, files).dump(outcomes)
                pickled = stream.getvalue()
            except Exception:  # noqa: BLE001 - the parent checks the unit and reports the error
                pickled = b""
            connection.send_bytes(pickle.dumps(files.inputs.read_since(known)) + pickled)
            known = files.inputs.known()


# -- pickling outcomes


class _Pickler(pickle.Pickler):
    """Pickles outcomes with references to the sources of *files* and to rules, not copies."""

    def __init__(self, stream: io.BytesIO, files: Files) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self._files = files

    def persistent_id(self, one: Any) -> tuple[str, str] | None:
        if isinstance(one, SourceFile):
            key = self._files.inputs.key_of_source(one)
            return None if key is None else ("file", key)
        return ("rule", one.id) if isinstance(one, Rule) else None


class _Unpickler(pickle.Unpickler):
    """Resolves the references of ``_Pickler`` to the sources of *files* and to *rules*."""

    def __init__(self, stream: io.BytesIO, files: Files, rules: Mapping[str, Rule]) -> None:
        super().__init__(stream)
        self._files = files
        self._rules = rules

    def persistent_load(self, reference: tuple[str, str]) -> SourceFile | Rule:
        kind, key = reference
        return self._files.inputs.source_of_key(key) if kind == "file" else self._rules[key]
