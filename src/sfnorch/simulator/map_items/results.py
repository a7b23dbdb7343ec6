"""The ResultWriter of a distributed Map: it writes what came of the child executions to S3, and transforms outputs.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sfnorch.json_values import Json, find_value, read_mapping, read_string, write_compact
from sfnorch.simulator.compressed_text import CompressedText, join_parts
from sfnorch.simulator.errors import RESULT_WRITER, StatesError
from sfnorch.simulator.events import ObjectWritten
from sfnorch.simulator.record import Execution, StoredObject
from sfnorch.simulator.visit import Visit
from sfnorch.simulator.world import World

SUCCEEDED = "SUCCEEDED"


class WriterSettings(NamedTuple):
    """The evaluated settings of a ResultWriter."""

    is_export: bool
    """Whether it writes to S3; without a Resource, it only transforms the output."""
    bucket: str
    prefix: str
    transformation: str
    """`NONE`: descriptions of the executions; `COMPACT`: their outputs; `FLATTEN`: the items in their outputs."""
    in_lines: bool
    """Whether the output type is JSON Lines."""


class MapResults(NamedTuple):
    """What came of a Map run: the child executions by index, and the inputs of those that were not started."""

    arn: str
    children: Mapping[int, Execution]
    pending: Iterable[Json]

    def list_outputs(self) -> list[Json]:
        """Return the outputs of the executions, in the order of the items.

        A tolerated failure has its error and cause in its place (measured by the author of sfnx).
        """
        return [
            child.output
            if child.status == SUCCEEDED
            else {"Status": child.status, "Error": child.error, "Cause": child.cause}
            for _, child in sorted(self.children.items())
        ]


def evaluate_writer(visit: Visit) -> WriterSettings | None:
    """Return the settings of the state's ResultWriter; None if it has none."""
    if "ResultWriter" not in visit.state.body:
        return None
    writer = read_mapping(visit.state.body["ResultWriter"])
    config = read_mapping(writer.get("WriterConfig"))
    given = visit.make_part_arguments(writer, "ResultWriter")
    is_export = "Resource" in writer
    transformation, output_type = (visit.evaluate_setting(name, config) for name in ("Transformation", "OutputType"))
    return WriterSettings(
        is_export,
        read_string(find_value(given, "Bucket")),
        read_string(find_value(given, "Prefix")),
        read_string(transformation, "NONE" if is_export else "COMPACT"),
        output_type == "JSONL",
    )


def make_result(visit: Visit, settings: WriterSettings, results: MapResults) -> Json:
    """Return the result of the Map: its transformed outputs, or where they are in S3, after writing them there."""
    if settings.is_export:
        return write_results(visit, settings, results)
    values = _transform(visit.runner.world, settings, results.children)
    return "".join(_list_parts(values, in_lines=True)) if settings.in_lines else list(values)


