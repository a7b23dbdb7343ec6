"""The files of botocore's service models.

Each service has a folder with a folder for each version of its API: `botocore/data/glue/2017-03-31/service-2.json.gz`.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sfnorch.json_values import Json


@cache
def list_folders() -> tuple[str, ...]:
    """Return the names of the services' folders, in alphabetical order."""
    return tuple(sorted(path.name for path in _find_data().iterdir() if path.is_dir()))


@cache
def read_model(folder: str) -> Json:
    """Return the newest model of the service with this folder."""
    newest = max(_find_data().joinpath(folder).glob("*/service-2.json*"))
    data = newest.read_bytes()
    model: Json = json.loads(gzip.decompress(data) if newest.suffix == ".gz" else data)
    return model


@cache
def _find_data() -> Path:
    spec = find_spec("botocore")  # finds the package without importing it
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'botocore'", name="botocore")
    return Path(spec.origin).with_name("data")
