"""Write a scenario file for a plan, with scenarios that reach every part of its state machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sfnorch.app.scenario_suite.expected import describe_expected, drop_wrong
from sfnorch.app.scenario_suite.search import Kept, SuiteSearch, start_search
from sfnorch.app.scenario_suite.tables import merge_scenarios
from sfnorch.app.scenario_suite.unreachable import list_unreachable
from sfnorch.plan.files import PLAN_FILE
from sfnorch.plan.places import Places
from sfnorch.scenarios.coverage import Coverage
from sfnorch.scenarios.files import ScenarioFile
from sfnorch.scenarios.models import Target
from sfnorch.scenarios.writing import format_scenarios


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A scenario file, and what its scenarios reach."""

    text: str
    scenarios: int
    coverage: Coverage


def write_suite(
    plan: Path, environment: str, output: Path, *, on_progress: Callable[[str], None] = lambda _: None
) -> Suite:
    """Return the scenario file for a plan, as `sfnorch test --init` writes it to `output`.

    `on_progress` gets the name of each scenario that is tried. Raises SfnorchError if the plan cannot be read or
    simulated.
    """
    target = Target(plan=_relate(plan, output), environment=environment)
    file = ScenarioFile(path=output, target=target, scenarios=(), places=Places(file=str(output), by_path={}))
    search = start_search(file, on_progress=on_progress)
    unreachable = list_unreachable(search.coverage)
    search.coverage.unreachable |= set(unreachable)
    search.fill()
    unreachable = {part: reason for part, reason in unreachable.items() if part in search.coverage.list_unreachable()}
    document = json.loads(json.dumps(_build_document(search, target, unreachable)))  # without places in the template
    header = (
        f"Scenarios of {target.plan}{f' ({environment})' if environment else ''}. Run them with sfnorch test.",
        "sfnorch test --init wrote them. They expect what the simulation shows: review them, and change them freely.",
    )
    text = format_scenarios(document, header=header, is_compact=True)
    return Suite(text=text, scenarios=len(search.kept), coverage=search.coverage)


def _relate(plan: Path, output: Path) -> str:
    """Return the path of the plan, relative to the folder of the file if it is below it."""
    import os.path

    return Path(os.path.relpath(plan, output.parent)).as_posix()


def _build_document(search: SuiteSearch, target: Target, unreachable: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    named = {"plan": target.plan} if target.plan != PLAN_FILE else {}
    if target.environment:
        named["environment"] = target.environment
    if named:
        document["target"] = named
    if search.given:
        document["given"] = {"mocks": search.given}
    stack = search.template.stack.where.stack_name
    first: dict[str, Kept] = {}
    families: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for kept in search.kept:
        first.setdefault(kept.machine, kept)
        expected = describe_expected(kept.document, first[kept.machine].document, stack)
        expected = drop_wrong(expected, kept.document, stack)
        scenario = {"name": kept.candidate.name, **kept.candidate.data, "expect": expected}
        families.setdefault((kept.candidate.family, kept.candidate.column), []).append(scenario)
    document["scenarios"] = [
        _simplify(merged) for (_, column), family in families.items() for merged in merge_scenarios(family, column)
    ]
    if unreachable:
        document["unreachable"] = unreachable
    return document


def _simplify(scenario: dict[str, Any]) -> dict[str, Any]:
    """Return the scenario without empty expectations of jobs, which only tables need."""
    jobs = scenario["expect"].get("jobs")
    if jobs is not None and jobs.get("not_run") == []:
        del jobs["not_run"]
        if not jobs:
            del scenario["expect"]["jobs"]
    return scenario
