"""Put faults into the code one by one, and report those that no test detects.

    python -m benchmarks.mutants [--count N] [--seed S] [--survivors-of FILE] [--report FILE] [PACKAGE ...]

The seed selects a sample of faults for each package. Each fault is put into a copy of the project, and the tests that
execute it run until one fails. A run of the whole suite measures which tests these are; its result is stored in
`.mutants` until the code or the tests change. The output lists the faults that no test detects, and the share of
detected faults by package. Read each listed fault: some do not change the behavior, the others need a test.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.mutants.measured import Measured, measure
from benchmarks.mutants.sites import Mutant, find_mutants, is_valid
from benchmarks.mutants.trials import KILLED, NOT_COVERED, SURVIVED, TIMED_OUT, Result, Trial, copy_tree, run_trials

ROOT = Path(__file__).parents[2]
PACKAGES = ("patterns", "plan", "cfn", "simulator", "aws")
_NOT_OURS = "starters"
_WEIGHTS = {"text": 0.35, "element left out": 0.5, "argument left out": 0.5}
"""Weights of the operators that have many more sites than the others."""

_ENOUGH = 15.0
"""Seconds of tests in a first trial. A fault that survives them is tried with the other tests too."""


def main() -> int:
    """Select a sample, run the trials, and print the result."""
    options = _options()
    wanted: set[str] = set()
    if options.survivors_of:
        report = json.loads(Path(options.survivors_of).read_text(encoding="utf-8"))
        wanted = {row["mutant"] for row in report if row["outcome"] in (SURVIVED, NOT_COVERED)}
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary:
        folder = Path(temporary)
        tree = folder / "tree"
        copy_tree(ROOT, tree)
        measured = measure(tree, ROOT / ".mutants", list(PACKAGES), options.tests.split(), options.workers)
        mutants = [
            mutant
            for package in options.packages
            for mutant in (of_package(package) if wanted else sample(package, options.count, options.seed))
            if not wanted or _identity(mutant) in wanted
        ]
        results: list[Result] = []
        for result in _try_all(mutants, measured, folder, options.workers, is_quick=options.quick):
            results.append(result)
            _print_progress(len(results), len(mutants), result)
            rows = [_row(each) for each in results]
            Path(options.report).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    _print_rates(results)
    return 0


def of_package(package: str) -> list[Mutant]:
    """Return all of the package's faults."""
    found: list[Mutant] = []
    for path in sorted((ROOT / "src" / "sfnorch" / package).rglob("*.py")):
        if _NOT_OURS not in path.parts:
            found += find_mutants(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    return found


def sample(package: str, count: int, seed: int) -> list[Mutant]:
    """Return a sample of the package's faults: always the same for the same code and seed."""
    rng = random.Random(f"{package} {seed}")  # noqa: S311 - a sample
    # weighted sampling without replacement (Efraimidis and Spirakis)
    keyed = [(rng.random() ** (1 / _WEIGHTS.get(mutant.operator, 1.0)), mutant) for mutant in of_package(package)]
    keyed.sort(key=lambda pair: pair[0], reverse=True)
    valid = (mutant for _, mutant in keyed if is_valid(mutant.apply((ROOT / mutant.path).read_bytes())))
    return sorted(islice(valid, count), key=lambda mutant: (mutant.path, mutant.line, mutant.start))


def _try_all(
    mutants: list[Mutant], measured: Measured, folder: Path, workers: int, *, is_quick: bool
) -> Iterator[Result]:
    """Yield the result of each mutant. Raises SystemExit if tests fail without a fault."""
    first, rest = [], {}
    for mutant in mutants:
        tests = measured.tests(mutant)
        enough = _enough(tests, measured)
        first.append(_trial(mutant, tests[:enough], measured))
        rest[_identity(mutant)] = tests[enough:]
    unchanged = [Trial(mutant=None, tests=each.tests, seconds=each.seconds) for each in first[:: len(first) // 5 or 1]]
    again = []
    for result in run_trials(ROOT, folder, [*unchanged, *first], workers):
        tried = result.trial.mutant
        if tried is None:
            if result.outcome in (KILLED, TIMED_OUT):
                raise SystemExit(f"{result.by or 'a test'} fails without a fault")
        elif result.outcome == SURVIVED and rest[_identity(tried)] and not is_quick:
            again.append(_trial(tried, rest[_identity(tried)], measured))
        else:
            yield result
    yield from run_trials(ROOT, folder, again, workers)


def _trial(mutant: Mutant, tests: list[str], measured: Measured) -> Trial:
    return Trial(mutant=mutant, tests=tuple(tests), seconds=sum(measured.seconds[test] for test in tests))


def _enough(tests: list[str], measured: Measured) -> int:
    """Return how many of the tests a first trial runs."""
    seconds = 0.0
    for index, test in enumerate(tests):
        seconds += measured.seconds[test]
        if seconds > _ENOUGH:
            return max(1, index)
    return len(tests)


def _identity(mutant: Mutant) -> str:
    return f"{mutant.path} {mutant.operator} {mutant.before} -> {mutant.text} @{mutant.line}:{mutant.start}"


def _row(result: Result) -> dict[str, str | int]:
    mutant = result.trial.mutant
    assert mutant is not None  # noqa: S101 - trials without a mutant are no results
    return {
        "mutant": _identity(mutant),
        "shown": str(mutant),
        "outcome": result.outcome,
        "by": result.by,
        "tests": len(result.trial.tests),
    }


def _print_progress(number: int, count: int, result: Result) -> None:
    if result.outcome in (SURVIVED, NOT_COVERED):
        print(f"[{number}/{count}] {result.outcome}: {result.trial.mutant}", flush=True)
    elif number % 25 == 0:
        print(f"[{number}/{count}]", flush=True)


def _print_rates(results: list[Result]) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        if result.trial.mutant:
            counts[result.trial.mutant.path.split("/")[2]][result.outcome] += 1
            counts["all"][result.outcome] += 1
    outcomes = (KILLED, TIMED_OUT, SURVIVED, NOT_COVERED)
    print(f"\n{'package':<12}" + "".join(f"{outcome:>13}" for outcome in outcomes) + f"{'detected':>10}")
    for package, found in counts.items():
        share = (found[KILLED] + found[TIMED_OUT]) / found.total()
        print(f"{package:<12}" + "".join(f"{found[outcome]:>13}" for outcome in outcomes) + f"{share:>10.1%}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", default=list(PACKAGES), metavar="PACKAGE")
    parser.add_argument("--count", type=int, default=100, help="faults for each package")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tests", default="tests", help="folders and files of tests, separated by blanks")
    parser.add_argument("--quick", action="store_true", help=f"run at most {_ENOUGH:.0f} seconds of tests")
    parser.add_argument("--survivors-of", metavar="FILE", help="try only the faults that survived in this report")
    parser.add_argument("--report", default=str(ROOT / ".mutants" / "report.json"), metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
