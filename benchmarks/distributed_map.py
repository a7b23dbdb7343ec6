"""How long a distributed Map takes to simulate, and how much memory: 100,000 items, three states for each.

usage: python -m benchmarks.distributed_map [ITEMS]. The items are lines of an object in S3; the results are written to
S3. Prints a line for each query language: the time, the time of the processor, and the peak memory of the process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.run import simulate

ITEMS = 100_000
LANGUAGES = {
    "JSONata": ("Arguments", {"Output": "{% {'n': $states.input.n * 2} %}"}),
    "JSONPath": ("Parameters", {"Parameters": {"n.$": "States.MathAdd($.n, 1)"}}),
}


def run(language: str, items: int) -> None:
    arguments, made = LANGUAGES[language]
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", **made, "Next": "C"}, "C": {"Type": "Succeed"}}
    state = {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSONL"},
            arguments: {"Bucket": "b", "Key": "items.jsonl"},
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "A",
            "States": states,
        },
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", arguments: {"Bucket": "b", "Prefix": "p"}},
        "End": True,
    }
    definition = {"QueryLanguage": language, "StartAt": "M", "States": {"M": state}}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition}}
    lines = "".join(f'{{"n": {number}}}\n' for number in range(items))
    behaviour = Behaviour(objects={"s3://b/items.jsonl": lines.encode()}, enforce_permissions=False)
    start = time.perf_counter()
    found = simulate(json.dumps({"Resources": {"M": machine}}), {}, behaviour)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{language:9} {items:,} items, 3 states each: {found.first.status}, {seconds:.1f} s "
        f"({time.process_time():.1f} s of the processor), {peak:.0f} MB",
        flush=True,
    )


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    if len(sys.argv) > 2:
        run(sys.argv[2], items)
        return
    for language in LANGUAGES:
        subprocess.run([sys.executable, "-m", "benchmarks.distributed_map", str(items), language], check=True)


if __name__ == "__main__":
    main()
