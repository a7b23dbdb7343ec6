"""Visits of states as a report shows them: when each was entered and left, its errors, its input and its output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sfnorch.durations import format_duration
from sfnorch.report.pictures.chart import SIGNS
from sfnorch.report.pictures.drawn_run import DrawnVisit
from sfnorch.report.pictures.state_graph import CAUGHT
from sfnorch.report.pictures.values import format_cause
from sfnorch.report.tones import Tone
from sfnorch.state_visits import MOST_ERRORS, MOST_FIRST, AttemptError, StateVisit, Value


def draw_visits(
    visits: Sequence[StateVisit[Value]],
    count: int,
    *,
    format_moment: Callable[[float], str],
    format_value: Callable[[Value], str],
    name_execution: Callable[[StateVisit[Value]], str],
) -> list[DrawnVisit]:
    """Return the visits, of which there were `count`: at most the first ones and the last one."""
    drawn = []
    for index, visit in enumerate(visits):
        number = count if index == MOST_FIRST else index + 1
        place = f" {number:,} of {count:,}" if count > 1 else ""
        tone, sign, end = _describe_end(visit)
        took = "" if visit.left is None else f", took {format_duration(visit.left - visit.entered)}"
        title = f"{sign} Visit{place}: {format_moment(visit.entered)}{took}, {end}"
        name = name_execution(visit)
        item = f"item {visit.item}" if visit.item >= 0 else ""
        facts = [
            ("Execution", ", ".join(filter(None, (name, item)))),
            ("Left", _describe_leaving(visit, format_moment)),
            ("Errors", "\n".join(_list_errors(visit, format_moment))),
            *_list_values(visit, format_value),
        ]
        drawn.append(DrawnVisit(title, tone, [(name, value) for name, value in facts if value]))
    return drawn


def _describe_end(visit: StateVisit[Value]) -> tuple[Tone, str, str]:
    """Return the tone, the sign and the words for how a visit ended."""
    if visit.has_failed:
        return Tone.BAD, SIGNS[Tone.BAD], "failed"
    if visit.left is None:
        return Tone.OTHER, SIGNS[Tone.OTHER], "not left"
    return (Tone.OTHER, CAUGHT, "error caught") if visit.is_caught else (Tone.GOOD, SIGNS[Tone.GOOD], "succeeded")


def _describe_leaving(visit: StateVisit[Value], format_moment: Callable[[float], str]) -> str:
    if visit.left is None:
        return ""
    return f"{format_moment(visit.left)} {f'for {visit.following}' if visit.following else 'at the end of its scope'}"


def _list_errors(visit: StateVisit[Value], format_moment: Callable[[float], str]) -> Iterator[str]:
    for index, error in enumerate(visit.errors):
        if index == MOST_ERRORS - 1 and visit.error_count > MOST_ERRORS:
            yield f"… and {visit.error_count - MOST_ERRORS:,} more errors"
        yield _describe_error(error, format_moment)


def _describe_error(error: AttemptError, format_moment: Callable[[float], str]) -> str:
    words = ": ".join(filter(None, (error.error, format_cause(error.cause)))) or "an error"
    retried = "" if error.delay is None else f", retried after {format_duration(error.delay)}"
    return f"{format_moment(error.at)} {words}{retried}"


def _list_values(visit: StateVisit[Value], format_value: Callable[[Value], str]) -> Iterator[tuple[str, str]]:
    """Yield the values that are known. The output of a state is often its input or its result."""
    shown: list[tuple[str, Value, str]] = []
    values = (
        ("Input", visit.input),
        ("Arguments", visit.arguments),
        ("Result", visit.result),
        ("Output", visit.output),
    )
    for name, value in values:
        if value is None:
            continue
        text = format_value(value)
        same = next((other for other, known, written in shown if written == text and known == value), "")
        yield name, f"the same as the {same.lower()}" if same else text
        shown.append((name, value, text))
