"""The Glue jobs that a run can start: the jobs in definitions, parameters, the input, and the run's job runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.json_values import Json, find_value, read_string, read_strings
from sfnorch.simulator.events import JobStartRefused
from sfnorch.simulator.record import Run
from sfnorch.template.contents import Template


def list_run_job_names(template: Template, run: Run, parameters: Mapping[str, str]) -> set[str]:
    """Return all job names: those in the machines' tasks, and those of the run's job runs and refused starts."""
    names = {job.job for job in run.job_runs} | run.counted_job_runs.names
    names |= {job for map_run in run.map_runs for job, _, _ in map_run.counts}
    names |= {event.detail.job for event in run.events if isinstance(event.detail, JobStartRefused)}
    for text in _list_texts(run.first.input):
        names.update(_split_list(text))
    return (names | list_template_job_names(template, parameters)) - {""}


def list_template_job_names(template: Template, parameters: Mapping[str, str]) -> set[str]:
    """Return all texts of the machines and the parameters that can be names of jobs."""
    names = {template.shorten_name(function.name) for function in template.functions} | list_task_job_names(template)
    for machine in template.machines:
        for state in machine.list_states():
            names.update(_list_nested_texts(state.body.get("Assign")))
            for _, rule in state.list_objects("Choices"):
                names.update(_list_nested_texts(rule.get("Assign")))
    for value in parameters.values():
        names.update(_split_list(value))
    return names - {""}


def list_task_job_names(template: Template, *, only_jobs: bool = False) -> set[str]:
    """Return the names of jobs that are in the arguments of tasks, by default also those of statements."""
    keys = ("JobName",) if only_jobs else ("JobName", "StatementName")
    return {
        name
        for machine in template.machines
        for state in machine.list_states()
        for name in _list_names_in_arguments(state.body.get("Arguments" if state.jsonata else "Parameters"), keys)
        if name
    }


def _split_list(text: str) -> Iterator[str]:
    """Yield the text, and its parts between commas."""
    yield text
    yield from (part.strip() for part in text.split(","))


def _list_names_in_arguments(arguments: Json, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        name = read_string(find_value(arguments, key))
        if not name.startswith("{%"):
            yield name


def _list_nested_texts(value: Json) -> Iterator[str]:
    """Yield the texts in lists, and the keys of nested mappings: lists of jobs, and settings by job."""
    match value:
        case dict():
            for key, item in value.items():
                if isinstance(item, dict):
                    yield key
                yield from _list_nested_texts(item)
        case list():
            yield from (text for text in read_strings(value) if not text.startswith("{%"))


def _list_texts(value: Json) -> Iterator[str]:
    """Yield every text in the value."""
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _list_texts(item)
        case list():
            for item in value:
                yield from _list_texts(item)
