"""`sfnorch test`: whole outputs, the choice of scenarios, coverage, and files beside the output."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.commands import Command
from tests.conftest import Run

DEFINITION = """\
{
 "QueryLanguage": "JSONata",
 "StartAt": "Load",
 "States": {
  "Load": {
   "Type": "Task",
   "Resource": "arn:aws:states:::glue:startJobRun.sync",
   "Arguments": {
    "JobName": "load"
   },
   "Output": {
    "rows": "{% $states.input.rows %}"
   },
   "Retry": [
    {
     "ErrorEquals": [
      "Glue.ConcurrentRunsExceededException"
     ],
     "MaxAttempts": 2
    }
   ],
   "Catch": [
    {
     "ErrorEquals": [
      "States.ALL"
     ],
     "Output": {
      "text": "The load failed.\\nAsk the team.\\nThen run it again."
     },
     "Next": "Report"
    }
   ],
   "Next": "Check"
  },
  "Check": {
   "Type": "Choice",
   "Choices": [
    {
     "Condition": "{% $states.input.rows > 0 %}",
     "Next": "Done"
    }
   ],
   "Default": "Empty"
  },
  "Empty": {
   "Type": "Fail",
   "Error": "Empty"
  },
  "Report": {
   "Type": "Pass",
   "End": true
  },
  "Done": {
   "Type": "Succeed"
  }
 }
}
"""

LOAD = """\
target: {template: load.asl.json}
scenarios:
  - name: loads
    input: {rows: 1}
    expect: {output: {rows: 1}, ends_within: 5m}
  - name: reports a failure
    input: {rows: 1}
    given: {failures: {load: always}}
    expect:
      output:
        text: "The load failed.\\nAsk your team.\\nThen run it again."
      jobs: {not_run: [load]}
  - name: unknown job
    given: {failures: {laod: always}}
"""

OTHER = """\
target: {template: load.asl.json}
scenarios:
  - name: is throttled
    input: {rows: 1}
    given: {throttles: {load: 1}}
"""

TEXT = """\
load.sfntest.yaml
  passed     05m  loads
  failed     05m  reports a failure
  error           unknown job

other.sfntest.yaml
  passed     00s  is throttled

reports a failure
load.sfntest.yaml:11: expect.output.text, at T+05m
  - expected
  + found
    @@ -1,3 +1,3 @@
     The load failed.
    -Ask your team.
    +Ask the team.
     Then run it again.
load.sfntest.yaml:12: expect.jobs.not_run, at T+00s
  expected  no run of load
  found     1 run
timeline
> T+00s  load starts
> T+05m  load: load FAILED: simulated failure
> T+05m  load SUCCEEDED

unknown job
load.sfntest.yaml:14: given.failures: unknown job 'laod'; did you mean load?

coverage of load.asl.json
machine  states  transitions  choice rules  catchers  retriers  reached
load        4/5          3/4           1/2       1/1       0/1      70%

not reached in load
  Load   Retry[0]
  Check  Default
  Empty  the state

2 passed, 1 failed, 1 error
"""

JUNIT = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sfnorch test" tests="4" failures="1" errors="1">
  <testsuite name="load.sfntest.yaml" tests="3" failures="1" errors="1">
    <testcase classname="load.sfntest.yaml" name="loads" file="load.sfntest.yaml" line="3" />
    <testcase classname="load.sfntest.yaml" name="reports a failure" file="load.sfntest.yaml" line="6">
      <failure type="failed" message="expect.output.text and 1 more: not as expected">load.sfntest.yaml:11: expect.output.text, at T+05m
  - expected
  + found
    @@ -1,3 +1,3 @@
     The load failed.
    -Ask your team.
    +Ask the team.
     Then run it again.
load.sfntest.yaml:12: expect.jobs.not_run, at T+00s
  expected  no run of load
  found     1 run
timeline
&gt; T+00s  load starts
&gt; T+05m  load: load FAILED: simulated failure
&gt; T+05m  load SUCCEEDED</failure>
    </testcase>
    <testcase classname="load.sfntest.yaml" name="unknown job" file="load.sfntest.yaml" line="14">
      <error type="error" message="given.failures: unknown job 'laod'; did you mean load?">load.sfntest.yaml:14: given.failures: unknown job 'laod'; did you mean load?</error>
    </testcase>
  </testsuite>
  <testsuite name="other.sfntest.yaml" tests="1" failures="0" errors="0">
    <testcase classname="other.sfntest.yaml" name="is throttled" file="other.sfntest.yaml" line="3" />
  </testsuite>
</testsuites>
"""

