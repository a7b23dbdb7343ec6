"""What the ItemReader of a distributed Map reads: formats, manifests, lists of objects, and what it cannot read."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.errors import UnsupportedSimulationError
from tests.unit.simulator.maps import GET, LIST, make_map, play_machine, read, read_objects

ROWS = 'H1,H2\na,b\n\n,\n \'c\' ,"d,""e""",surplus\nshort\nx\\,y,z\n'
READ_ROWS = [
    {"H1": "a", "H2": "b"},
    {"H1": "", "H2": ""},
    {"H1": " 'c' ", "H2": 'd,"e"'},
    {"H1": "short", "H2": ""},
    {"H1": "x,y", "H2": "z"},
]

FORMATS: dict[str, tuple[str | bytes, dict[str, Any], list[Any]]] = {
    "a JSON array": ('[1, {"a": null}, "x"]', {"InputType": "JSON"}, [1, {"a": None}, "x"]),
    "a JSON object": (
        '{"a": 1, "b": [2]}',
        {"InputType": "JSON"},
        [{"Key": "a", "Value": 1}, {"Key": "b", "Value": [2]}],
    ),
    "an empty array": ("[]", {"InputType": "JSON"}, []),
    "a pointer to an array": ('{"a/b": {"c": [1, 2]}}', {"InputType": "JSON", "ItemsPointer": "/a~1b/c"}, [1, 2]),
    "JSON Lines": ('{"a": 1}\n\n[2]\n3', {"InputType": "JSONL"}, [{"a": 1}, [2], 3]),
    "CSV with names in the first row": (ROWS, {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, READ_ROWS),
    "CSV with given names": (
        "a,b\n",
        {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["X", "Y"]},
        [{"X": "a", "Y": "b"}],
    ),
    "CSV with one given name": (
        "a,b\n,\n",
        {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["X"]},
        [{"X": "a"}, {"X": ""}],
    ),
    "a byte order mark": (b"\xef\xbb\xbfH\nv\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, [{"H": "v"}]),
    "a file without rows": ("", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, []),
    "the first items": ("[1, 2, 3]", {"InputType": "JSON", "MaxItems": 2}, [1, 2]),
    "more items than there are": ("[1, 2, 3]", {"InputType": "JSON", "MaxItems": 100_000_000}, [1, 2, 3]),
    "no limit": ("[1, 2, 3]", {"InputType": "JSON", "MaxItems": 0}, [1, 2, 3]),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_items_of_an_object(name: str):
    content, config, items = FORMATS[name]
    run = read(content, **config)
    assert (run.first.status, run.first.output) == ("SUCCEEDED", items)


@pytest.mark.parametrize(
    ("name", "mark"), [("COMMA", ","), ("PIPE", "|"), ("SEMICOLON", ";"), ("SPACE", " "), ("TAB", "\t")]
)
def test_delimiters(name: str, mark: str):
    text = f"H1{mark}H2\na{mark}b\n"
    run = read(text, InputType="CSV", CSVHeaderLocation="FIRST_ROW", CSVDelimiter=name)
    assert run.first.output == [{"H1": "a", "H2": "b"}]


def test_a_compressed_object():
    assert read(gzip.compress(b"[1]"), key="k.json.gz", InputType="JSON").first.output == [1]


FAILURES: dict[str, tuple[str | bytes, dict[str, Any], str, int]] = {
    "names that occur twice": (
        "a,b\n",
        {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["X", "X"]},
        "CSV headers cannot contain duplicates.",
        7,
    ),
    "one value": ("7", {"InputType": "JSON"}, "Attempting to map over non-iterable node.", 7),
    "no JSON": ("[1", {"InputType": "JSON"}, "The object is not valid JSON: ", 7),
    "a line that is not JSON": ("1\nx", {"InputType": "JSONL"}, "The object is not valid JSON: ", 7),
    "nothing at the pointer": (
        "{}",
        {"InputType": "JSON", "ItemsPointer": "/a"},
        "The ItemsPointer '/a' finds no value: ",
        7,
    ),
    "another encoding": (b"\xff", {"InputType": "JSON"}, "The object is not a text in UTF-8: ", 7),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_a_reader_cannot_read(name: str):
    content, config, cause, events = FAILURES[name]
    first = read(content, **config).first
    assert (first.status, first.error, first.history) == ("FAILED", "States.ItemReaderFailed", events)
    assert first.cause.startswith(cause)


def test_an_object_that_does_not_exist_and_one_that_is_not_compressed():
    reader = {"Resource": GET, "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "none"}}
    first = read_objects({"k": "[]"}, reader).first
    assert (first.error, first.cause.partition(".")[0]) == (
        "States.ItemReaderFailed",
        "The specified key does not exist",
    )
    first = read("[1]", key="k.gz", InputType="JSON").first
    assert (first.error, first.cause) == ("States.ItemReaderFailed", "k.gz is not in gzip: Not a gzipped file (b'[1')")


def test_a_failed_reader_is_caught_and_retried():
    reader = {"Resource": GET, "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "k"}}
    behaviour = Behaviour(objects={"s3://b/k": b"7"}, enforce_permissions=False)
    caught = {"ErrorEquals": ["States.ItemReaderFailed"], "Next": "S"}
    retried = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}
    states = {"M": make_map(ItemReader=reader, Catch=[caught], Retry=[retried]), "S": {"Type": "Succeed"}}
    first = play_machine(states, {}, behaviour).first
    assert (first.output, first.retries, first.history) == (
        {"Error": "States.ItemReaderFailed", "Cause": "Attempting to map over non-iterable node."},
        1,
        # Started, MapStateEntered; twice MapStateStarted, MapRunStarted, MapRunFailed; MapStateFailed, MapStateExited,
        # SucceedStateEntered, SucceedStateExited, ExecutionSucceeded
        13,
    )


def test_settings_by_path_also_as_text():
    for most, output, cause in ((2, [1, 2], ""), ("2", [1, 2], ""), (-1, None, "field MaxItems must be positive")):
        config = {"InputType": "JSON", "MaxItemsPath": "$.most"}
        reader = {"Resource": GET, "ReaderConfig": config, "Parameters": {"Bucket.$": "$.b", "Key": "k"}}
        behaviour = Behaviour(objects={"s3://b/k": b"[1, 2, 3]"}, enforce_permissions=False)
        run = play_machine({"M": make_map(ItemReader=reader)}, {"most": most, "b": "b"}, behaviour)
        assert (run.first.output, run.first.cause) == (output, cause)


def test_a_list_of_objects_and_the_items_in_them():
    objects: dict[str, str | bytes] = {"p/b.json": "[1, 2]", "p/a.json": "[3]", "q": "[4]"}
    reader = {"Resource": LIST, "Parameters": {"Bucket": "b", "Prefix": "p/"}}
    assert read_objects(objects, reader).first.output == [
        {
            "Etag": '"f2577a6fc29b900fe7d4c6321346be48"',
            "Key": "p/a.json",
            "LastModified": 1767225600,
            "Size": 3,
            "StorageClass": "STANDARD",
        },
        {
            "Etag": '"04cd0e0151f352e7fd414d694a604136"',
            "Key": "p/b.json",
            "LastModified": 1767225600,
            "Size": 6,
            "StorageClass": "STANDARD",
        },
    ]
    config = {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}
    sources = {"source.$": "$$.Map.Item.Source", "value.$": "$$.Map.Item.Value"}
    assert read_objects(objects, {**reader, "ReaderConfig": config}, ItemSelector=sources).first.output == [
        {"source": "S3://b/p/a.json", "value": 3},
        {"source": "S3://b/p/b.json", "value": 1},
        {"source": "S3://b/p/b.json", "value": 2},
    ]


def test_an_inventory():
    manifest = {
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "d/1.csv.gz"}, {"key": "d/2.csv.gz"}],
    }
    objects: dict[str, str | bytes] = {
        "manifest.json": json.dumps(manifest),
        "d/1.csv.gz": gzip.compress(b'"s","a.txt","1"\n"s","b.txt","2"\n'),
        "d/2.csv.gz": gzip.compress(b'"s","c.txt","3"\n'),
    }
    reader = {"Resource": GET, "Parameters": {"Bucket": "b", "Key": "manifest.json"}}
    for config in ({"InputType": "MANIFEST"}, {"ManifestType": "S3_INVENTORY"}):
        assert read_objects(objects, {**reader, "ReaderConfig": config}).first.output == [
            {"Bucket": "s", "Key": "a.txt", "Size": "1"},
            {"Bucket": "s", "Key": "b.txt", "Size": "2"},
            {"Bucket": "s", "Key": "c.txt", "Size": "3"},
        ]
    with pytest.raises(UnsupportedSimulationError) as error:
        read_objects({"manifest.json": '{"fileFormat": "ORC"}'}, {**reader, "ReaderConfig": {"InputType": "MANIFEST"}})
    assert (
        error.value.message == "m: the ItemReader of M reads an inventory that is not in CSV, which cannot be simulated"
    )


def test_the_manifest_of_an_athena_query():
    objects: dict[str, str | bytes] = {
        "m.csv": "s3://b/1.jsonl\ns3://b/2.jsonl\n",
        "1.jsonl": "1\n2\n",
        "2.jsonl": "3\n",
    }
    config = {"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}
    reader = {"Resource": GET, "ReaderConfig": config, "Parameters": {"Bucket": "b", "Key": "m.csv"}}
    assert read_objects(objects, reader).first.output == [1, 2, 3]


def test_an_object_that_the_run_has_written():
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
        "Parameters": {"Bucket": "b", "Key": "k", "Body": [1, 2]},
        "Next": "M",
    }
    reader = {"Resource": GET, "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "k"}}
    assert play_machine({"P": put, "M": make_map(ItemReader=reader)}, {}).first.output == [1, 2]


def test_an_inline_map_reads_too():
    state = make_map(
        ItemReader={"Resource": GET, "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "k"}}
    )
    del state["ItemProcessor"]["ProcessorConfig"]
    run = play_machine({"M": state}, {}, Behaviour(objects={"s3://b/k": b"[1]"}))
    assert (run.first.output, len(run.executions)) == ([1], 1)


def test_what_cannot_be_simulated_names_the_option_that_is_missing(tmp_path: Path):
    reader: dict[str, Any] = {
        "Resource": GET,
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": "b", "Key": "k"},
    }

    def refuse(reader: dict[str, Any], objects: dict[str, bytes | Path]) -> tuple[str, str | None]:
        with pytest.raises(UnsupportedSimulationError) as error:
            play_machine({"M": make_map(ItemReader=reader)}, {}, Behaviour(objects=objects, enforce_permissions=False))
        return error.value.message, error.value.hint

    hint = "specify the object, --object s3://b/k=FILE, or the items, --mock 'M=[]'"
    assert refuse(reader, {}) == ("m: the ItemReader of M reads objects that are not specified", hint)
    nested = {**reader, "Resource": LIST, "Parameters": {"Bucket": "b", "Prefix": ""}}
    nested["ReaderConfig"] = {"InputType": "MANIFEST", "Transformation": "LOAD_AND_FLATTEN"}
    assert refuse(nested, {"s3://b/k": b""}) == (
        "m: the ItemReader of M reads MANIFEST, which cannot be simulated",
        "specify the object, --object s3://b/KEY=FILE, or the items, --mock 'M=[]'",
    )
    missing = tmp_path / "none.json"
    assert refuse(reader, {"s3://b/k": missing}) == (
        f"k: cannot read {missing}: No such file or directory",
        "specify a file that exists",
    )
    (tmp_path / "there.json").write_text("[5]", encoding="utf-8")
    found = play_machine(
        {"M": make_map(ItemReader=reader)},
        {},
        Behaviour(objects={"s3://b/k": tmp_path / "there.json"}, enforce_permissions=False),
    )
    assert found.first.output == [5]


def test_the_rows_of_parquet():
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = {
        "number": [1, None],
        "share": [0.5, float("nan")],
        "amount": [Decimal("1.50"), Decimal("2.00")],
        "day": [date(2026, 1, 2)] * 2,
        "at": [datetime(2026, 1, 2, 3, 4, 5, 600000, tzinfo=timezone.utc)] * 2,
        "raw": [b"\xff", b""],
        "list": [[1, 2], []],
        "record": [{"x": "y"}, {"x": None}],
    }
    table = pyarrow.table(
        {**rows, "map": pyarrow.array([[("k", 1)], []], pyarrow.map_(pyarrow.string(), pyarrow.int32()))}
    )
    content = io.BytesIO()
    parquet.write_table(table, content)
    same = {"day": "2026-01-02", "at": "2026-01-02T03:04:05.600000+00:00"}
    assert read(content.getvalue(), InputType="PARQUET").first.output == [
        {
            **same,
            "number": 1,
            "share": 0.5,
            "amount": 1.5,
            "raw": "/w==",
            "list": [1, 2],
            "record": {"x": "y"},
            "map": {"k": 1},
        },
        {**same, "number": None, "share": None, "amount": 2, "raw": "", "list": [], "record": {"x": None}, "map": {}},
    ]
    first = read(b"PAR", InputType="PARQUET").first
    assert (first.error, first.cause.partition(":")[0]) == (
        "States.ItemReaderFailed",
        "The object is not valid Parquet",
    )


def test_parquet_without_its_library(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UnsupportedSimulationError) as error:
        read(b"", InputType="PARQUET")
    assert (error.value.message, error.value.hint) == (
        "reading Parquet needs the library pyarrow",
        "install it: pip install 'sfnorch[parquet]'",
    )


def test_lines_end_at_line_feeds_only():
    assert read('"a\u2028b"\r\n"c"', InputType="JSONL").first.output == ["a\u2028b", "c"]
    assert read("[NaN]", InputType="JSON").first.cause == "The object is not valid JSON: NaN is not a number of JSON"
    assert (
        read("[1e999]", InputType="JSON").first.cause == "The object is not valid JSON: the number 1e999 is too large"
    )
