"""Warnings about plans: Glue jobs that may run in parallel with themselves, where they stand, and how many at once."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.findings import Severity
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.job_lists import replace_jobs
from sfnorch.plan.load import load_plan, parse_plan
from sfnorch.plan.models.master_child import MasterChildPlan
from sfnorch.plan.paths import format_path
from sfnorch.plan.side_by_side import find_concurrent_jobs
from sfnorch.plan.warnings import find_plan_warnings

NOW = datetime(2026, 11, 5, tzinfo=timezone.utc)
HINT = "raise MaxConcurrentRuns of the job, set job_run_queuing: true, or run them in sequence"
ALLOWS = "and Glue allows one run of a job at a time unless its MaxConcurrentRuns is higher"

WARNED: dict[str, tuple[str, list[str]]] = {
    "chains": (
        """\
pattern: master-child
children:
- jobs: [a, b, b]
- {name: two, jobs: [c]}
- jobs:
  - d
  - {name: b, retries: 1}
- jobs: [d]
""",
        [
            f"children[0].jobs[1]: the Glue job 'b' can have 2 concurrent runs: children[0].jobs[1], children[0].jobs[2] and children[2].jobs[1] run in parallel, {ALLOWS}; {HINT} (plan.yaml, line 3)",
            f"children[2].jobs[0]: the Glue job 'd' can have 2 concurrent runs: children[2].jobs[0] and children[3].jobs[0] run in parallel, {ALLOWS}; {HINT} (plan.yaml, line 6)",
        ],
    ),
    "many chains": (
        "pattern: master-child\nchildren: [" + ", ".join(["{jobs: [a]}"] * 7) + "]\n",
        [
            f"children[0].jobs[0]: the Glue job 'a' can have 7 concurrent runs: children[0].jobs[0], children[1].jobs[0], children[2].jobs[0], children[3].jobs[0] and 3 more run in parallel, {ALLOWS}; {HINT} (plan.yaml, line 2)",
        ],
    ),
    "one chain": ("pattern: master-child\nchildren: [{jobs: [a, a]}, {jobs: [b]}]\n", []),
    "chains whose runs Glue queues": (
        """\
pattern: master-child
children:
- jobs: [{name: a, job_run_queuing: true}, {name: b, job_run_queuing: true}]
- jobs: [{name: a, job_run_queuing: true}, {name: b, job_run_queuing: false}]
""",
        [
            f"children[0].jobs[1]: the Glue job 'b' can have 2 concurrent runs: children[0].jobs[1] and children[1].jobs[1] run in parallel, {ALLOWS}; {HINT} (plan.yaml, line 3)",
        ],
    ),
    "items": (
        "pattern: fan-out\nmax_concurrency: 500\nitems: input\njobs: [{name: a, job_run_queuing: true}]\n",
        [
            "max_concurrency: up to 500 items run a Glue job at the same time, and by default an account can have 200 concurrent job runs; set max_concurrency to 200 or less, or raise the quota of Glue (plan.yaml, line 2)",
        ],
    ),
    "fewer items than may run": (
        "pattern: fan-out\nmax_concurrency: 500\nitems: [1, 2]\njobs: [{name: a, job_run_queuing: true}]\n",
        [],
    ),
    "fewer batches than may run": (
        "pattern: fan-out\nbatch: 2\nitems: [1, 2]\njobs: [a]\n",
        [],
    ),
    "tolerated failures of items in batches": (
        "pattern: fan-out\nbatch: 10\nitems: input\njobs: [{name: a, job_run_queuing: true}]\ntolerated_failures: 5%\n",
        [
            "tolerated_failures: Step Functions counts all items of a batch as failed if one of them failed: with batch: 10, one failed item counts as 10; raise tolerated_failures accordingly, or remove batch (plan.yaml, line 5)",
        ],
    ),
    "tasks": (
        """\
pattern: dag
tasks:
- {name: a, glue_job: x}
- {name: b, glue_job: x, needs: [a]}
- {name: c, lambda: f, needs: [b]}
- {name: d, glue_job: x, needs: [c]}
- {name: e, glue_job: y}
- {name: f, glue_job: y, needs: [a]}
""",
        [
            f"tasks[4]: the Glue job 'y' can have 2 concurrent runs: tasks[4] and tasks[5] run in parallel, {ALLOWS}; {HINT} (plan.yaml, line 7)",
        ],
    ),
    "steps": (
        """\
pattern: flow
steps:
- {name: a, glue_job: x}
- name: b
  parallel:
  - [{name: c, glue_job: x}, {name: d, glue_job: y}]
  - [{name: e, glue_job: z}]
  - - {name: f, lambda: f, on_error: {steps: [{name: g, glue_job: x}]}}
