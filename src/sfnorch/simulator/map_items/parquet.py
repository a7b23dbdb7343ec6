"""Parquet: its rows as items, read by the library pyarrow, which is an optional dependency.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal

from sfnorch.json_values import Json
from sfnorch.simulator.errors import ITEM_READER, StatesError, UnsupportedSimulationError


def read_parquet_rows(content: bytes) -> Json:
    """Return an object for each row.

    Raises StatesError for content that is not Parquet, and UnsupportedSimulationError without the library.
    """
    try:
        from pyarrow.parquet import read_table  # an optional dependency, which takes a second to load
    except ImportError:
        raise UnsupportedSimulationError(
            "reading Parquet needs the library pyarrow", hint="install it: pip install 'sfnorch[parquet]'"
        ) from None
    try:
        rows = read_table(io.BytesIO(content)).to_pylist(maps_as_pydicts="lossy")
    except (ValueError, OSError, NotImplementedError) as error:
        raise StatesError(ITEM_READER, f"The object is not valid Parquet: {error}") from None
    return [_convert(row) for row in rows]


def _convert(value: object) -> Json:
    """Return the JSON value for a value of a column; how AWS writes types that JSON does not have is assumed."""
    match value:
        case Mapping():
            return {str(key): _convert(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_convert(inner) for inner in value]
        case bytes():
            return base64.b64encode(value).decode()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date() | time():
            return value.isoformat()
        case float() if not math.isfinite(value):
            return None
        case None | bool() | int() | float() | str():
            return value
    return str(value)