TREE = """\
load
├── Load  Task glue:startJobRun.sync load (retries not reached)  → Check, any error ⇢ Report
├── Check  Choice  $states.input.rows > 0 → Done, else → Empty (not reached)
├── Done  Succeed
├── Empty  Fail (not reached)
└── Report  Pass
"""

MERMAID = """\
flowchart TD
  subgraph m1 ["load"]
    m1start(( ))
    s1["Load<br/>glue:startJobRun.sync load"]:::reached
    s2{"Check"}:::reached
    s3(["Done"]):::reached
    s4(["Empty<br/>not reached"]):::missed
    s5("Report"):::reached
    m1start --> s1
    s1 -.->|"retry: Glue.ConcurrentRunsExceededException"| s1
    s1 --> s2
    s1 -.->|"any error"| s5
    s2 -->|"$states.input.rows #62; 0"| s3
    s2 -->|"else"| s4
  end
  classDef reached fill:#dcfce7,stroke:#15803d,color:#0f172a
  linkStyle 2,3,4 stroke:#15803d,stroke-width:3px
  classDef missed fill:#ffffff,stroke:#b91c1c,color:#0f172a,stroke-dasharray:4
  linkStyle 1,5 stroke:#b91c1c,stroke-width:1px
  subgraph legend [coverage]
    legend1["reached"]:::reached
    legend2["not reached"]:::missed
  end
"""


@pytest.fixture(autouse=True)
def suite(run: Run) -> None:
    """Two files about a definition, in the current folder."""
    Path("load.asl.json").write_text(DEFINITION)
    Path("load.sfntest.yaml").write_text(LOAD)
    Path("other.sfntest.yaml").write_text(OTHER)


@pytest.mark.smoke
def test_text(run: Run):
    done = run("test", "--missed")
    assert (done.code, done.out, done.err) == (1, TEXT, "")


def test_missed_parts_are_counted_by_default(run: Run):
    done = run("test", "-k", "LOADS")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
load.sfntest.yaml
  passed     05m  loads

coverage of load.asl.json
machine  states  transitions  choice rules  catchers  retriers  reached
load        3/5          2/4           1/2       0/1       0/1      50%
5 parts not reached; --missed lists them

