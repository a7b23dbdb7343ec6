"""Do numbered work in several processes, with the results in order.

The processes take the next number from a counter that they share, so that none is idle while there is work, and send
each result over a separate pipe. The end of a pipe is the end of its process, also of one that was killed.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sfnorch.signals import end_at_signals, hold_signals

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.sharedctypes import Synchronized

    from sfnorch.errors import SfnorchError

Result = TypeVar("Result")


def count_processors() -> int:
    """Return the number of processors that this process can use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Return whether a process can start as a copy of this one, with all that it has loaded.

    A copy of a process with threads, or with system libraries of macOS, can wait for a lock for ever.
    https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
    """
    return sys.platform == "linux" and threading.active_count() == 1


class WorthProcesses(NamedTuple):
    """The number of pieces of work that take longer than to start processes."""

    copies: int
    """For copies of this process."""
    new: int
    """For new processes, which import all modules first: 1.5 to 3 seconds for a simulation on two processors."""


def choose_count(processes: int | None, pieces: int, worth: WorthProcesses) -> int:
    """Return the number of processes for so many pieces of work; None for what is fastest."""
    if processes is None:
        is_worth = pieces >= (worth.copies if can_fork() else worth.new)
        processes = count_processors() if is_worth else 1
    return max(1, min(processes, pieces))


def work_in_processes(
    work: Callable[[int], Result], numbers: Sequence[int], count: int, killed: SfnorchError
) -> Iterator[Result]:
    """Yield the result of the work for each number in order, from so many processes.

    The processes are copies of this one where that is safe. Otherwise they are new ones, which get the work by pickle,
    and import the main module: a script must do its work below `if __name__ == "__main__":`. Work that raises an error
    is done again in this process, which raises the error to the caller. The processes end with the iterator. Raises
    `killed` if a process was killed.
    """
    context: ForkContext | SpawnContext = get_context("fork") if can_fork() else get_context("spawn")
    try:
        counter = context.Value("i", 0)
    except (ImportError, OSError):  # a system without semaphores
        yield from map(work, numbers)
        return
    receivers: list[Connection] = []
    workers = []
    try:
        for _ in range(min(count, len(numbers))):
            receiver, sender = context.Pipe(duplex=False)
            receivers.append(receiver)
            copies = receivers if context.get_start_method() == "fork" else []
            worker = context.Process(target=_work, args=(work, numbers, counter, sender, copies), daemon=True)
            with hold_signals():
                worker.start()
                workers.append(worker)
            sender.close()
        yield from _list_results(work, numbers, list(receivers), killed)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()
        for receiver in receivers:
            receiver.close()


def _list_results(
    work: Callable[[int], Result], numbers: Sequence[int], receivers: list[Connection], killed: SfnorchError
) -> Iterator[Result]:
    done: dict[int, Result | None] = {}
    for number in numbers:
        while number not in done:
            if not receivers:
                raise killed
            for receiver in wait(receivers):
                assert isinstance(receiver, Connection)  # noqa: S101 - as in receivers
                try:
                    found, result = receiver.recv()
                except (EOFError, OSError):
                    receivers.remove(receiver)
                else:
                    done[found] = result
        result = done.pop(number)
        yield work(number) if result is None else result


def _work(
    work: Callable[[int], object],
    numbers: Sequence[int],
    counter: Synchronized[int],
    sender: Connection,
    copies: Sequence[Connection],
) -> None:
    """Send each result with its number. Without a reader, which has ended, the process ends too."""
    end_at_signals()
    for copy in copies:  # with its copy of the other end, a pipe would never have lost its reader
        copy.close()
    with suppress(BrokenPipeError):
        while True:
            with counter.get_lock():
                position = counter.value
                counter.value += 1
            if position >= len(numbers):
                return
            _send(sender, numbers[position], work)


def _send(sender: Connection, number: int, work: Callable[[int], object]) -> None:
    try:
        result = work(number)
    except Exception:  # it is raised where its traceback is whole
        result = None
    sender.send((number, result))
