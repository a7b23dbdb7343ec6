"""Work in several processes: the order of results, errors, and processes that are killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.parallel_work import WorthProcesses, can_fork, choose_count, count_processors, work_in_processes

KILLED = SfnorchError("A process was killed")


def double(number: int) -> tuple[int, int]:
    """Return the double, and the process."""
    return number * 2, os.getpid()


def fail(number: int) -> int:
    """Fail for one number."""
    if number == 3:
        raise ValueError("three")
    return number


def die(number: int) -> int:
    """End the process at one number, without a word."""
    if number == 3 and multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("count", [1, 3, 50])
def test_results_are_in_order(count: int):
    found = list(work_in_processes(double, range(5, 25), count, KILLED))
    assert [each for each, _ in found] == [number * 2 for number in range(5, 25)]
    assert os.getpid() not in {process for _, process in found}


def test_new_processes_where_copies_are_not_safe():
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        assert not can_fork()
        assert [each for each, _ in work_in_processes(double, range(3), 2, KILLED)] == [0, 2, 4]
    finally:
        end.set()
        other.join()


def test_an_error_is_raised_in_its_place():
    found = []
    with pytest.raises(ValueError, match="three"):
        found.extend(work_in_processes(fail, range(6), 2, KILLED))
    results = work_in_processes(fail, range(6), 2, KILLED)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    results.close()


def test_a_killed_process_is_an_error():
    results = work_in_processes(die, range(6), 2, KILLED)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(SfnorchError, match="was killed"):
        next(results)


def test_the_number_of_processes():
    worth = WorthProcesses(copies=20, new=200)
    assert [choose_count(each, 5, worth) for each in (1, 3, 9, None)] == [1, 3, 5, 1]
    assert choose_count(None, 1_000, worth) == count_processors()
    assert choose_count(4, 0, worth) == 1
