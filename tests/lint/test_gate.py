"""What AWS accepts has no error of lint, and what it refuses has exactly one, on its line.

A case has the evidence of its fact in `by`: recorded (an execution or a refusal in the tests of a public emulator),
measured (somebody has asked AWS and published the answer), documented, emulated, or assumed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from functools import cache
from itertools import chain, groupby

import pytest

from sfnorch.definitions.machines import list_machine_faults
from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding, Severity
from sfnorch.linter.rules import RULES
from sfnorch.linter.run import Linter
from sfnorch.linter.subject import Subject
from sfnorch.simulator.run import simulate
from sfnorch.template.contents import Template
from tests.lint.cases import Case, build_machines, build_template, read_cases, write_template

ACCEPTED, REFUSED = read_cases("accepted"), read_cases("refused")
EVIDENCE = {"recorded", "measured", "documented", "emulated", "assumed"}
NOW = datetime(2026, 11, 5, tzinfo=timezone.utc)
"""Schedules are checked for starts after this time."""


def list_own_findings(template: Template) -> Iterator[Finding]:
    """Yield the findings of the own rules, without those of other linters about the same faults."""
    found = [*template.source.faults, *(machine.fault for machine in template.machines if machine.fault)]
    subject = Subject(template, NOW)
    return chain(found, *(rule.find_faults(subject) for rule in RULES))


@cache
def load_linter() -> Linter:
    return Linter(now=NOW)


def list_all_findings(template: Template) -> Iterable[Finding]:
    return load_linter().lint_template(template)


def is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def group_by_region(cases: Iterable[Case], *, templates: bool) -> list[list[Case]]:
    found = [case for case in cases if case.is_template is templates]
    return [list(group) for _, group in groupby(sorted(found, key=lambda case: case.region), lambda case: case.region)]


def list_findings_of_definitions(
    cases: Iterable[Case], find: Callable[[Template], Iterable[Finding]]
) -> dict[str, list[Finding]]:
    """Return the findings of each case that is a definition."""
    findings: dict[str, list[Finding]] = defaultdict(list)
    for group in group_by_region(cases, templates=False):
        template, owners = build_machines(group)
        for finding in find(template):
            findings[owners[finding.path.split(".")[1]].name].append(finding)
    return findings


def list_findings_of_templates(cases: Iterable[Case]) -> dict[str, list[Finding]]:
    """Return the findings of each case that is a template; the cases of a file are one template for each region."""
    findings: dict[str, list[Finding]] = defaultdict(list)
    for group in group_by_region(cases, templates=True):
        for file, of_file in groupby(group, lambda case: case.file):
            together = list(of_file)
            for finding in list_all_findings(build_template(together)):
                owner = next((case.name for case in together if finding.line in case.lines), str(file.name))
                findings[owner].append(finding)
    return findings


def describe(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}: {finding.rule}: {finding.path}: {finding.message}"


def describe_errors(findings: dict[str, list[Finding]], cases: list[Case]) -> dict[str, list[str]]:
    fails = {case.name: case.read_text("fails") for case in cases}
    said = {
        name: [describe(each) for each in found if is_error(each) and each.rule != fails.get(name)]
        for name, found in findings.items()
    }
    return {name: lines for name, lines in said.items() if lines}


def test_a_definition_that_aws_accepts_has_no_error():
    assert describe_errors(list_findings_of_definitions(ACCEPTED, list_all_findings), ACCEPTED) == {}


def test_a_template_that_aws_accepts_has_no_error():
    assert describe_errors(list_findings_of_templates(ACCEPTED), ACCEPTED) == {}


def check_marks(findings: dict[str, list[Finding]], cases: list[Case]) -> None:
    """Check that each case has its one finding on its line: an error, or a warning about what AWS lets run."""
    found = {
        case.name: [(each.rule, each.line) for each in findings[case.name] if is_meant(case, each)] for case in cases
    }
    marks = {case.name: [(case.rule, line) for line in list_lines(case)] for case in cases}
    assert {name: lines for name, lines in found.items() if lines != marks[name]} == {}
    assert {len(lines) for lines in marks.values()} == {1}


def list_lines(case: Case) -> list[int]:
    """Return the lines that the case marks, or the line of the path in `at`."""
    if case.marked:
        return list(case.marked)
    template, _ = build_machines([case])
    steps = (int(step) if step.isdigit() else step for step in case.read_text("at").split("/"))
    return [template.machines[0].locate_value(tuple(steps))[1].line]


def is_meant(case: Case, finding: Finding) -> bool:
    return is_error(finding) or (case.read_text("severity") == "warning" and finding.rule == case.rule)


def test_a_definition_that_aws_refuses_has_one_error_on_its_line():
    check_marks(
        list_findings_of_definitions(REFUSED, list_own_findings), [case for case in REFUSED if not case.is_template]
    )


def test_a_template_that_aws_refuses_has_one_error_on_its_line():
    check_marks(list_findings_of_templates(REFUSED), [case for case in REFUSED if case.is_template])


SAID = [case for case in REFUSED if "message" in case.body]


@pytest.mark.parametrize("case", SAID, ids=[case.name for case in SAID])
def test_a_fault_has_its_path_and_the_words_of_aws(case: Case):
    template, _ = build_machines([case])
    faults = [("/".join(map(str, fault.path)), fault.message) for fault in list_machine_faults(template.machines[0])]
    assert faults == [(case.read_text("at"), case.read_text("message"))]
    with pytest.raises(SfnorchError) as error:
        simulate(write_template(case))
    assert case.read_text("message").removesuffix(".") in error.value.message


def test_cases_have_names_and_evidence():
    cases = [*ACCEPTED, *REFUSED]
    assert len({case.name for case in cases}) == len(cases)
    assert {case.evidence for case in cases} <= EVIDENCE
    assert len({name for case in ACCEPTED for name in case.features}) >= 300
    assert len(REFUSED) >= 100
