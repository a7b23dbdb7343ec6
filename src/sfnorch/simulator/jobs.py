"""The Glue jobs that a run can start: the jobs in definitions, parameters, the input, and the run's job runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sfnorch.simulator.record import Run, What
from sfnorch.template.contents import Template


def job_names(template: Template, run: Run, parameters: Mapping[str, str]) -> set[str]:
    """Return all job names: those in the machines' tasks, and those of the run's job runs and refused starts."""
    names = {job.job for job in run.job_runs}
    names |= {template.short(function.name) for function in template.functions}
    names |= {str(event.detail["job"]) for event in run.events if event.what is What.JOB_START_REFUSED}
    for machine in template.machines:
        for state in machine.walk():
            names.update(_named(state.body.get("Arguments")))
            names.update(_listed(state.body.get("Assign")))
            for _, rule in state.objects("Choices"):
                names.update(_listed(rule.get("Assign")))
    for value in (*parameters.values(), *_texts(run.first.input)):
        names.update((value, *(part.strip() for part in value.split(","))))
    return names - {""}


def _named(arguments: Any) -> Iterator[str]:
    for key in ("JobName", "StatementName"):
        name = arguments.get(key) if isinstance(arguments, dict) else None
        if isinstance(name, str) and not name.startswith("{%"):
            yield name


def _listed(value: Any) -> Iterator[str]:
    """Yield the texts in lists, and the keys of nested mappings: lists of jobs, and settings by job."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict):
                yield key
            yield from _listed(item)
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str) and not item.startswith("{%"))


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in the value."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)
