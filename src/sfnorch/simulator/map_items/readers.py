"""The ItemReader of a distributed Map: it reads an object with items, the objects of a manifest, or a list of objects.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

from dataclasses import dataclass

from sfnorch.json_values import Json, find_value, read_list, read_mapping, read_string, read_strings
from sfnorch.simulator.errors import ITEM_READER, StatesError, UnsupportedSimulationError
from sfnorch.simulator.map_items.counts import evaluate_count
from sfnorch.simulator.map_items.datasets import Dataset, join_datasets, make_dataset
from sfnorch.simulator.map_items.formats import FORMATS, FormatSettings, decode_text, list_csv_rows
from sfnorch.simulator.map_items.stored_objects import (
    describe_object,
    knows_bucket,
    list_objects,
    read_object,
)
from sfnorch.simulator.visit import Visit
from sfnorch.simulator.world import World

_S3 = "s3://"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """The evaluated settings of an ItemReader."""

    resource: str
    """The action: `s3:getObject` or `s3:listObjectsV2`."""
    bucket: str
    key: str
    prefix: str
    input_type: str
    manifest_type: str
    flattens: bool
    """Whether it reads the listed objects instead of the list."""
    most: int
    """The maximum number of items; 0 for all."""
    format: FormatSettings


def evaluate_reader(visit: Visit) -> ReaderSettings:
    """Return the settings of the state's ItemReader. Raises StatesError for a setting that cannot be evaluated."""
    reader = read_mapping(visit.state.body.get("ItemReader"))
    config = read_mapping(reader.get("ReaderConfig"))
    arguments = visit.make_part_arguments(reader, "ItemReader")
    found = {name: visit.evaluate_setting(name, config) for name in config if not name.endswith("Path")}
    given = found.get("CSVHeaderLocation") == "GIVEN"
    return ReaderSettings(
        resource=read_string(reader.get("Resource")).partition(":::")[2],
        bucket=read_string(find_value(arguments, "Bucket")),
        key=read_string(find_value(arguments, "Key")),
        prefix=read_string(find_value(arguments, "Prefix")),
        input_type=read_string(found.get("InputType")),
        manifest_type=read_string(found.get("ManifestType")),
        flattens=found.get("Transformation") == "LOAD_AND_FLATTEN",
        most=evaluate_count(visit, "MaxItems", config, least=None) or 0,
        format=FormatSettings(
            items_pointer=read_string(found.get("ItemsPointer")),
            headers=list(read_strings(found.get("CSVHeaders"))) if given else None,
            delimiter=read_string(found.get("CSVDelimiter"), "COMMA"),
        ),
    )


def read_dataset(visit: Visit, settings: ReaderSettings) -> Dataset:
    """Return the items: those of the mock of the state, or those in the objects of the run.

    Raises StatesError (States.ItemReaderFailed) if they cannot be read, UnsupportedSimulationError if they are unknown.
    """
    world, mock = visit.runner.world, visit.find_reader_mock()
    if settings.most < 0:
        raise StatesError(ITEM_READER, "field MaxItems must be positive")
    if mock is not None:
        dataset = make_dataset(mock.take_result(), _find_source(settings))
    elif not knows_bucket(world, settings.bucket):
        raise _refuse(visit, "reads objects that are not specified", settings)
    else:
        dataset = _read(visit, world, settings)
    if settings.most and settings.most < len(dataset.items):
        return Dataset(dataset.items[: settings.most], dataset.is_keyed, dataset.sources)
    return dataset


def _read(visit: Visit, world: World, settings: ReaderSettings) -> Dataset:
    match settings.resource.removeprefix("aws-sdk:"):
        case "s3:listObjectsV2":
            return _read_listed(visit, world, settings)
        case "s3:getObject" if settings.manifest_type == "ATHENA_DATA":
            return _read_athena_manifest(visit, world, settings)
        case "s3:getObject" if settings.input_type == "MANIFEST" or settings.manifest_type:
            return _read_inventory(visit, world, settings)
        case "s3:getObject":
            return _read_object(visit, world, settings, settings.bucket, settings.key)
    raise _refuse(visit, f"calls {settings.resource}, which cannot be simulated", settings)


def _read_listed(visit: Visit, world: World, settings: ReaderSettings) -> Dataset:
    """Return the objects with the prefix, as S3 lists them, or the items in all of them."""
    listed = list_objects(world, settings.bucket, settings.prefix)
    if settings.flattens:
        return join_datasets([_read_object(visit, world, settings, settings.bucket, each.key) for each in listed])
    return Dataset([describe_object(world, each) for each in listed], sources=(_find_source(settings),))


def _read_inventory(visit: Visit, world: World, settings: ReaderSettings) -> Dataset:
    """Return an item for each object in an S3 inventory: the columns of the inventory, as texts.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
    """
    manifest = FORMATS["JSON"](decode_text(read_object(world, settings.bucket, settings.key)), FormatSettings())
    if find_value(manifest, "fileFormat") != "CSV":
        raise _refuse(visit, "reads an inventory that is not in CSV, which cannot be simulated", settings)
    names = [name.strip() for name in read_string(find_value(manifest, "fileSchema")).split(",")]
    columns = FormatSettings(headers=names)
    datasets = []
    for file in read_list(find_value(manifest, "files")):
        key = read_string(find_value(file, "key"))
        rows = FORMATS["CSV"](decode_text(read_object(world, settings.bucket, key)), columns)
        datasets.append(make_dataset(rows, _write_uri(settings.bucket, key)))
    return join_datasets(datasets)


def _read_athena_manifest(visit: Visit, world: World, settings: ReaderSettings) -> Dataset:
    """Return the items in all objects that the manifest of an UNLOAD statement lists, one S3 URI in each row."""
    uris = [row[0].strip() for row in list_csv_rows(decode_text(read_object(world, settings.bucket, settings.key)))]
    datasets = []
    for uri in uris:
        bucket, _, key = uri.removeprefix(_S3).partition("/")
        datasets.append(_read_object(visit, world, settings, bucket, key))
    return join_datasets(datasets)


def _read_object(visit: Visit, world: World, settings: ReaderSettings, bucket: str, key: str) -> Dataset:
    parse = FORMATS.get(settings.input_type or "JSON")
    if parse is None:
        raise _refuse(visit, f"reads {settings.input_type}, which cannot be simulated", settings)
    items: Json = parse(decode_text(read_object(world, bucket, key)), settings.format)
    return make_dataset(items, _write_uri(bucket, key))


def _find_source(settings: ReaderSettings) -> str:
    """Return the source of the items in the context object: the object, or the bucket if they are listed."""
    return _write_uri(settings.bucket, settings.key) if settings.key else f"S3://{settings.bucket}"


def _write_uri(bucket: str, key: str) -> str:
    return f"S3://{bucket}/{key}"


def _refuse(visit: Visit, reason: str, settings: ReaderSettings) -> UnsupportedSimulationError:
    name = visit.state.name
    uri = f"{_S3}{settings.bucket or 'BUCKET'}/{settings.key or f'{settings.prefix}KEY'}"
    return UnsupportedSimulationError(
        f"{visit.runner.execution.title}: the ItemReader of {name} {reason}",
        hint=f"specify the object, --object {uri}=FILE, or the items, --mock '{name}=[…]'",
    )
