"""Documents: JSON that the command line or a file gives, and what is printed for scripts and files."""

from __future__ import annotations

import io
import json
import math
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.printable import PrintableStream, is_unicode_encoding

if TYPE_CHECKING:
    from sfnorch.documents import Document

_MOST_DIGITS = 4_300
"""The maximum number of digits of an integer that Python reads by default."""

_SHOWN = 20


class DuplicateKeyError(ValueError):
    """A JSON object that has a key twice."""


class JsonLimitError(ValueError):
    """A JSON value that is too deep or too large for Python."""


def parse_json_value(text: str, option: str) -> Any:
    """Return the JSON value of the text, or of the file after its `@`. Fail as wrong usage for invalid JSON."""
    if text.startswith("@"):
        text = decode_text(read_bytes(Path(text[1:]), option), text[1:], option)
    try:
        return parse_json(text)
    except ValueError as error:
        raise click.UsageError(f"{option}: invalid JSON: {error}.") from None


def read_bytes(path: Path, option: str, most: int = -1) -> bytes:
    """Return the bytes of the file that an option names, or only so many. Fail as wrong usage if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{option}: {path} can't be read: {getattr(error, 'strerror', error)}.") from None


def decode_text(raw: bytes, path: str, option: str) -> str:
    """Return the bytes of a file as text. Fail as wrong usage if they are not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{option}: {path} can't be read: {error}.") from None


def parse_json(text: str) -> Any:
    """Return the JSON value of the text.

    Raises ValueError for a text that is not JSON, DuplicateKeyError for a duplicate key, and JsonLimitError.
    """
    try:
        return json.loads(
            text,
            parse_constant=_reject_constant,
            parse_float=_read_float,
            parse_int=_read_integer,
            object_pairs_hook=_reject_duplicates,
        )
    except RecursionError:
        raise JsonLimitError("arrays or objects are nested too deeply") from None


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _read_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise JsonLimitError(f"the number {text[:_SHOWN]} is too large")
    return value


def _read_integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise JsonLimitError(f"the number {text[:_SHOWN]}… has {len(text):,} digits")
    return int(text)


def _reject_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DuplicateKeyError(f"duplicate key {key}")
        found[key] = value
    return found


_EXAMPLES = {"--input": '{"threads": []}', "--event": '{"source": "our.shop", "detail": {}}'}
"""An object for each option that needs one."""


def parse_json_object(text: str, option: str = "--input") -> dict[str, Any]:
    """Return the JSON object of an option, or of the file after its `@`. Fail as wrong usage for anything else."""
    value = parse_json_value(text, option)
    if not isinstance(value, dict):
        raise click.UsageError(f"{option}: expected a JSON object, such as {_EXAMPLES[option]}.")
    return value


_PARTS_AT_ONCE = 100_000

PRINTED = "sfnorch.printed"
"""The key in the meta of click's context that is set after the JSON document is printed."""


CURRENT_PART = "sfnorch.part"
"""The key of the plan and environment, of several, that a command works on, in the meta of click's context."""


def print_json(document: Document) -> None:
    """Print the one document of a command whose output is JSON, with its version.

    A command that works on several plans or environments stores the document of each for its own.
    """
    from sfnorch.documents import add_version

    if context := click.get_current_context(silent=True):
        if part := context.meta.get(CURRENT_PART):
            part.document = document
            return
        context.meta[PRINTED] = True
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    encoder = json.JSONEncoder(indent=2, ensure_ascii=not is_unicode_encoding(encoding))
    parts = encoder.iterencode(add_version(document))
    while some := list(islice(parts, _PARTS_AT_ONCE)):  # a simulation can have more than the memory holds as text
        click.echo("".join(some), nl=False)
    click.echo()


def print_document(text: str) -> None:
    """Print a document that is UTF-8 in a file: to a file or a pipe as UTF-8, whatever the encoding of texts is.

    A terminal gets what its encoding can represent.
    """
    stream = sys.stdout.trusted if isinstance(sys.stdout, PrintableStream) else sys.stdout
    if isinstance(stream, io.TextIOWrapper) and not stream.isatty() and not is_unicode_encoding(stream.encoding):
        stream.reconfigure(encoding="utf-8")
    click.echo(text, nl=False)
