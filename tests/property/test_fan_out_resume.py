"""A fan-out that failed or was stopped, and the run that resumes it: together they run each job of each item once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.app.executions import ExecutionRequest
from sfnorch.app.resuming import plan_resume, start_resume
from sfnorch.errors import SfnorchError
from sfnorch.simulator.record import Run
from sfnorch.template.contents import Template
from tests.fan_outs import Fake, fan_out, template_of

pytestmark = pytest.mark.slow

JOBS = ["extract", "check", "load"]
CHAIN = [{"name": job, "arguments": {"--table": "{% $item.table %}"}} for job in JOBS]
TEMPLATE = template_of(CHAIN, max_concurrency=3, item_name="{% $item.table %}")
LIMITED = template_of(CHAIN, max_concurrency=3, tolerated_failures=1, on_item_failure="fail")
BATCHES = template_of(CHAIN, max_concurrency=2, batch=3, item_name="{% $item.table %}")
LIMITED_BATCHES = template_of(CHAIN, max_concurrency=2, batch=2, tolerated_failures=1, on_item_failure="fail")


def succeeded(run: Run) -> Counter[tuple[str, str]]:
    """The job runs that succeeded, as the item and the job."""
    return Counter((each.arguments["--table"], each.job) for each in run.job_runs if each.status == "SUCCEEDED")


def resumed(fake: Fake, failing: dict[str, int]) -> Run:
    """The run that resumes the execution, simulated with the object that the command has written."""
    planned = plan_resume(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert not fake.started
    start_resume(planned)
    ((_, started),) = fake.started
    objects = {f"s3://{bucket}/{key}": body for (bucket, key), body in fake.objects.items()}
    return fan_out(fake.template, started, failing=failing, objects=objects)


failures = st.dictionaries(st.sampled_from(JOBS), st.integers(0, 9))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([TEMPLATE, LIMITED, BATCHES, LIMITED_BATCHES]),
    st.integers(1, 9),
    failures,
    failures,
    st.none() | st.integers(0, 12),
)
def test_exactly_the_rest_runs(
    template: Template, count: int, failing: dict[str, int], again: dict[str, int], stopped: int | None
):
    items = [{"table": f"t{number}"} for number in range(count)]
    until: dict[str, Any] = {} if stopped is None else {"until": 150.0 * stopped + 1}
    run = fan_out(template, {"items": items}, failing=failing, **until)
    done, wanted = succeeded(run), Counter((item["table"], job) for item in items for job in JOBS)
    first = run.first.run
    assert first is not None
    for attempt, faults in ((2, again), (3, {})):
        fake = Fake(template, run, total=count)
        fake.end()
        try:
            run = resumed(fake, faults)
        except SfnorchError as error:
            assert (error.message, done) == ("Nothing failed", wanted)  # noqa: PT017
            return
        assert done != wanted
        done += succeeded(run)
        assert run.first.run is not None
        changed = {key: run.first.run[key] for key in ("name", "startedAt")}
        assert run.first.run == {**first, **changed, "attempt": attempt}
    assert (run.first.status, done) == ("SUCCEEDED", wanted)
