"""Objects in S3 that a Map reads: those that tasks of the run have written, and those that the user specified."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sfnorch.json_values import Json
from sfnorch.simulator.errors import ITEM_READER, StatesError, UnsupportedSimulationError
from sfnorch.simulator.world import World

_NO_KEY = "The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectVersion:
    """The newest version of an object; a file is read when its content is needed."""

    uri: str
    key: str
    content: bytes | Path
    at: float
    """The time at which it was written, in seconds after the start of the run."""

    def read_content(self) -> bytes:
        """Return the content. Raises UnsupportedSimulationError for a file that cannot be read."""
        if isinstance(self.content, bytes):
            return self.content
        try:
            return self.content.read_bytes()
        except OSError as error:
            raise UnsupportedSimulationError(
                f"{self.uri}: cannot read {self.content}: {error.strerror}",
                hint="specify a file that exists: --object S3-URI=FILE",
            ) from None


def knows_bucket(world: World, bucket: str) -> bool:
    """Return whether the run has an object in the bucket."""
    return any(_iterate_versions(world, bucket))


def list_objects(world: World, bucket: str, prefix: str) -> list[ObjectVersion]:
    """Return the objects in the bucket whose keys have the prefix, in the order in which S3 lists them."""
    newest = {version.key: version for version in _iterate_versions(world, bucket) if version.key.startswith(prefix)}
    return [newest[key] for key in sorted(newest, key=lambda key: key.encode(errors="surrogatepass"))]


def read_object(world: World, bucket: str, key: str) -> bytes:
    """Return the content of the object, decompressed if its key ends with .gz.

    Raises StatesError (States.ItemReaderFailed) if it does not exist; the sentence is that of S3, its form is assumed.
    """
    found: ObjectVersion | None = None
    for version in _iterate_versions(world, bucket):
        if version.key == key:
            found = version
    if found is None:
        raise StatesError(ITEM_READER, _NO_KEY)
    return decompress(found.key, found.read_content())


def decompress(key: str, content: bytes) -> bytes:
    """Return the content without the compression that the key shows.

    Raises StatesError for invalid content, and UnsupportedSimulationError for Zstandard.
    """
    lower = key.lower()
    if lower.endswith((".zst", ".zstd")):
        raise UnsupportedSimulationError(f"{key}: Zstandard cannot be simulated", hint="specify a file in gzip")
    if not lower.endswith((".gz", ".gzip")):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise StatesError(ITEM_READER, f"{key} is not in gzip: {error}") from None


def describe_object(world: World, version: ObjectVersion) -> dict[str, Json]:
    """Return an object as s3:listObjectsV2 gives it to a Map; the names are recorded, the time is in seconds."""
    content = version.read_content()
    return {
        "Etag": f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"',
        "Key": version.key,
        "LastModified": int(world.convert_time(version.at).timestamp()),
        "Size": len(content),
        "StorageClass": "STANDARD",
    }


def _iterate_versions(world: World, bucket: str) -> Iterator[ObjectVersion]:
    """Yield the versions of all objects in the bucket, older ones first."""
    start = f"s3://{bucket}/"
    for uri, content in world.behaviour.objects.items():
        if uri.startswith(start):
            yield ObjectVersion(uri=uri, key=uri.removeprefix(start), content=content, at=0.0)
    for stored in world.record.objects:
        if stored.bucket == bucket:
            body = stored.body.encode(errors="surrogatepass")
            yield ObjectVersion(uri=f"{start}{stored.key}", key=stored.key, content=body, at=stored.at)
