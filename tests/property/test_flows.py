"""What must hold of every flow: what runs, in which order, for how long, what is saved, what a failure leaves undone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.render import render_template
from sfnorch.linter.run import Linter
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

LINTING = Linter()
Steps = list[dict[str, Any]]


@st.composite
def flows(draw: st.DrawFn) -> Steps:
    """Steps of Glue jobs, each called as its step, side by side, for each of some items, with what handles errors."""
    number = iter(range(1_000))

    def steps(depth: int, most: int) -> Steps:
        return [step(depth) for _ in range(draw(st.integers(1, most)))]

    def step(depth: int) -> dict[str, Any]:
        name = f"s{next(number)}"
        kinds = ["job"] if depth == 2 else ["job", "job", "parallel", "each"]
        kind = draw(st.sampled_from(kinds))
        made: dict[str, Any] = {"name": name, "save_as": f"v_{name}"}
        if kind == "job":
            made["glue_job"] = name
        elif kind == "parallel":
            made["parallel"] = [steps(depth + 1, 2) for _ in range(draw(st.integers(1, 3)))]
        else:
            items = draw(st.lists(st.integers(0, 9), max_size=3))
            made["for_each"] = {"items": items, "as": f"i_{name}", "steps": steps(depth + 1, 2)}
        if draw(st.booleans()):
            handler: dict[str, Any] = {"then": draw(st.sampled_from(["continue", "fail"])), "save_as": f"f_{name}"}
            if draw(st.booleans()):
                handler["steps"] = [{"name": f"h_{name}", "glue_job": f"h_{name}"}]
                if draw(st.booleans()):  # whose failure would take the place of the one before
                    handler["steps"][0]["on_error"] = {"then": "continue", "save_as": f"f_{name}"}
            made["on_error"] = handler
        return made

    return steps(0, 4)


def jobs(steps: Steps) -> Iterator[str]:
    """Every job that the steps name."""
    for step in steps:
        if "glue_job" in step:
            yield step["glue_job"]
        inner = [*step.get("parallel", []), step.get("for_each", {}).get("steps", [])]
        for part in (*inner, step.get("on_error", {}).get("steps", [])):
            yield from jobs(part)


class FailedError(Exception):
    """A step has failed that nothing handles."""


@dataclass
class Oracle:
    """What the steps are to come to, told by a few lines of Python in place of a state machine; a job takes 1 s."""

    failing: set[str]
    ran: Counter[str] = field(default_factory=Counter)

    def run(self, steps: Steps) -> tuple[dict[str, Any], float]:
        """What is saved, and how long it takes. Raises FailedError: the step, the seconds until then, the message."""
        saved: dict[str, Any] = {}
        took = 0.0
        for step in steps:
            try:
                result, seconds = self.step(step)
                took += seconds
                saved |= {step["save_as"]: result} if "save_as" in step else {}
            except FailedError as error:
                name, seconds, words = error.args
                took += seconds
                if "on_error" not in step:
                    raise FailedError(name, took, words) from None
                handler = step["on_error"]
                try:
                    took += self.run(handler.get("steps", []))[1]
                except FailedError as worse:
                    both = f"{worse.args[2]}; while handling the failure of {name}: {words}"
                    raise FailedError(worse.args[0], took + worse.args[1], both) from None
                if handler["then"] == "fail":
                    raise FailedError(name, took, words) from None
                saved |= {step["save_as"]: None} if "save_as" in step else {}
        return saved, took

    def step(self, step: dict[str, Any]) -> tuple[Any, float]:
        if "glue_job" in step:
            self.ran[step["glue_job"]] += 1
            if step["glue_job"] in self.failing:
                raise FailedError(step["name"], 1.0, f"{step['glue_job']} is broken")
            return step["glue_job"], 1.0
        each = step.get("for_each")
        scopes = step["parallel"] if each is None else [each["steps"]] * len(each["items"])
        results, failed, took = [], [], 0.0
        for scope in scopes:
            try:
                result, seconds = self.run(scope)
                results.append(result)
            except FailedError as error:
                failed.append(error.args)
                seconds = error.args[1]
            took = max(took, seconds)
        if failed:
            what = "branches" if each is None else "items"
            several = f"{len(failed)} {what} failed: " + "; ".join(f"{name}: {words}" for name, _, words in failed)
            raise FailedError(failed[0][0], took, several if len(failed) > 1 else failed[0][2])
        return results, took


def play(steps: Steps, failing: set[str], start: Any = None) -> tuple[Run, str]:
    text = render_template(build_workflow(parse_plan(json.dumps({"pattern": "flow", "steps": steps}))), "sam")
    names = set(jobs(steps))
    behaviour = Behaviour(
        seconds=dict.fromkeys(names, 1.0),
        faults=[Fault(job=name, message=f"{name} is broken") for name in failing],
        concurrent_runs=dict.fromkeys(names, 1000),
    )
    return simulate(text, start, behaviour), text


def plain(saved: Any) -> Any:
    """What was saved, each job's run as the job."""
    if isinstance(saved, dict) and {"job", "runId"} <= set(saved):
        return saved["job"]
    if isinstance(saved, dict):
        return {key: plain(value) for key, value in saved.items() if not key.startswith("f_")}
    return [plain(item) for item in saved] if isinstance(saved, list) else saved


@settings(max_examples=30)
@given(flows(), st.randoms(use_true_random=False), st.integers(0, 4))
def test_a_flow_does_what_its_steps_say(steps: Steps, random: Any, often: int):
    failing = {name for name in jobs(steps) if random.randrange(5) < often}
    oracle = Oracle(failing)
    run, _ = play(steps, failing)
    try:
        saved, took = oracle.run(steps)
        assert (run.first.status, plain(run.first.output)) == ("SUCCEEDED", saved)
    except FailedError as error:
        name, took, words = error.args
        cause = json.loads(run.first.cause)
        assert (run.first.status, run.first.error, cause["step"]) == ("FAILED", "StepFailed", name)
        assert cause["at"] in [step["name"] for step in steps]
        assert len(words) > 400 or cause["message"] == words  # longer ones are cut
        assert [change.after for change in run.alarms] == ["ALARM"]
    assert Counter(job.job for job in run.job_runs) == oracle.ran
    assert run.first.ended == took


@settings(max_examples=18)
@given(flows(), st.data())
def test_a_resumed_flow_runs_just_what_is_left_and_comes_to_the_same(steps: Steps, data: st.DataObject):
    at = data.draw(st.integers(0, len(steps) - 1))
    before, _ = Oracle(set()).run(steps[:at])
    oracle = Oracle(set())
    oracle.run(steps[at:])
    run, _ = play(steps, set(), {"x": 1, "resumeAt": {"step": steps[at]["name"], "variables": before}})
    assert Counter(job.job for job in run.job_runs) == oracle.ran
    assert plain(run.first.output) == {"x": 1, **Oracle(set()).run(steps)[0]}


@pytest.mark.slow
@settings(max_examples=3)
@given(flows())
def test_lint_finds_nothing(steps: Steps):
    _, text = play(steps, set())
    assert [str(finding) for finding in LINTING.lint_template(evaluate_template(parse_template(text, "t.yaml")))] == []
