"""`--input` of a simulated execution: any JSON value that StartExecution accepts.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import DuplicateKeyError, JsonLimitError, decode_text, parse_json, read_bytes

if TYPE_CHECKING:
    from sfnorch.json_values import Json

_OPTION = "--input"


def parse_execution_input(text: str) -> Json:
    """Return the JSON value of the text, or of the file after its `@`.

    Fail as wrong usage for invalid JSON, and for a text that is larger than AWS allows: AWS counts its blanks too.
    """
    from sfnorch.app.simulated.values import INPUT_TOO_LARGE, MOST_INPUT_BYTES  # slow to load

    path = text[1:] if text.startswith("@") else None
    raw = text.encode("utf-8", "surrogateescape") if path is None else read_bytes(Path(path), _OPTION, _READ)
    if len(raw) > MOST_INPUT_BYTES:
        raise click.UsageError(f"{_OPTION}: {INPUT_TOO_LARGE}.")
    try:
        value: Json = parse_json(text if path is None else decode_text(raw, path, _OPTION))
    except ValueError as error:
        raise click.UsageError(f"{_OPTION}: invalid JSON: {error}{_describe_consequence(error)}.") from None
    return value


def _describe_consequence(error: ValueError) -> str:
    """Return what AWS does with such an input (invalid JSON: recorded)."""
    match error:
        case DuplicateKeyError():
            return "; AWS does not document which of the values it uses"
        case JsonLimitError():
            return ""
    return "; StartExecution rejects it with InvalidExecutionInput"


_READ = 1_000_000
"""The number of bytes of a file that are read: more than AWS allows."""
