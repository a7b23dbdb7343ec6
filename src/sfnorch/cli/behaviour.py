"""The options of `sfnorch simulate` about what services do: failures, durations, throttling, mocks and objects."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import parse_json_value
from sfnorch.cli.parameters import parse_pair
from sfnorch.durations import parse_duration

if TYPE_CHECKING:
    from sfnorch.simulator.behaviour import Behaviour

_TIMES = re.compile(r"(.+):(\d{1,9})")


def build_behaviour(
    failing: Iterable[str],
    durations: Iterable[str],
    throttles: Iterable[str],
    mocks: Iterable[str],
    objects: Iterable[str],
    concurrent: Iterable[str] = (),
) -> Behaviour:
    """Return the behaviour that the options describe. Fail as wrong usage for an option of another form."""
    from sfnorch.simulator.behaviour import ALWAYS, Behaviour, Fault

    faults = []
    for text in failing:
        match = _TIMES.fullmatch(text)
        faults.append(Fault(job=match[1], times=int(match[2])) if match else Fault(job=text, times=ALWAYS))
    seconds = {}
    for text in durations:
        job, equals, written = text.rpartition("=")
        if not equals or not job:
            raise click.UsageError(f"--duration {text}: expected JOB=DURATION, such as orders=15m.")
        found = parse_duration(written)
        if found is None:
            raise click.UsageError(
                f"--duration {text}: {written!r} is not a duration; use a value such as 90s, 15m or 1h30m."
            )
        seconds[job] = found
    throttled = {}
    for text in throttles:
        match = _TIMES.fullmatch(text)
        if match is None:
            raise click.UsageError(f"--throttle {text}: expected JOB:TIMES, such as orders:2.")
        throttled[match[1]] = int(match[2])
    answers = {}
    for text in mocks:
        state, written = _split_mock(text)
        answers[state] = parse_json_value(written, f"--mock {state}")
    return Behaviour(
        seconds=seconds,
        faults=faults,
        throttles=throttled,
        mocks=answers,
        objects=dict(map(_split_object, objects)),
        concurrent_runs=dict(map(_split_number, concurrent)),
    )


def _split_number(text: str) -> tuple[str, int]:
    """Return the job and its number of concurrent runs, separated by the last `=`."""
    job, _, number = text.rpartition("=")
    if not job or not re.fullmatch("[1-9][0-9]{0,6}", number):
        raise click.UsageError(f"--concurrent-runs {text}: expected JOB=NUMBER, such as orders=3.")
    return job, int(number)


def _split_mock(text: str) -> tuple[str, str]:
    """Return the state and its result, separated by the first `=` before JSON or a file: names can contain one too."""
    first = parse_pair(text, "--mock", "STATE=JSON")
    for match in re.finditer("=", text):
        state, written = text[: match.start()], text[match.end() :]
        with contextlib.suppress(ValueError, RecursionError):
            if not written.startswith("@"):
                json.loads(written)
            return state, written
    return first


def _split_object(text: str) -> tuple[str, Path]:
    """Return the URI of an object and its file, separated by the last `=` before a file that exists."""
    parts = [(text[: match.start()], Path(text[match.end() :])) for match in re.finditer("=", text)]
    if not parts:
        raise click.UsageError(f"--object {text}: expected S3-URI=FILE, such as s3://bucket/items.csv=items.csv.")
    return next((part for part in reversed(parts) if part[1].is_file()), parts[-1])
