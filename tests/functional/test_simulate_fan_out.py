"""`sfnorch simulate` of a fan-out, whole: few items by their names, many by counts, and too many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

PLAN = """\
pattern: fan-out
name: tables
items: {items}
item_name: "{{% $item.table %}}"
max_concurrency: 1000
jobs:
- {{name: extract, arguments: {{--table: "{{% $item.table %}}"}}}}
- load
"""
FEW = """\
T+00s  fan-out starts
T+00s  run 2026-01-01-a84cd6dc, date 2026-01-01
T+00s  all 3 children start
T+05m  orders: extract FAILED: simulated failure (--fail)
T+05m  orders FAILED: GlueJobFailed
T+10m  alarm tables-fan-out-failed → ALARM: 1 of 3 items failed
T+10m  prices and returns SUCCEEDED
T+10m  fan-out notifies tables-AlarmTopic: [dev] tables: 1 of 3 items failed
T+10m  fan-out SUCCEEDED

          T+00s                       T+05m
fan-out   ████████████████████████████████████████████████████████ 10m SUCCEEDED
orders    ████████████████████████████┊                            05m FAILED
  extract ████████████████████████████┊                            05m FAILED
prices    ████████████████████████████████████████████████████████ 10m SUCCEEDED
  extract ████████████████████████████┊                            05m SUCCEEDED
  load                                ████████████████████████████ 05m SUCCEEDED
returns   ████████████████████████████████████████████████████████ 10m SUCCEEDED
  extract ████████████████████████████┊                            05m SUCCEEDED
  load                                ████████████████████████████ 05m SUCCEEDED
"""
MANY = """\
T+00s  fan-out starts
T+00s  run 2026-01-01-a84cd6dc, date 2026-01-01
T+00s  fan-out/RunItems starts 1,200 executions
T+05m  fan-out/RunItems: 7 runs of extract FAILED from now on: simulated failure (--fail)
T+05m  t0 FAILED: GlueJobFailed
T+05m  t1 FAILED: GlueJobFailed
T+05m  t2 FAILED: GlueJobFailed
T+05m  t3 FAILED: GlueJobFailed
T+05m  t4 FAILED: GlueJobFailed
T+10m  fan-out/RunItems: 900 of 1,200 executions have ended
T+20m  fan-out/RunItems: 1,193 SUCCEEDED, 7 FAILED
T+20m  alarm tables-fan-out-failed → ALARM: 7 of 1200 items failed
T+20m  fan-out notifies tables-AlarmTopic: [dev] tables: 7 of 1200 items failed
T+20m  fan-out SUCCEEDED

                   T+00s           T+10m
fan-out            ███████████████████████████████ 20m SUCCEEDED
  fan-out/RunItems ███████████████████████████████ 20m 1,193 SUCCEEDED, 7 FAILED
"""


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def write(items: str, content: str = "", name: str = "items.json") -> None:
    Path("sfnorch.yaml").write_text(PLAN.format(items=items))
    Path(name).write_text(content)


@pytest.mark.smoke
def test_few_items_have_their_names(run: Run):
    write("input")
    given = json.dumps({"items": [{"table": name} for name in ("orders", "prices", "returns")]})
    done = run("simulate", "--input", given, "--fail", "extract:1", "--concurrent-runs", "*=9")
    assert (done.code, done.err) == (3, "")
    assert lines(done.out)[: len(lines(FEW))] == lines(FEW)


@pytest.mark.slow
def test_many_items_are_counted(run: Run):
    write(
        "{object: {bucket: landing, key: items.json}}", json.dumps([{"table": f"t{number}"} for number in range(1_200)])
    )
    options = ("--object", "s3://landing/items.json=items.json", "--fail", "extract:7", "--concurrent-runs", "*=10000")
    done = run("simulate", *options)
    told = lines(done.out)
    assert (done.code, done.err) == (3, "")
    assert told[: len(lines(MANY))] == lines(MANY)
    assert len(told) < 150
    assert "fan-out/RunItems 1,193 SUCCEEDED, 7 FAILED" in told
    assert (
        sum(
            line.startswith("  t") and line.endswith(" FAILED GlueJobFailed: extract: simulated failure (--fail)")
            for line in told
        )
        == 7
    )
    assert max(map(len, told)) < 5_000
    document = json.loads(run("simulate", *options, "--output", "json").out)
    assert len(document["executions"]) == 1_201
    assert document["figures"]["peakJobRuns"] == 1_000
    assert document["figures"]["jobSeconds"] == 300 * (1_200 + 1_193)
    assert {event["machine"] for event in document["events"]} == {"fan-out"}
    assert document["jobRuns"] == []


def test_too_many_items_are_refused_before_they_are_read(run: Run):
    write("{object: {bucket: landing, key: items.jsonl}}", '{"table":1}\n' * 500_002, "items.jsonl")
    done = run("simulate", "--object", "s3://landing/items.jsonl=items.jsonl")
    assert (done.code, done.out) == (1, "")
    assert "RunItems reads 500,002 items from items.jsonl, and a simulation has at most 500,000" in done.err
    with Path("huge.json").open("wb") as file:
        file.truncate(2**40)
    write("{object: {bucket: landing, key: items.json}}")
    done = run("simulate", "--object", "s3://landing/items.json=huge.json")
    assert (done.code, done.out) == (1, "")
    assert "huge.json has 1,099,511,627,776 bytes, and a simulation reads at most 268,435,456" in done.err


def test_a_backfill_has_the_items_of_each_date(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(
        "{pattern: fan-out, name: etl, backfill: true, jobs: [load], item_name: '{% $item.table %}', "
        "items: {object: {bucket: landing, key: \"{% $run.date & '.csv' %}\"}}}"
    )
    (tmp_path / "a.csv").write_text("table\norders\nprices\n")
    objects = [f"--object=s3://landing/2026-01-0{day}.csv=a.csv" for day in (1, 2)]
    options = ["--from", "2026-01-01", "--to", "2026-01-03", "--concurrent-runs", "*=9", "--fail", "load:1"]

    done = run("simulate", "--backfill", *options, *objects)

    assert done.code == 3, done.err
    assert [" ".join(line.split()) for line in done.out.splitlines()[1:4]] == [
        "2026-01-01 T+00s 05m FAILED orders",
        "2026-01-02 T+05m 05m SUCCEEDED",
        "2026-01-03 T+10m 00s FAILED States.ItemReaderFailed",
    ]
