"""How long a state of a warm simulation takes, and whether the time is linear in the number of states.

usage: python -m benchmarks.simulate [RUNS]. The template of the pattern `dynamic` is read once, and each run has five
other jobs. Prints the time of the processor for a run and for a state that is entered, with the least of several
measurements, since the machine is shared; then the time for a state of chains of different lengths.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sfnorch.simulator.events import StateEntered
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import Machine, Template, evaluate_template
from sfnorch.template.reader import parse_template

RUNS = 1_000
LENGTHS = (250, 500, 1_000, 2_000)
DYNAMIC = Path(__file__).parents[1] / "templates" / "dynamic" / "SAM-template.yaml"
CHAINS = {
    "JSONata": {"Output": "{% {'n': $states.input.n + 1} %}"},
    "JSONPath": {"Parameters": {"n.$": "States.MathAdd($.n, 1)"}},
}


def read(text: str) -> tuple[Template, Machine]:
    template = evaluate_template(parse_template(text, "template"))
    return template, choose_machine(template)


def measure(work: Callable[[], list[Run]]) -> tuple[float, int]:
    """Seconds of the processor, and the states that were entered."""
    start = time.process_time()
    runs = work()
    seconds = time.process_time() - start
    return seconds, sum(isinstance(event.detail, StateEntered) for run in runs for event in run.events)


def measure_runs(count: int) -> None:
    template, machine = read(DYNAMIC.read_text())

    def run(start: int, end: int) -> list[Run]:
        return [
            run_machine(template, machine, {"glueJobs": [f"j{index}-{job}" for job in range(5)]})
            for index in range(start, end)
        ]

    run(0, 10)  # warm
    part = max(1, count // 10)
    parts = [measure(lambda start=start: run(start, start + part)) for start in range(10, 10 + count, part)]
    seconds, states = sum(seconds for seconds, _ in parts), sum(states for _, states in parts)
    least, entered = min(parts)
    print(f"{count:,} runs x 5 jobs: {seconds:.2f} s   (1,000: at most 3 s)")
    print(
        f"the fastest tenth: {least / part * 1000:.2f} ms a run, {least / entered * 1e6:.0f} µs a state of {states:,}"
    )


def measure_chain(language: str, length: int) -> float:
    """Seconds for a state of a chain, the least of five measurements."""
    states = {f"S{index}": {"Type": "Pass", **CHAINS[language], "Next": f"S{index + 1}"} for index in range(length)} | {
        f"S{length}": {"Type": "Succeed"}
    }
    definition = {"QueryLanguage": language, "StartAt": "S0", "States": states}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition}}
    template, chosen = read(json.dumps({"Resources": {"M": machine}}))
    found = [measure(lambda: [run_machine(template, chosen, {"n": 0})]) for _ in range(5)]
    return min(seconds / states for seconds, states in found)


def main() -> None:
    measure_runs(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
    for language in CHAINS:
        found = "   ".join(f"{length:,}: {measure_chain(language, length) * 1e6:.0f} µs" for length in LENGTHS)
        print(f"a state of a chain in {language}, by its length: {found}   (linear: all the same)")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