1 passed
"""
    )


def test_junit(run: Run):
    done = run("test", "--output", "junit")
    assert (done.code, done.out, done.err) == (1, JUNIT, "")
    done = run("test", "--junit", "report.xml")
    assert (done.code, Path("report.xml").read_text(), done.err) == (1, JUNIT, "")
    assert done.out.startswith("load.sfntest.yaml\n  passed ")


def test_junit_with_texts_that_mean_something_in_xml(run: Run):
    Path("x.sfntest.yaml").write_text(
        'target: {template: load.asl.json}\nscenarios: [{name: "a\\n<&]]>\\x1b", expect: {status: "<&]]>\\x1b"}}]\n'
    )
    done = run("test", "x.sfntest.yaml", "--output", "junit")
    (case,) = ElementTree.fromstring(done.out).iter("testcase")  # noqa: S314 - our own
    assert case.get("name") == r"a\n<&]]>\u001b"
    (failure,) = case
    assert failure.text is not None
    assert failure.text.splitlines()[1] == r'  expected  "<&]]>\u001b"'


def test_names_are_in_one_line(run: Run):
    Path("load.asl.json").write_text(DEFINITION.replace('"Empty"', r'"E\n  passed  x\u001b"'))
    name = r"a\n  passed  b\u202e"
    Path("x.sfntest.yaml").write_text(
        f'target: {{template: load.asl.json}}\nscenarios: [{{name: "{name}", expect: {{output: "{name}"}}}}]\n'
    )
    out = run("test", "x.sfntest.yaml", "--missed").out
    assert [line for line in out.splitlines() if "passed" in line] == [
        rf"  failed     05m  {name}",
        name,
        rf'  expected  "{name}"',
        r"  E\n  passed  x\u001b  the state",
    ]


def test_json(run: Run):
    done = run("test", "--output", "json")
    assert (done.code, done.err) == (1, "")
    document = json.loads(done.out)
    coverage = document.pop("coverage")
    nothing = {"error": None, "mismatches": [], "timeline": []}
    assert document == {
        "version": 1,
        "scenarios": [
            {
                "file": "load.sfntest.yaml",
                "line": 3,
                "name": "loads",
                "outcome": "passed",
                "seconds": 300,
                "transitions": 3,
                **nothing,
            },
            {
                "file": "load.sfntest.yaml",
                "line": 6,
                "name": "reports a failure",
                "outcome": "failed",
                "seconds": 300,
                "transitions": 2,
                "error": None,
                "mismatches": [
                    {
                        "path": "expect.output.text",
                        "line": 11,
                        "at": 300,
                        "expected": '"The load failed.\\nAsk your team.\\nThen run it again."',
                        "found": "The load failed.\nAsk the team.\nThen run it again.",
                    },
                    {
                        "path": "expect.jobs.not_run",
                        "line": 12,
                        "at": 0,
                        "expected": "no run of load",
                        "found": "1 run",
                    },
                ],
                "timeline": [
                    {"at": 0, "text": "load starts"},
                    {"at": 300, "text": "load: load FAILED: simulated failure"},
                    {"at": 300, "text": "load SUCCEEDED"},
                ],
            },
            {
                "file": "load.sfntest.yaml",
                "line": 14,
                "name": "unknown job",
                "outcome": "error",
                "seconds": None,
                "transitions": None,
                **nothing,
                "error": {"message": "given.failures: unknown job 'laod'; did you mean load?", "hint": None},
            },
            {
                "file": "other.sfntest.yaml",
                "line": 3,
                "name": "is throttled",
                "outcome": "passed",
                "seconds": 0,
                "transitions": 2,
                **nothing,
            },
        ],
        "skipped": 0,
    }
    assert coverage == [
        {
            "target": "load.asl.json",
            "parts": {"reached": 7, "all": 10},
            "machines": [
                {
                    "machine": "load",
                    "states": {"reached": 4, "all": 5},
                    "transitions": {"reached": 3, "all": 4},
                    "choiceRules": {"reached": 1, "all": 2},
                    "catchers": {"reached": 1, "all": 1},
                    "retriers": {"reached": 0, "all": 1},
                    "missed": [
                        {"state": "Load", "part": "Retry[0]"},
                        {"state": "Check", "part": "Default"},
                        {"state": "Empty", "part": ""},
                    ],
                }
            ],
        }
    ]


def list_names(text: str) -> list[str]:
    """Return the names of the scenarios that ran."""
    return [line[18:] for line in text.splitlines() if line.startswith(("  passed ", "  failed ", "  error "))]


def test_the_scenarios_that_did_not_pass_run_again(run: Run):
    run("test")
    assert list_names(run("test", "--last-failed").out) == ["reports a failure", "unknown job"]
    assert subprocess.run(["git", "init", "-q"], check=True).returncode == 0
    assert ".sfnorch_cache" not in subprocess.run(["git", "status", "--short"], capture_output=True, text=True).stdout
    Path("load.sfntest.yaml").write_text(LOAD.replace("Ask your", "Ask the").replace("not_run", "ran"))
    assert list_names(run("test", "--last-failed", str(Path("load.sfntest.yaml").resolve())).out) == [
        "reports a failure",
        "unknown job",
    ]
    assert list_names(run("test", "--last-failed").out) == ["unknown job"]
    assert list_names(run("test", "other.sfntest.yaml", "--last-failed").out) == ["is throttled"]
    Path("load.sfntest.yaml").write_text(LOAD.replace("laod", "load").replace("always}}\n    e", "always}, x: y}\n"))
    Path("load.sfntest.yaml").write_text(
        "target: {template: load.asl.json}\nscenarios: [{name: unknown job}, {name: b}]"
    )
    assert list_names(run("test", "--last-failed").out) == ["unknown job"]
    assert list_names(run("test", "--last-failed").out) == ["unknown job", "b", "is throttled"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"version": 2}', '{"version": 1, "failed": [1, {"file": 2}]}', "\0"])
def test_a_broken_cache_is_no_error(run: Run, text: str):
    Path(".sfnorch_cache").mkdir()
    Path(".sfnorch_cache/last-failed.json").write_text(text)
    done = run("test", "--last-failed", "other.sfntest.yaml")
    assert (done.code, list_names(done.out), done.err) == (0, ["is throttled"], "")


def test_a_cache_that_cannot_be_written_is_no_error(run: Run):
    Path(".sfnorch_cache").write_text("")
    done = run("test", "--last-failed")
    assert (done.code, done.out.count("unknown job"), done.err) == (1, 3, "")


def test_stop_after_the_first_failure(run: Run):
    done = run("test", "-x")
    assert list_names(done.out) == ["loads", "reports a failure"]
    assert done.out.endswith("\n1 passed, 1 failed (2 not run)\n")


def test_no_scenario_with_the_text(run: Run):
    done = run("test", "-k", "nothing")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: No scenario has 'nothing' in its name\n"
        "  there are: 'loads', 'reports a failure', 'unknown job' and 1 other\n"
    )


def test_minimum_coverage(run: Run):
    done = run("test", "other.sfntest.yaml", "--min-coverage", "30")
    assert (done.code, done.err) == (0, "")
    done = run("test", "other.sfntest.yaml", "--min-coverage", "40.5")
    assert (done.code, done.err) == (1, "The coverage of 30% is below 40.5% (--min-coverage).\n")
    assert run("test", "--min-coverage", "101").code == 2


def test_graphs_of_coverage(run: Run):
    for name, text in {"tree.txt": TREE, "graph.mmd": MERMAID}.items():
        assert run("test", "--graph", name).code == 1
        assert Path(name).read_text() == text
    run("test", "--graph", "page.md")
    assert Path("page.md").read_text() == f"## State machine load\n\n```mermaid\n{MERMAID}```\n"
    run("test", "--graph", "graph.dot")
    lines = Path("graph.dot").read_text().splitlines()
    assert [line.strip() for line in lines if "not reached" in line] == [
        'l3 [label="not reached", style="rounded,filled,dashed", fillcolor="#ffffff", color="#b91c1c"]',
        'l2 -> l3 [penwidth=1, color="#b91c1c", fontcolor="#b91c1c", label=" not reached "]',
        's4 [label="Empty\\nnot reached", shape=octagon, style="filled,dashed", fillcolor="#ffffff", color="#b91c1c"]',
    ]
    assert [line.strip() for line in lines if line.strip().startswith("s1 ->")] == [
        (
            's1 -> s1 [style=dotted, penwidth=1, color="#b91c1c", fontcolor="#b91c1c", '
            'label=" retry: Glue.ConcurrentRunsExceededException "]'
        ),
        's1 -> s2 [penwidth=2.5, color="#15803d", fontcolor="#15803d"]',
        's1 -> s5 [style=dashed, penwidth=2.5, color="#15803d", fontcolor="#15803d", label=" any error "]',
    ]


def test_the_picture_of_coverage_has_a_description(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stand_in = tmp_path / "bin" / "dot"
    stand_in.parent.mkdir()
    stand_in.write_text("#!/bin/sh\necho '<svg></svg>'\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(stand_in.parent), prepend=":")
    run("test", "--graph", "graph.svg")
    picture = Path("graph.svg").read_text()
    assert '<title id="graph-title">Coverage: State machine load</title>' in picture
    assert (
        '<desc id="graph-description">load: Load (Task), Check (Choice), Done (Succeed), Empty (Fail), Report (Pass). '
        "Not reached: Load (Retry[0]), Check (Default), Empty.</desc>"
    ) in picture


def test_a_graph_has_one_target(run: Run):
    Path("sfnorch.yaml").write_text("pattern: dynamic\n")
    Path("plan.sfntest.yaml").write_text("scenarios: [{name: a, given: {failures: {x: always}}}]")
    done = run("test", "--graph", "graph.svg")
    assert done.code == 1
    assert done.err == (
        "Error: --graph draws one plan or template, and the scenarios have load.asl.json, sfnorch.yaml\n"
        "  pass the files whose scenarios have the same target\n"
    )
    assert not Path("graph.svg").exists()
    done = run("test", "--graph", "graph.png")
    assert (done.code, done.out) == (2, "")


def test_processes_change_nothing(run: Run):
    rows = "".join(f"- {{name: s{i}, input: {{rows: {i % 3}}}, given: {{seed: {i}}}}}\n" for i in range(9))
    Path("many.sfntest.yaml").write_text(f"target: {{template: load.asl.json}}\nscenarios:\n{rows}")
    for arguments in ((), ("--output", "json"), ("--output", "junit"), ("-x",), ("--last-failed",)):
        one, several = (run("test", *arguments, "--processes", each) for each in ("1", "3"))
        assert (several.code, several.out, several.err) == (one.code, one.out, one.err)
    assert run("test", "--processes", "0").code == 2
    assert run("test", "--processes", "many").code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_processes(suite: None, number: int):
    rows = "".join(f"- {{name: s{i}, input: {{rows: 1}}}}\n" for i in range(600))
    Path("load.sfntest.yaml").write_text(f"target: {{template: load.asl.json}}\nscenarios:\n{rows}")
    command = Command("test", "load.sfntest.yaml", "--processes", "2", folder=Path.cwd())
    assert command.stdout is not None
    assert [command.stdout.readline() for _ in range(4)][2:] == ["  passed     05m  s1\n", "  passed     05m  s2\n"]
    workers = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split()
    command.send_signal(number)
    _, err = command.communicate()
    assert (command.returncode, err) == (128 + number, "Stopped.\n")
    assert len(workers) == 2
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
