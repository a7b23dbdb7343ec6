"""`sfnorch render`, whole: what it writes, what it says, and that bad input leaves every file as it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.golden.artifacts import ROOT

PLAN = """\
pattern: master-child
children:
  - name: orders
    jobs: [extract, {name: clean, timeout_minutes: 5}]
  - name: customers
    jobs: [load]
"""


def jobs_of(template: Path) -> dict[str, list[str]]:
    """The jobs of each child as a rendered template starts them."""
    from tests.template_yaml import yaml_1_1

    resources = yaml_1_1(template.read_text())["Resources"]
    return {
        name.removesuffix("StateMachine"): [
            state["Arguments"]["JobName"]
            for state in resource["Properties"]["Definition"]["States"].values()
            if state.get("Resource") == "${GlueStartJobRunSync}"
        ]
        for name, resource in resources.items()
        if name.endswith("StateMachine") and name != "MasterStateMachine"
    }


def test_the_default_orchestration(run: Run, tmp_path: Path):
    done = run("render")
    text = (ROOT / "SAM-template.yaml").read_text()
    size = len(text.encode())
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Wrote SAM-template.yaml: SAM template, 6 state machines, 22 jobs, {size:,} bytes.\n"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"SAM-template.yaml": text}


@pytest.mark.smoke
def test_plain_cloudformation(run: Run, tmp_path: Path):
    assert run("render", "--format", "cfn").out.startswith("Wrote CFN-template.yaml: CFN template, 6 state machines,")
    assert (tmp_path / "CFN-template.yaml").read_text() == (
        ROOT / "templates/master-child/CFN-template.yaml"
    ).read_text()


def test_the_plan_in_the_folder_is_taken(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(PLAN)
    assert "3 state machines, 3 jobs" in run("render").out
    assert jobs_of(tmp_path / "SAM-template.yaml") == {"Orders": ["extract", "clean"], "Customers": ["load"]}


def test_to_standard_output_goes_the_template_alone(run: Run, tmp_path: Path):
    done = run("render", "-o", "-")
    assert (done.code, done.out, done.err) == (0, (ROOT / "SAM-template.yaml").read_text(), "")
    assert list(tmp_path.iterdir()) == []


def test_other_jobs_by_number_and_by_name(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(PLAN)
    run("render", "--child1-jobs", " clean , other", "--jobs", "customers=x,y")
    assert jobs_of(tmp_path / "SAM-template.yaml") == {"Orders": ["clean", "other"], "Customers": ["x", "y"]}
    assert "Timeout: 5" in (tmp_path / "SAM-template.yaml").read_text()


SUMMARY = """\
Wrote SAM-template.yaml: SAM template, 3 state machines, 3 jobs, {size:,} bytes.
master: 8 states, alarm STACK-master-failed, notifies the topic
└── starts orders, customers in parallel
orders: 10 states, alarm STACK-orders-failed
└── extract → clean
customers: 9 states, alarm STACK-customers-failed
└── load"""


@pytest.mark.smoke
def test_a_summary_machine_by_machine(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(PLAN)
    size = len(run("render", "-o", "-").out.encode())
    lines = run("render", "--summary").out.splitlines()
    assert "\n".join(line.rstrip() for line in lines) == SUMMARY.format(size=size)


def test_json_for_scripts(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text("pattern: dynamic\n")
    done = run("render", "--output", "json")
    assert json.loads(done.out) == {
        "version": 1,
        "file": "SAM-template.yaml",
        "format": "sam",
        "bytes": (tmp_path / "SAM-template.yaml").stat().st_size,
        "machines": [
            {
                "machine": "jobs",
                "key": "",
                "states": [
                    *("ResolveJobs", "CheckJobs", "RunGivenJobs", "ClearAlarm", "Done"),
                    *("RaiseAlarm", "ExecutionFailed", "InvalidInput"),
                ],
                "jobs": [],
            }
        ],
        "warnings": [],
        "schedule": None,
        "starts": [],
    }


# in a year that is far enough for the day of the test not to matter
FAR = "pattern: master-child\nschedule:\n  expression: cron(30 2 27-28 3 ? 2196)\n  timezone: Europe/Berlin\nchildren:\n- jobs: [a]\n"
SKIPPED = (
    "the start at 2196-03-27 02:30 is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00",
    "write a time outside of 02:00 to 03:00, or use the time zone UTC",
)
WARNING = f"Warning: schedule.expression: {'; '.join(SKIPPED)} (sfnorch.yaml, line 3)\n"


def test_a_summary_shows_the_start_times_and_what_is_skipped_is_a_warning(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(FAR)
    done = run("render", "--summary")
    size = (tmp_path / "SAM-template.yaml").stat().st_size
    assert done.code == 0
    assert [line.rstrip() for line in done.out.splitlines()] == [
        f"Wrote SAM-template.yaml: SAM template, 2 state machines, 1 job, {size:,} bytes.",
        "master: 8 states, alarm STACK-master-failed, notifies the topic",
        "└── starts child-1 in parallel",
        "child-1: 9 states, alarm STACK-child-1-failed",
        "└── a",
        "schedule: cron(30 2 27-28 3 ? 2196), Europe/Berlin",
        "├── Mon 2196-03-28 02:30 Europe/Berlin, Mon 2196-03-28 00:30 UTC",
        "└── the start at 2196-03-27 02:30 is skipped: in Europe/Berlin the clocks go",
        "    from 02:00 to 03:00; write a time outside of 02:00 to 03:00, or use the time",
        "    zone UTC",
    ]
    assert done.err == WARNING


def test_the_start_times_as_json(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(FAR)
    done = run("render", "--output", "json")
    assert json.loads(done.out)["schedule"] == {
        "expression": "cron(30 2 27-28 3 ? 2196)",
        "timezone": "Europe/Berlin",
        "everySeconds": None,
        "starts": [{"local": "2196-03-28T02:30:00+02:00", "utc": "2196-03-28T00:30:00+00:00"}],
        "warnings": [dict(zip(("message", "hint"), SKIPPED, strict=True))],
    }
    assert done.err == ""
    (warning,) = json.loads(done.out)["warnings"]
    assert (warning["rule"], warning["line"], warning["message"], warning["hint"]) == ("schedule", 3, *SKIPPED)


STARTS = """\
pattern: flow
starts:
- {name: hourly, schedule: rate(1 hour)}
- {name: files, s3: {bucket: landing-zone, prefix: in/}}
steps:
- {name: load, glue_job: load}
"""


def test_the_further_starts_as_json(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(STARTS)
    hourly, files = json.loads(run("render", "--output", "json").out)["starts"]
    assert (hourly["name"], hourly["schedule"]["everySeconds"], hourly["event"]) == ("hourly", 3600, None)
    assert (files["name"], files["schedule"]) == ("files", None)
    assert files["event"]["detail"] == {
        "bucket": {"name": ["landing-zone"]},
        "object": {"key": [{"prefix": "in/"}]},
    }


def test_a_warning_leaves_standard_output_to_the_template(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(FAR)
    done = run("render", "-o", "-")
    assert (done.code, done.err) == (0, WARNING)
    assert done.out.startswith("# Rendered by sfnorch")


def test_a_schedule_with_faults_is_not_rendered(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text("pattern: master-child\nschedule: cron(0 3 * * * *)\n")
    done = run("render")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        "Error: schedule: day-of-month and day-of-week are both set; write cron(0 3 * * ? *) (sfnorch.yaml, line 2)\n",
    )


@pytest.mark.smoke
def test_one_machine_for_the_console(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(PLAN)
    done = run("render", "--format", "asl", "--machine", "orders")
    states = json.loads(done.out)["States"]
    assert (done.code, done.err) == (
        0,
        "Only a stack can provide ${AlarmName}; fill in the values before you start orders.\n",
    )
    assert states["ResolveJobs"]["Assign"]["atDeploy"] == ""
    assert states["extract"]["Next"] == "clean"


def test_the_master_is_the_machine_where_none_is_named(run: Run):
    done = run("render", "--format", "asl")
    assert json.loads(done.out)["StartAt"] == "ResolveThreads"
    assert done.err == (
        "Only a stack can provide ${TopicArn}, ${Name}, ${Child1}, ${Child2}, ${Child3}, ${Child4}, ${Child5}; "
        "fill in the values before you start master.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--child6-jobs", "a"],
            "--child6-jobs: the plan has 5 children; available: child-1, child-2, child-3, child-4, child-5.",
        ),
        (
            ["--jobs", "sales=a"],
            "--jobs sales: unknown child; available: child-1, child-2, child-3, child-4, child-5.",
        ),
        (["--jobs", "a,b"], "Invalid value for '--jobs': 'a,b' is not of the form CHILD=JOB[,JOB...]"),
        (
            ["--child1-jobs", "a*,b,c?"],
            (
                "Invalid value for '--child1-jobs': 'a*' is not a valid Glue job name: * is a wildcard in an IAM policy; "
                "'c?' is not a valid Glue job name: ? is a wildcard in an IAM policy"
            ),
        ),
        (["--child1-jobs", " , "], "Invalid value for '--child1-jobs': the list of jobs is empty"),
        (["--format", "terraform"], "Invalid value for '--format': 'terraform' is not one of 'sam', 'cfn', 'asl'."),
        (["--machine", "master"], "--machine requires --format asl; a template contains all state machines."),
        (
            ["--format", "asl", "--machine", "child-9"],
            "--machine child-9: unknown state machine; available: master, child-1, child-2, child-3, child-4, child-5.",
        ),
        (["-o", "-", "--summary"], "--output json and --summary require an output file; pass one with -o."),
        (["-o", "-", "--output", "json"], "--output json and --summary require an output file; pass one with -o."),
    ],
)
def test_wrong_usage_is_told_and_nothing_written(run: Run, tmp_path: Path, arguments: list[str], said: str):
    done = run("render", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == f"Error: {said}"
    assert list(tmp_path.iterdir()) == []


def test_a_pattern_without_children_takes_no_jobs_for_them(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text("pattern: dynamic\n")
    assert run("render", "--child1-jobs", "a").err.endswith(
        "Error: --jobs and --child1-jobs require a plan with children; the pattern is dynamic.\n"
    )


@pytest.mark.smoke
def test_every_fault_of_a_plan_is_told_and_the_old_template_stays(run: Run, tmp_path: Path):
    (tmp_path / "SAM-template.yaml").write_text("old")
    (tmp_path / "sfnorch.yaml").write_text("pattern: master-child\nchildern: []\nnotify: [often]\n")
    done = run("render")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: childern: unknown key 'childern'; did you mean children? (sfnorch.yaml, line 2)\n"
        "Error: notify: a list is invalid; must be 'failure', 'always' or 'never' (sfnorch.yaml, line 3)\n"
    )
    assert (tmp_path / "SAM-template.yaml").read_text() == "old"


def test_a_plan_that_is_not_there(run: Run):
    done = run("render", "--plan", "other.yaml")
    assert (done.code, done.err) == (1, "Error: The plan other.yaml does not exist\n  create one with sfnorch init\n")


def test_an_output_that_is_a_directory(run: Run, tmp_path: Path):
    (tmp_path / "out").mkdir()
    done = run("render", "-o", "out")
    assert (done.code, done.err) == (
        1,
        "Error: out is a folder\n  pass the name of a file with -o\n",
    )


def test_an_output_whose_folder_is_not_there(run: Run, tmp_path: Path):
    done = run("render", "-o", "no/such/folder.yaml")
    assert (done.code, done.err) == (
        1,
        "Error: no/such/folder.yaml can't be written: No such file or directory; create the folder first\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_an_output_whose_name_is_too_long(run: Run, tmp_path: Path):
    done = run("render", "-o", "x" * 300)
    assert (done.code, done.err) == (
        1,
        f"Error: {'x' * 300} can't be written: File name too long; choose a shorter name\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to(run: Run, tmp_path: Path):
    read, write = os.pipe()
    (tmp_path / "sfnorch.yaml").write_text("pattern: dynamic\nlogging: false\n")
    assert run("render", "-o", f"/dev/fd/{write}").code == 0
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        assert pipe.readline() == "# Rendered by sfnorch. Do not edit this file: change the plan and render again.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_an_output_that_may_not_be_written(run: Run, tmp_path: Path):
    (tmp_path / "out.yaml").write_text("old")
    (tmp_path / "out.yaml").chmod(0o444)
    done = run("render", "-o", "out.yaml")
    assert (done.code, done.err) == (
        1,
        "Error: out.yaml can't be written: Permission denied; change its permissions, or write to another place\n",
    )
    assert (tmp_path / "out.yaml").read_text() == "old"


def test_a_file_keeps_its_mode_and_a_link_its_place(run: Run, tmp_path: Path):
    real = tmp_path / "real.yaml"
    real.write_text("old")
    real.chmod(0o600)
    (tmp_path / "link.yaml").symlink_to(real)
    run("render", "-o", "link.yaml")
    assert (tmp_path / "link.yaml").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert real.read_text() == (ROOT / "SAM-template.yaml").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"real.yaml", "link.yaml"}


def test_a_rendering_past_a_limit_writes_nothing(run: Run, tmp_path: Path):
    name = "j" * 240
    (tmp_path / "sfnorch.yaml").write_text(
        "pattern: master-child\nchildren:\n  - jobs: [" + ", ".join(f"{name}{n}" for n in range(60)) + "]\n"
    )
    done = run("render")
    assert (done.code, done.err) == (
        1,
        (
            "Error: children[0]: the role of child-1 has policies of about 16,440 characters, but IAM allows 10,240: "
            "distribute its jobs over more children\n"
        ),
    )
    assert not (tmp_path / "SAM-template.yaml").exists()
