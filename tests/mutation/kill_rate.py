"""Run the scenarios of a suite on mutants of its template, and count those that a scenario tells from the template."""

from dataclasses import dataclass, field
from pathlib import Path

from sfnorch.app.scenario_runs import Outcome, ScenarioRunner
from sfnorch.scenarios.files import read_scenario_file
from tests.mutation.mutants import Mutant, list_mutants


class MutantRunner(ScenarioRunner):
    """Runs scenarios on a mutant instead of the target."""

    mutant: Mutant | None = None
    _last = None

    def run_mutant(self, file, located, mutant):
        self.mutant = mutant
        try:
            return self.run(file, located)
        finally:
            self.mutant = None

    def _read_template(self, file, request):
        template = super()._read_template(file, request)
        if self.mutant is None:
            return template
        key = (id(template), self.mutant)
        if self._last is None or self._last[0] != key:
            self._last = key, self.mutant.apply(template)
        return self._last[1]


@dataclass
class KillRate:
    killed: int = 0
    survivors: list = field(default_factory=list)

    @property
    def count(self):
        return self.killed + len(self.survivors)

    @property
    def share(self):
        return self.killed / self.count if self.count else 1.0


def measure_kill_rate(path: Path, *, every: int = 1, is_chosen=lambda mutant: True) -> KillRate:
    """Return the kill rate of a suite: of each mutant, or of each so many."""
    file = read_scenario_file(path)
    runner = MutantRunner()
    results = [(located, runner.run(file, located)) for located in file.scenarios]
    assert all(result.outcome is Outcome.PASSED for _, result in results), [
        r.name for _, r in results if r.mismatches or r.error
    ]
    template = runner.find_template(file, file.scenarios[0].scenario)
    rate = KillRate()
    for number, mutant in enumerate(list_mutants(template)):
        if number % every or not is_chosen(mutant):
            continue
        reaching = [
            located
            for located, result in results
            if not mutant.machine or (mutant.machine, mutant.state, "") in result.reached
        ]
        if any(runner.run_mutant(file, located, mutant).outcome is not Outcome.PASSED for located in reaching):
            rate.killed += 1
        else:
            rate.survivors.append(str(mutant))
    return rate


if __name__ == "__main__":
    import sys

    for name in sys.argv[2:]:
        found = measure_kill_rate(Path(name), every=int(sys.argv[1]))
        sys.stdout.write(f"{name}: {found.killed} of {found.count} ({found.share:.1%})\n")
        for survivor in found.survivors:
            sys.stdout.write(f"    {survivor}\n")
        sys.stdout.flush()
