"""The run of an execution: its ID, its date and its parameters, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.json_values import Json, read_number, read_string, write_as_text, write_compact
from sfnorch.protocol.run_context import SCHEDULED_AT

_MOST_VALUE = 60


def list_run_lines(run: Mapping[str, Json] | None, params: Mapping[str, Json] | None) -> Iterator[str]:
    """Yield a line with the ID and the date of the run, and one with its parameters; none for what is not known."""
    if run:
        line = f"run {read_string(run.get('id'))}, date {read_string(run.get('date'))}"
        scheduled = read_string(run.get(SCHEDULED_AT))
        if scheduled != read_string(run.get("startedAt")):
            line += f", scheduled for {scheduled}"
        attempt = int(read_number(run.get("attempt")))
        yield line + (f", attempt {attempt}" if attempt > 1 else "")
    if params:
        yield f"parameters: {', '.join(f'{name}={_shorten_value(value)}' for name, value in params.items())}"


def _shorten_value(value: Json) -> str:
    """Return the value as one short line: a text in quotes if it has other characters than a word."""
    text = write_as_text(value)
    if isinstance(value, str) and (not text.isprintable() or not text or set(text) & set(" ,='\"")):
        text = write_compact(value)
    return text if len(text) <= _MOST_VALUE else f"{text[:_MOST_VALUE]}…"