def write_results(visit: Visit, settings: WriterSettings, results: MapResults) -> Json:
    """Write the files of the results and their manifest, and return the result of the Map.

    Raises StatesError (States.ResultWriterFailed) without a bucket.
    """
    world = visit.runner.world
    if not settings.bucket:
        raise StatesError(RESULT_WRITER, "The ResultWriter has no Bucket")
    folder = f"{settings.prefix}/{results.arn.rpartition(':')[2]}".lstrip("/")
    written = {
        SUCCEEDED: _transform(world, settings, _select(results.children, succeeded=True)),
        "FAILED": (_describe(world, child) for child in _select(results.children, succeeded=False).values()),
        "PENDING": (_describe_pending(given) for given in results.pending),
    }
    files: dict[str, Json] = {}
    for status in ("FAILED", "PENDING", SUCCEEDED):
        body = join_parts(_list_parts(written[status], in_lines=settings.in_lines))
        key = f"{folder}/{status}_0.{'jsonl' if settings.in_lines else 'json'}"
        is_empty = body in ("", "[]")
        files[status] = [] if is_empty else [{"Key": key, "Size": _count_bytes(body)}]
        if not is_empty:
            _store(visit, settings.bucket, key, body)
    manifest = {"DestinationBucket": settings.bucket, "MapRunArn": results.arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    _store(visit, settings.bucket, key, write_compact(manifest))
    return {"MapRunArn": results.arn, "ResultWriterDetails": {"Bucket": settings.bucket, "Key": key}}


def name_map_run(visit: Visit, settings: WriterSettings | None) -> str:
    """Return the ARN of a Map run; its last part is random if results are exported, which have it in their keys."""
    run = visit.runner.machine.arn.replace(":stateMachine:", ":mapRun:", 1)
    is_exported = settings is not None and settings.is_export
    world = visit.runner.world
    ending = world.generate_id() if is_exported else f"{len(world.record.map_runs):032x}"
    return f"{run}/{name_map(visit)}:{ending}"


def name_map(visit: Visit) -> str:
    """Return the name of the Map in ARNs: its Label, or a part of the state's name in place of a random one."""
    label = visit.state.read_text("Label")
    return label or "".join(character for character in visit.state.name if character.isalnum())[:40]


def _select(children: Mapping[int, Execution], *, succeeded: bool) -> dict[int, Execution]:
    return {index: children[index] for index in sorted(children) if (children[index].status == SUCCEEDED) == succeeded}


def _transform(world: World, settings: WriterSettings, children: Mapping[int, Execution]) -> Iterable[Json]:
    """Yield what the result has of each execution; an execution that failed is described, as with NONE."""
    for index in sorted(children):
        child = children[index]
        if settings.transformation == "NONE" or child.status != SUCCEEDED:
            yield _describe(world, child)
        elif settings.transformation == "FLATTEN" and isinstance(child.output, list):
            yield from child.output
        else:
            yield child.output


def _describe(world: World, child: Execution) -> Json:
    """Return an execution as a results file has it; the dates are texts."""
    succeeded = child.status == SUCCEEDED
    included: dict[str, Json] = {"Included": True}
    described: dict[str, Json] = {
        "ExecutionArn": child.arn,
        "Input": write_compact(child.input),
        "InputDetails": included,
        "Name": child.name,
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE" if succeeded else "REDRIVABLE",
        "StartDate": world.write_time(child.started),
        "StateMachineArn": child.machine,
        "Status": child.status,
        "StopDate": world.write_time(child.started if child.ended is None else child.ended),
    }
    if succeeded:
        reason = "Execution is SUCCEEDED and cannot be redriven"
        described |= {"Output": write_compact(child.output), "OutputDetails": included, "RedriveStatusReason": reason}
    elif child.status == "FAILED":
        described |= {"Cause": child.cause, "Error": child.error}
    return dict(sorted(described.items()))


def _describe_pending(given: Json) -> Json:
    """Return an execution that was not started; the form is assumed."""
    return {"Input": write_compact(given), "InputDetails": {"Included": True}, "Status": "PENDING"}


def _list_parts(values: Iterable[Json], *, in_lines: bool) -> Iterator[str]:
    """Yield the parts of the text with the values: a JSON list, or JSON Lines."""
    if in_lines:
        for value in values:
            yield f"{write_compact(value)}\n"
        return
    separator = "["
    for value in values:
        yield f"{separator}{write_compact(value)}"
        separator = ","
    yield "[]" if separator == "[" else "]"


def _count_bytes(body: str | CompressedText) -> int:
    return len(body.encode(errors="surrogatepass")) if isinstance(body, str) else body.size


def _store(visit: Visit, bucket: str, key: str, body: str | CompressedText) -> None:
    world, execution = visit.runner.world, visit.runner.execution
    stored = StoredObject(at=world.at, bucket=bucket, key=key, content=body, sender=execution.title)
    world.record.objects.append(stored)
    world.record_event(execution, ObjectWritten(bucket, key), visit.state.name)
