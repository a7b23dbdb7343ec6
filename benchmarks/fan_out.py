"""How long a fan-out takes to simulate, and how much memory: 100,000 items with three Glue jobs, failures, throttling.

usage: python -m benchmarks.fan_out [ITEMS]. Simulates the plan as `sfnorch simulate` does. Prints the counts, the
virtual time and the price of the state transitions; then the time, the time of the processor, and the peak memory of
the process. The aim for 100,000 items on a core that does nothing else: 60 s and 500 MB.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.simulation import simulate
from sfnorch.durations import format_duration
from sfnorch.simulator.behaviour import Behaviour, Fault

ITEMS = 100_000
PLAN = """\
pattern: fan-out
name: tables
items: {object: {bucket: landing, key: tables.json}}
item_name: "{% $item.table %}"
select: "{% $not($item.active = false) %}"
max_concurrency: 1000
jobs:
  - {name: extract, arguments: {--table: "{% $item.table %}", --day: "{% $run.date %}"}, retries: 1}
  - {name: transform, arguments: {--table: "{% $item.table %}"}}
  - load
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    items = [{"table": f"t{number}", **({} if number % 50 else {"active": False})} for number in range(count)]
    behaviour = Behaviour(
        objects={"s3://landing/tables.json": json.dumps(items).encode()},
        concurrent_runs={"*": 1_000},
        faults=[Fault("extract", count // 20), Fault("load", count // 50)],
        throttles={"transform": count // 20},
    )
    del items
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "sfnorch.yaml"
        plan.write_text(PLAN, "utf-8")
        start = time.perf_counter()
        found = simulate(SimulateRequest(plan=plan, behaviour=behaviour))
        seconds = time.perf_counter() - start
    figures = found.figures
    print(f"{found.run.first.output['counts']}")
    print(
        f"{format_duration(figures.seconds)} of virtual time, {figures.transitions:,} transitions, ${figures.price:.2f}"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:,} items, 3 jobs each: {found.run.first.status}, {seconds:.1f} s "
        f"({time.process_time():.1f} s of the processor), {peak:.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
