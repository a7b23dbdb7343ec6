"""A fan-out that failed or was stopped, and the run that resumes it: together they run each job of each item once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.app.executions import ExecutionRequest
from sfnorch.app.resuming import plan_resume, start_resume
from sfnorch.errors import SfnorchError
from sfnorch.simulator.record import Run
from tests.fan_outs import Fake, fan_out, template_of

JOBS = ["extract", "check", "load"]
TEMPLATE = template_of(JOBS, max_concurrency=3, item_name="{% $item.table %}")
LIMITED = template_of(JOBS, max_concurrency=3, tolerated_failures=1, on_item_failure="fail")


def succeeded(run: Run) -> Counter[tuple[str, str]]:
    """The job runs that succeeded, as the item and the job."""
    items = {each.arn: each.input["item"]["table"] for each in run.executions[1:]}
    return Counter((items[each.execution], each.job) for each in run.job_runs if each.status == "SUCCEEDED")


def resumed(fake: Fake) -> Run:
    """The run that resumes the execution, simulated with the object that the command has written."""
    planned = plan_resume(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert not fake.started
    start_resume(planned)
    ((_, started),) = fake.started
    objects = {f"s3://{bucket}/{key}": body for (bucket, key), body in fake.objects.items()}
    return fan_out(fake.template, started, objects=objects)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 9),
    st.dictionaries(st.sampled_from(JOBS), st.integers(0, 9)),
    st.booleans(),
    st.none() | st.integers(0, 12),
)
def test_exactly_the_rest_runs(count: int, failing: dict[str, int], limited: bool, stopped: int | None):
    items = [{"table": f"t{number}"} for number in range(count)]
    template = LIMITED if limited else TEMPLATE
    until: dict[str, Any] = {} if stopped is None else {"until": 150.0 * stopped + 1}
    first = fan_out(template, {"items": items}, failing=failing, **until)
    fake = Fake(template, first, total=count)
    fake.end()
    before = succeeded(first)
    wanted = Counter((item["table"], job) for item in items for job in JOBS)
    try:
        second = resumed(fake)
    except SfnorchError as error:
        assert before == wanted, error.message  # noqa: PT017
        return
    assert second.first.status == "SUCCEEDED"
    assert before != wanted
    assert before + succeeded(second) == wanted
    assert second.first.run is not None
    assert first.first.run is not None
    assert second.first.run == {
        **first.first.run,
        **{key: second.first.run[key] for key in ("name", "startedAt")},
        "attempt": 2,
    }
