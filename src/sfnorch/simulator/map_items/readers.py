"""The ItemReader of a distributed Map: it reads an object with items, the objects of a manifest, or a list of objects.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import shlex
from typing import NamedTuple

from sfnorch.json_values import find_value, read_list, read_mapping, read_string, read_strings
from sfnorch.simulator.errors import ITEM_READER, StatesError, UnsupportedSimulationError
from sfnorch.simulator.map_items.counts import evaluate_count
from sfnorch.simulator.map_items.datasets import Dataset, join_datasets, make_dataset, name_source
from sfnorch.simulator.map_items.formats import (
    FORMATS,
    FormatSettings,
    list_csv_rows,
    parse_csv_rows,
    parse_json_items,
)
from sfnorch.simulator.map_items.limits import refuse_large_object
from sfnorch.simulator.stored_objects import StoredObjects
from sfnorch.simulator.visit import Visit


class ReaderSettings(NamedTuple):
    """The evaluated settings of an ItemReader."""

    lists_objects: bool
    """Whether it lists objects; otherwise it reads one."""
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

    @property
    def source(self) -> str:
        """Return the source of the items in the context object: the object, or the bucket if they are listed."""
        return name_source(self.bucket, self.key)


def evaluate_reader(visit: Visit) -> ReaderSettings:
    """Return the settings of the state's ItemReader. Raises StatesError for a setting that cannot be evaluated."""
    reader = read_mapping(visit.state.body.get("ItemReader"))
    config = read_mapping(reader.get("ReaderConfig"))
    arguments = visit.make_part_arguments(reader, "ItemReader")
    found = {name: visit.evaluate_setting(name, config) for name in config if not name.endswith("Path")}
    given = found.get("CSVHeaderLocation") == "GIVEN"
    return ReaderSettings(
        lists_objects=read_string(reader.get("Resource")).endswith(":listObjectsV2"),
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
    """Return the items: those of the mock of the reader, or those in the objects of the run.

    Raises StatesError (States.ItemReaderFailed) if they cannot be read, UnsupportedSimulationError if they are unknown.
    """
    if settings.most < 0:
        raise StatesError(ITEM_READER, "field MaxItems must be positive")
    if mock := visit.find_reader_mock():
        dataset = make_dataset(mock.take_result(), settings.source)
    else:
        dataset = _ObjectReader(visit, settings).read()
    if settings.most and settings.most < len(dataset.items):
        return Dataset(dataset.items[: settings.most], dataset.is_keyed, dataset.sources)
    return dataset


class _ObjectReader:
    """Reads the objects of the run by the settings of an ItemReader."""

    def __init__(self, visit: Visit, settings: ReaderSettings) -> None:
        self._visit = visit
        self._settings = settings
        self._objects = StoredObjects(visit.runner.world)

    def read(self) -> Dataset:
        """Return the items. Raises StatesError if they cannot be read, UnsupportedSimulationError if unknown."""
        settings = self._settings
        if not self._objects.is_known(settings.bucket):
            raise self._refuse("reads objects that are not specified")
        if settings.lists_objects:
            return self._read_listed()
        if settings.manifest_type == "ATHENA_DATA":
            return self._read_athena_manifest()
        if settings.input_type == "MANIFEST" or settings.manifest_type:
            return self._read_inventory()
        return self._read_object(settings.bucket, settings.key)

    def _read_listed(self) -> Dataset:
        """Return the objects with the prefix, as S3 lists them, or the items in all of them."""
        settings = self._settings
        listed = self._objects.list_versions(settings.bucket, settings.prefix)
        if settings.flattens:
            return join_datasets([self._read_object(settings.bucket, version.key) for version in listed])
        world = self._visit.runner.world
        return Dataset([version.describe(world) for version in listed], sources=(settings.source,))

    def _read_inventory(self) -> Dataset:
        """Return an item for each object in an S3 inventory: the columns of the inventory, as texts.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
        """
        bucket = self._settings.bucket
        manifest = parse_json_items(self._objects.read(bucket, self._settings.key), FormatSettings())
        if find_value(manifest, "fileFormat") != "CSV":
            raise self._refuse("reads an inventory that is not in CSV, which cannot be simulated")
        names = [name.strip() for name in read_string(find_value(manifest, "fileSchema")).split(",")]
        keys = [read_string(find_value(file, "key")) for file in read_list(find_value(manifest, "files"))]
        columns = FormatSettings(headers=names)
        return join_datasets(
            [
                make_dataset(parse_csv_rows(self._objects.read(bucket, key), columns), name_source(bucket, key))
                for key in keys
            ]
        )

    def _read_athena_manifest(self) -> Dataset:
        """Return the items in all objects that the manifest of an UNLOAD statement lists, one S3 URI in each row."""
        rows = list_csv_rows(self._objects.read(self._settings.bucket, self._settings.key))
        places = [row[0].strip().removeprefix("s3://").partition("/") for row in rows]
        return join_datasets([self._read_object(bucket, key) for bucket, _, key in places])

    def _read_object(self, bucket: str, key: str) -> Dataset:
        input_type = self._settings.input_type or "JSON"
        if input_type not in FORMATS:
            raise self._refuse(f"reads {input_type}, which cannot be simulated")
        content = self._objects.read(bucket, key)
        refuse_large_object(self._visit, key, input_type, content)
        items = FORMATS[input_type](content, self._settings.format)
        return make_dataset(items, name_source(bucket, key))

    def _refuse(self, reason: str) -> UnsupportedSimulationError:
        settings, runner, state = self._settings, self._visit.runner, self._visit.state
        uri = f"s3://{settings.bucket or 'BUCKET'}/{settings.key or f'{settings.prefix}KEY'}"
        mock = runner.world.mocks.suggest_option(runner.machine, state, [])
        return UnsupportedSimulationError(
            f"{runner.execution.title}: the ItemReader of {state.name} {reason}",
            hint=f"specify the object, --object {shlex.quote(f'{uri}=FILE')}, or the items, {mock}",
        )
