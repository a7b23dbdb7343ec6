"""Read what a Map Run has written to S3: its manifest, and the files with the executions of a status.

A file can have 5 GB, and is read piece by piece.
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html (documented)
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_code
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, read_mappings, read_string

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_PIECE = 1 << 20
_BETWEEN = re.compile(r"[ \t\r\n,]*")
FAILED = "FAILED"
"""The files with executions that failed, timed out or were aborted."""
UNSUCCESSFUL = (FAILED, "PENDING")
"""These files, and those with executions that were never started."""


def list_result_files(
    client: S3Client, bucket: str, folder: str, clock: Clock, statuses: Sequence[str] = UNSUCCESSFUL
) -> list[str] | None:
    """Return the keys of the files with executions of these statuses; None if there is no manifest.

    `folder` is the prefix of the objects of the Map Run.
    """
    try:
        answer = add_retries(client.get_object, clock)(Bucket=bucket, Key=f"{folder}/manifest.json")
    except ClientError as error:
        if get_error_code(error) in ("NoSuchKey", "404"):
            return None
        raise
    files = find_value(json.loads(answer["Body"].read()), "ResultFiles")
    rows = [row for status in statuses for row in read_mappings(find_value(files, status))]
    return [read_string(row.get("Key")) for row in rows]


def read_result_file(client: S3Client, bucket: str, key: str, clock: Clock) -> Iterator[dict[str, Json]]:
    """Yield the executions in a file. Raises SfnorchError if it is not a JSON list of objects."""
    body = add_retries(client.get_object, clock)(Bucket=bucket, Key=key)["Body"]
    pieces = iter(lambda: body.read(_PIECE), b"")
    try:
        for row in parse_list(codecs.iterdecode(pieces, "utf-8")):
            if not isinstance(row, dict):
                raise ValueError
            yield row
    except ValueError:
        raise SfnorchError(f"s3://{bucket}/{key} is not a list of executions that Step Functions has written") from None


def parse_list(pieces: Iterable[str]) -> Iterator[Json]:
    """Yield the values of a JSON list of objects, of which no more than a piece and a value are kept.

    Raises ValueError if the text is not a JSON list.
    """
    decoder, text, is_open = json.JSONDecoder(), "", False
    for piece in pieces:
        text += piece
        if not is_open:
            text = text.lstrip()
            is_open = text.startswith("[")
            if text and not is_open:
                raise ValueError("not a JSON list")
            text = text[1:]
        at = 0
        while True:
            between = _BETWEEN.match(text, at)
            try:
                value, at = decoder.raw_decode(text, between.end() if between else at)
            except ValueError:  # the value continues in the next piece, or the list ends
                break
            yield value
        text = text[at:]
    if not is_open or text.strip() != "]":
        raise ValueError("not a whole JSON list")
