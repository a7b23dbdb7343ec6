"""Processes on the virtual clock: steps that wait for events, and how one process runs and stops others."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from typing import TypeAlias, TypeVar

import simpy
from simpy.events import EventPriority

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError

Result = TypeVar("Result")

Steps: TypeAlias = Generator[simpy.Event, object, Result]
"""A process on the virtual clock: it yields the events that it waits for, and returns its result."""

Ending: TypeAlias = tuple[Result | None, StatesError | None]
"""The end of a guarded process: its result or its error; neither if it was stopped."""


_AFTER_OTHERS = EventPriority(2)
"""A priority below those of simpy's events."""


class LateTimeout(simpy.Event):
    """An event after a delay that occurs after all other events of the same time."""

    def __init__(self, clock: simpy.Environment, delay: float) -> None:
        super().__init__(clock)
        self._ok, self._value = True, None
        clock.schedule(self, priority=_AFTER_OTHERS, delay=delay)


def run_guarded(steps: Steps[Result]) -> Steps[Ending[Result]]:
    """Run the steps as a separate process that never fails; return their result or their error."""
    try:
        result = yield from steps
    except StatesError as error:
        return None, error
    except simpy.Interrupt:
        return None, None
    return result, None


def get_result(process: simpy.Process) -> Ending[Json]:
    """Return the end of a guarded process that has ended."""
    ending: Ending[Json] | None = process.value
    return ending or (None, None)


def stop_processes(clock: simpy.Environment, processes: Iterable[simpy.Process]) -> Steps[None]:
    """Stop the running processes, and wait until they and everything that they started have ended."""
    alive = [process for process in processes if process.is_alive]
    for process in alive:
        process.interrupt("stopped")
    while alive:
        with contextlib.suppress(simpy.Interrupt):  # another process that stops this one waits for the same end
            yield clock.all_of(alive)
        alive = [process for process in alive if process.is_alive]
