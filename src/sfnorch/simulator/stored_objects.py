"""Objects in S3 that a Map reads: those that tasks of the run have written, and those that the user specified."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import NamedTuple

from sfnorch.json_values import Json
from sfnorch.simulator.compressed_text import CompressedText
from sfnorch.simulator.errors import ITEM_READER, StatesError, UnsupportedSimulationError
from sfnorch.simulator.world import World

_NO_KEY = "The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)"

_MOST_BYTES = 256 * 2**20
"""The largest file of an object."""


class ObjectVersion(NamedTuple):
    """The newest version of an object; a file is read when its content is needed."""

    key: str
    content: bytes | str | CompressedText | Path
    at: float = 0.0
    """The time at which it was written, in seconds after the start of the run."""

    def read_content(self) -> bytes:
        """Return the content. Raises UnsupportedSimulationError for a file that cannot be read, or is too large."""
        match self.content:
            case bytes():
                return self.content
            case str():
                return self.content.encode(errors="surrogatepass")
            case CompressedText():
                return self.content.read().encode(errors="surrogatepass")
        try:
            if (size := self.content.stat().st_size) > _MOST_BYTES:
                raise UnsupportedSimulationError(
                    f"{self.key}: {self.content} has {size:,} bytes, and a simulation reads at most {_MOST_BYTES:,}",
                    hint="simulate it with a part of the items",
                )
            return self.content.read_bytes()
        except OSError as error:
            raise UnsupportedSimulationError(
                f"{self.key}: cannot read {self.content}: {error.strerror}", hint="specify a file that exists"
            ) from None

    def describe(self, world: World) -> dict[str, Json]:
        """Return the object as s3:listObjectsV2 gives it to a Map; the names are recorded, the time is in seconds."""
        content = self.read_content()
        return {
            "Etag": f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"',
            "Key": self.key,
            "LastModified": int(world.convert_time(self.at).timestamp()),
            "Size": len(content),
            "StorageClass": "STANDARD",
        }


class StoredObjects:
    """The objects in S3 at a time of the run, by bucket and key."""

    def __init__(self, world: World) -> None:
        self._buckets: dict[str, dict[str, ObjectVersion]] = {}
        for uri, content in world.behaviour.objects.items():
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            self._buckets.setdefault(bucket, {})[key] = ObjectVersion(key, content)
        for stored in world.record.objects:
            version = ObjectVersion(stored.key, stored.content, stored.at)
            self._buckets.setdefault(stored.bucket, {})[stored.key] = version

    def is_known(self, bucket: str) -> bool:
        """Return whether the run has an object in the bucket."""
        return bucket in self._buckets

    def list_versions(self, bucket: str, prefix: str) -> list[ObjectVersion]:
        """Return the objects in the bucket whose keys have the prefix, in the order in which S3 lists them."""
        found = self._buckets.get(bucket, {})
        keys = [key for key in found if key.startswith(prefix)]
        return [found[key] for key in sorted(keys, key=lambda key: key.encode(errors="surrogatepass"))]

    def find_content(self, bucket: str, key: str) -> bytes | None:
        """Return the content of the object as it is stored; None if it does not exist."""
        version = self._buckets.get(bucket, {}).get(key)
        return None if version is None else version.read_content()

    def read(self, bucket: str, key: str) -> bytes:
        """Return the content of the object, decompressed if its key ends with .gz.

        Raises StatesError (States.ItemReaderFailed) if it does not exist: the sentence is that of S3, its form is
        assumed.
        """
        version = self._buckets.get(bucket, {}).get(key)
        if version is None:
            raise StatesError(ITEM_READER, _NO_KEY)
        return _decompress(key, version.read_content())


def _decompress(key: str, content: bytes) -> bytes:
    lower = key.lower()
    if lower.endswith((".zst", ".zstd")):
        raise UnsupportedSimulationError(f"{key}: Zstandard cannot be simulated", hint="specify an object in gzip")
    if not lower.endswith((".gz", ".gzip")):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise StatesError(ITEM_READER, f"{key} is not in gzip: {error}") from None
