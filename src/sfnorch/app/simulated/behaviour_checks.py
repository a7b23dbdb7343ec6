"""What a behaviour names that a template does not have: mocks of states, jobs, and objects without files."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.errors import RequestError
from sfnorch.simulator.behaviour import Behaviour, is_matching_job
from sfnorch.simulator.mocks.responses import InvalidMockError
from sfnorch.simulator.mocks.table import MOCKABLE, MockTable

if TYPE_CHECKING:
    from sfnorch.template.contents import Template

_OBJECT_URI = re.compile(r"s3://[^/]+/.+", re.DOTALL)


def refuse_mocks(template: Template, behaviour: Behaviour) -> None:
    """Raise RequestError for mocks that are invalid, or of states that the template does not have."""
    try:
        unknown = MockTable(template, behaviour.mocks).list_unknown()
    except InvalidMockError as error:
        raise RequestError(f": {error.message}", field="mocks") from None
    states = (state for machine in template.machines for state in machine.list_states())
    names = {state.name for state in states if state.kind in MOCKABLE}
    refuse_unknown("mocks", "Task, Map or Parallel state", set(unknown), behaviour.mocks, names)


def refuse_objects(behaviour: Behaviour) -> None:
    """Raise RequestError for an object without a URI of S3, or without its file."""
    for uri, content in behaviour.objects.items():
        if not _OBJECT_URI.fullmatch(uri):
            raise RequestError(f" {uri}: expected s3://BUCKET/KEY", field="objects")
        if isinstance(content, Path) and not content.is_file():
            raise RequestError(f" {uri}: {content} is not a file", field="objects")


def refuse_jobs(behaviour: Behaviour, names: set[str]) -> None:
    """Raise RequestError for jobs of the behaviour that are not among the names."""
    for name, patterns in (
        ("faults", [fault.job for fault in behaviour.faults]),
        ("seconds", list(behaviour.seconds)),
        ("throttles", list(behaviour.throttles)),
        ("concurrent_runs", list(behaviour.concurrent_runs)),
    ):
        unknown = {pattern for pattern in patterns if not any(is_matching_job(pattern, job) for job in names)}
        refuse_unknown(name, "job", unknown, patterns, names)


def refuse_unknown(field: str, what: str, unknown: set[str], given: Iterable[str], names: set[str]) -> None:
    """Raise RequestError for the unknown names among the given ones, in their order, each with the most similar."""
    wrong = []
    for name in given:
        if name in unknown:
            near = difflib.get_close_matches(name, sorted(names), n=1)
            wrong.append(f"unknown {what} {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    if wrong:
        raise RequestError(f": {', and '.join(wrong)}", field=field)
