"""cfn-lint and statelint add nothing to the faults of a definition: neither a false error nor one that is told twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby

import pytest

from sfnorch.definitions.machines import list_machine_faults
from sfnorch.linter.run import Linter
from tests.lint.cases import Case, build_machines
from tests.lint.test_gate import ACCEPTED, REFUSED

_MOST = 60
"""Machines in one template: cfn-lint stops at a number of calls that depends on the template."""


def split(cases: list[Case]) -> Iterator[list[Case]]:
    """Yield groups of definitions in one region."""
    chosen = sorted((case for case in cases if not case.is_template), key=lambda case: case.region)
    for _, group in groupby(chosen, lambda case: case.region):
        together = list(group)
        yield from (together[start : start + _MOST] for start in range(0, len(together), _MOST))


@pytest.mark.slow
@pytest.mark.parametrize("cases", [ACCEPTED, REFUSED], ids=["accepted", "refused"])
def test_findings_of_cfn_lint_and_statelint_stand_for_faults(cases: list[Case]):
    linter = Linter()
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for group in split(cases):
        template, owners = build_machines(group)
        faults = {machine.logical_id: len(list_machine_faults(machine)) for machine in template.machines}
        said = Counter[str]()
        for finding in linter.lint_template(template):
            if finding.rule in ("E3601", "statelint", "refused-definition"):
                name = finding.path.split(".")[1]
                said[name] += 1
                if said[name] > faults[name]:
                    wrong[owners[name].name].append(f"{finding.rule}: {finding.path}: {finding.message}")
    assert wrong == {}