- {name: h, glue_job: z}
- {name: i, for_each: {items: [1, 2, 3], steps: [{name: j, glue_job: w}]}}
- {name: k, for_each: {items: '{% $input.a %}', concurrency: 4, steps: [{name: l, glue_job: v}, {name: m, glue_job: v}]}}
- {name: n, for_each: {items: '{% $input.a %}', concurrency: 1, steps: [{name: o, glue_job: u}]}}
- {name: p, for_each: {items: [1], steps: [{name: q, glue_job: u}]}}
- name: r
  parallel:
  - [{name: s, glue_job: t}]
  - [{name: t, for_each: {items: '{% $input.a %}', steps: [{name: u, glue_job: t}]}}]
""",
        [
            f"steps[1].parallel[0][0]: the Glue job 'x' can have 2 concurrent runs: steps[1].parallel[0][0] and steps[1].parallel[2][0].on_error.steps[0] run in parallel, {ALLOWS}; {HINT} (plan.yaml, line 6)",
            f"steps[3].for_each.steps[0]: the Glue job 'w' can have 3 concurrent runs: steps[3].for_each.steps[0] runs for several items at once, {ALLOWS}; {HINT} (plan.yaml, line 10)",
            f"steps[4].for_each.steps[0]: the Glue job 'v' can have 4 concurrent runs: steps[4].for_each.steps[0] and steps[4].for_each.steps[1] run in parallel, or for several items at once, {ALLOWS}; {HINT} (plan.yaml, line 11)",
            f"steps[7].parallel[0][0]: the Glue job 't' can have 41 concurrent runs: steps[7].parallel[0][0] and steps[7].parallel[1][0].for_each.steps[0] run in parallel, or for several items at once, {ALLOWS}; {HINT} (plan.yaml, line 16)",
        ],
    ),
    "no jobs of the plan's own": ("pattern: dynamic\njobs: [a, b]\n", []),
    "a loop": ("pattern: continuous\nworkflow: w\n", []),
}


@pytest.mark.parametrize(("text", "said"), WARNED.values(), ids=WARNED)
def test_what_a_plan_is_warned_of(text: str, said: list[str]):
    warnings = list(find_plan_warnings(parse_plan(text, file="plan.yaml"), NOW))
    assert [str(warning) for warning in warnings] == said
    assert {(warning.rule, warning.severity) for warning in warnings} <= {
        ("job-side-by-side", Severity.WARNING),
        ("job-run-quota", Severity.WARNING),
        ("batch-failures", Severity.WARNING),
    }


def test_a_schedule_gives_no_value_for_a_required_parameter():
    text = "pattern: flow\nschedule: rate(1 day)\nparameters: {day: {type: date}, n: {required: false}}\nsteps: [{name: a, glue_job: b}]\n"
    (warning,) = find_plan_warnings(parse_plan(text, file="plan.yaml"), NOW)
    assert (warning.rule, warning.severity) == ("required-parameter", Severity.WARNING)
    assert str(warning) == (
        "schedule: a scheduled run has no value for the required parameter 'day', and fails with InvalidInput unless "
        "the stack parameter DayDefault has one; give it a default, or move the schedule to starts and add params "
        "(plan.yaml, line 2)"
    )
    assert not list(find_plan_warnings(parse_plan(text.replace("type: date", "type: date, default: today")), NOW))


def test_the_default_plan_has_no_warnings_and_no_file():
    assert list(find_plan_warnings(build_default_plan(), NOW)) == []
    (warning,) = find_plan_warnings(replace_jobs(build_default_plan(), {1: ["glue-job-1-a"]}), NOW)
    assert (warning.file, warning.line, warning.path) == ("the default plan", None, "children[0].jobs[0]")


def test_jobs_that_the_command_line_gives_have_no_line_of_the_file(tmp_path: Path):
    path = tmp_path / "plan.yaml"
    path.write_text("pattern: master-child\nchildren:\n- jobs:\n  - a\n  - b\n- jobs: [c]\n", encoding="utf-8")
    plan = load_plan(path)
    assert isinstance(plan, MasterChildPlan)
    (first,) = find_plan_warnings(replace_jobs(plan, {1: ["b"]}), NOW)
    assert (first.path, first.line) == ("children[0].jobs[1]", 5)
    (second,) = find_plan_warnings(replace_jobs(plan, {0: ["x", "c"]}), NOW)
    assert (second.path, second.line) == ("children[0].jobs[1]", 3)


def test_plans_with_the_same_keys_are_equal_wherever_they_were_read():
    assert parse_plan("pattern: dynamic\n", file="a") == parse_plan("\n\npattern: dynamic\n", file="b")


@st.composite
def dags(draw: st.DrawFn) -> list[tuple[int, str, list[int]]]:
    """Tasks by their number, with a job and the numbers of earlier tasks that they need."""
    count = draw(st.integers(2, 7))
    return [
        (n, draw(st.sampled_from("xy")), draw(st.lists(st.integers(0, n - 1), unique=True, max_size=2)) if n else [])
        for n in range(count)
    ]


@given(dags())
def test_tasks_meet_unless_one_needs_the_other(tasks: list[tuple[int, str, list[int]]]):
    rows = [
        f"- {{name: t{n}, glue_job: {job}, needs: [{', '.join(f't{m}' for m in needs)}]}}" for n, job, needs in tasks
    ]
    found = {each.job: each for each in find_concurrent_jobs(parse_plan("pattern: dag\ntasks:\n" + "\n".join(rows)))}
    before: dict[int, set[int]] = {}
    for n, _, needs in tasks:
        before[n] = set(needs).union(*(before[m] for m in needs))
    for job in "xy":
        numbers = [n for n, own, _ in tasks if own == job]
        meet = {(a, b) for a, b in combinations(numbers, 2) if a not in before[b] and b not in before[a]}
        most = max(
            (size for size in range(1, len(numbers) + 1) for group in combinations(numbers, size) if set(combinations(group, 2)) <= meet),
            default=0,
        )  # fmt: skip
        assert (found[job].at_once if job in found else min(1, len(numbers))) == most
        places = {place[1] for place in found[job].places} if job in found else set()
        assert places == {n for pair in meet for n in pair}


Steps = list  # of ("job", name), ("parallel", branches) and ("for_each", items, steps)


def flows(depth: int) -> st.SearchStrategy[Steps]:
    job = st.tuples(st.just("job"), st.sampled_from("xy"))
    kinds = [job]
    if depth:
        inner = flows(depth - 1)
        kinds += [
            st.tuples(st.just("parallel"), st.lists(inner, min_size=1, max_size=3)),
            st.tuples(st.just("for_each"), st.integers(1, 3), inner),
        ]
    return st.lists(st.one_of(kinds), min_size=1, max_size=3)


@given(flows(2))
def test_steps_meet_in_branches_and_items(steps: Steps):
    runs: list[tuple[str, str, tuple[object, ...]]] = []  # job, place, way: what is followed by @ goes on at once
    names = iter(range(10_000))

    def written(steps: Steps, path: str, ways: list[tuple[object, ...]]) -> list[str]:
        rows = []
        for n, (kind, *more) in enumerate(steps):
            name, here = f"s{next(names)}", f"{path}[{n}]"
            inner = [(*way, n) for way in ways]
            if kind == "job":
                runs.extend((more[0], here, way) for way in inner)
                rows.append(f"{{name: {name}, glue_job: {more[0]}}}")
            elif kind == "parallel":
                branches = [
                    "[" + ", ".join(written(branch, f"{here}.parallel[{b}]", [(*way, "@", b) for way in inner])) + "]"
                    for b, branch in enumerate(more[0])
                ]
                rows.append(f"{{name: {name}, parallel: [{', '.join(branches)}]}}")
            else:
                own = [(*way, "@", item) for way in inner for item in range(more[0])]
                body = ", ".join(written(more[1], f"{here}.for_each.steps", own))
                rows.append(
                    f"{{name: {name}, for_each: {{as: i{name}, items: {list(range(more[0]))}, steps: [{body}]}}}}"
                )
        return rows

    plan = parse_plan("pattern: flow\nsteps: [" + ", ".join(written(steps, "steps", [()])) + "]")
    found = {each.job: each for each in find_concurrent_jobs(plan)}
    for job in "xy":
        own = [(place, way) for name, place, way in runs if name == job]
        meeting = {
            place for one, other in combinations(own, 2) if meets(one[1], other[1]) for place in (one[0], other[0])
        }
        assert {format_path(place) for place in (found[job].places if job in found else ())} == meeting
        assert (found[job].at_once if job in found else 1) == max(1, most_at_once([way for _, way in own]))


def meets(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two runs may go on at once: the ways to them part behind an @."""
    at = next(n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return at > 0 and one[at - 1] == "@"


def most_at_once(ways: list[tuple[object, ...]]) -> int:
    """How many of the runs go on at once at most: of parts that follow each other the most, of others all."""
    if len(ways) < 2:
        return len(ways)
    heads = {way[0] for way in ways}
    if heads == {"@"}:
        branches = {way[1] for way in ways}
        return sum(most_at_once([way[2:] for way in ways if way[1] == branch]) for branch in branches)
    return max(most_at_once([way[1:] for way in ways if way[0] == head]) for head in heads)
