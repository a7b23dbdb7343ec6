"""`--save` of commands that run something: reports, charts and texts in files."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sfnorch.errors import SfnorchError
from tests.browser.runs import EVIL
from tests.conftest import Run
from tests.functional.following import follow
from tests.replay import Replay
from tests.report_pages import find_details
from tests.screens import plain_tree

SCENARIOS = """\
scenarios:
  - name: all succeed
    expect: {executions: {master: SUCCEEDED}}
  - name: <b>a job fails</b>
    given: {failures: {glue-job-3-b: always}}
    expect: {executions: {master: FAILED}}
"""


def saved(replay: Replay, name: str, **more: Any) -> str:
    follow(replay, "etl", arns=replay.roots, save=Path(name), **more)
    return Path(name).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_followed_run_is_saved_as_a_report_with_links_and_the_command_that_resumes():
    page = saved(Replay.of("failed"), "run.html")
    assert "<h1>Execution failed-r1 of etl-master</h1>" in page
    assert "ValueError: the input is empty" in page
    assert "<code>sfnorch resume failed-r1 --stack-name etl</code>" in page
    assert "State machines" not in page  # its definitions could not be read
    shown = find_details(page)
    facts = dict(shown["extract-sales"]["facts"])
    assert (facts["Status"], facts["Part of"]) == ("FAILED", "sales")
    assert facts["Run ID"].startswith("jr_")
    assert [title for title, _ in shown["extract-sales"]["links"]] == ["Error log"]
    assert shown["sales"]["links"][0][1].startswith("https://us-east-1.console.aws.amazon.com/states/home")
    assert shown["clean-orders"]["kind"] == "job run, on the critical path"


def test_the_states_of_a_followed_run_are_drawn_with_their_visits_where_its_definition_can_be_read():
    replay = Replay.of("failed")
    root = replay.roots[0]
    caught = {"ErrorEquals": ["States.ALL"], "Next": "EndChild2"}
    replay.definitions[root] = {
        "StartAt": "ResolveThreads",
        "States": {
            "ResolveThreads": {"Type": "Pass", "Next": "CheckThreads"},
            "CheckThreads": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% true %}", "Next": "RunChild2"}],
                "Default": "Never",
            },
            "RunChild2": {"Type": "Task", "Resource": "arn:x", "Catch": [caught], "Next": "Never"},
            "EndChild2": {"Type": "Pass", "End": True},
            "Never": {"Type": "Succeed"},
        },
    }
    page = saved(replay, "run.html")
    assert "etl-master: 4 of 5 states reached" in page
    assert "RunChild2: entered once, error caught. EndChild2: entered once. Never: not reached." in page
    assert page.count('class="transition taken"') == 1
    assert page.count('class="transition catch taken"') == 1
    shown = find_details(page)["RunChild2"]
    (visit,) = shown["visits"]
    facts = dict(visit["facts"])
    assert visit["title"] == "⚠ Visit: 22:40:55, took 02s, error caught"
    assert facts["Execution"] == "master"
    assert facts["Left"] == "22:40:57 for EndChild2"
    assert json.loads(facts["Arguments"])["Input"]["threadId"] == "T2"
    assert facts["Errors"].startswith('22:40:57 States.TaskFailed: {\n  "ExecutionArn": "arn:aws:states:')
    assert set(json.loads(facts["Output"])) == {"Error", "Cause"}


def test_a_followed_run_is_saved_as_a_chart_and_as_text():
    picture = ET.fromstring(saved(Replay.of("failed"), "run.svg"))  # noqa: S314 - made here
    assert "2026" in "".join(picture.itertext())
    text = saved(Replay.of("failed"), "run.txt")
    assert plain_tree(text).startswith("master SUCCEEDED  03s\n├── orders SUCCEEDED  03s\n")
    assert "Resume: sfnorch resume failed-r1 --stack-name etl" in text


def texts(page: str) -> list[str]:
    """The texts of a page, in order, without its stylesheet, the details of rows, and its script."""
    body = re.sub(r"<style>.*?</style>", "", page.partition("<noscript>")[0], flags=re.DOTALL)
    return [html.unescape(text) for text in re.findall(r">([^<]+)<", body)]


def list_moments(page: str, title: str) -> list[str]:
    """The texts of a section with moments: times, titles and texts."""
    found = re.search(rf"<h3>{title} \(\d+\)</h3></summary><ol.*?</ol>", page, re.DOTALL)
    return texts(found[0])[1:] if found else []


def test_the_attempts_of_a_followed_job_are_in_its_row():
    page = saved(Replay.of("parameterized"), "run.html")
    (row,) = (text for text in re.findall(r'aria-label="([^"]*)"', page) if "attempt 1" in text)
    assert row == (
        "spark-job, job run of parameterized-flow 20261127-014156-10d306, FAILED, 01:41:58 to 01:42:05, took 07s, "
        "2 attempts, attempt 1 FAILED after 03s, attempt 2 started 01s later"
    )
    shown = [text for text in texts(page) if text.startswith(("attempt", "spark-job attempt"))]
    assert shown == [
        "attempt 1 FAILED, 01:41:58 to 01:42:01, took 03s: ValueError: the input is empty",
        "attempt 2 FAILED, 01:42:02 to 01:42:05, took 03s: ValueError: the input is empty",
        "spark-job attempt 1 FAILED: ValueError: the input is empty",
        "spark-job attempt 2 starts",
    ]


def test_the_notifications_of_a_followed_run_are_shown_in_full():
    replay = Replay.of("failed")
    page = saved(replay, "run.html")
    time, subject, text = list_moments(page, "Notifications")
    assert (time, subject) == ("22:40:58", "[dev] etl: 1 of 2 children failed")
    (published,) = [
        json.loads(event["taskScheduledEventDetails"]["parameters"])
        for event in replay.runs[replay.roots[0]]
        if event.get("taskScheduledEventDetails", {}).get("resource") == "publish"
    ]
    assert text == f"To topic-6f326bb6, by master\n\n{published['Message']}"
    assert "22:40:58 notification: [dev] etl: 1 of 2 children failed" in texts(page)  # of the mark in the chart
    assert "notification [dev] etl: 1 of 2 children failed" in texts(page)  # of the timeline


def test_a_hostile_notification_is_only_text():
    replay = Replay.of("failed")
    scheduled = next(
        event["taskScheduledEventDetails"]
        for event in replay.runs[replay.roots[0]]
        if event.get("taskScheduledEventDetails", {}).get("resource") == "publish"
    )
    scheduled["parameters"] = json.dumps({"TopicArn": EVIL, "Subject": EVIL, "Message": {EVIL: EVIL}})
    pages = [saved(replay, name) for name in ("run.html", "run.svg")]
    for page in pages:
        assert "<script>alert" not in page
        assert not {"\x1b", "\u202e", "\x00", "\ud800"} & set(page)
        assert r"\u202e&lt;/script&gt;" in page
    ET.fromstring(pages[1])  # noqa: S314 - made here


MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:etl-sales"
TOPIC = "arn:aws:sns:us-east-1:000000000000:etl"


def test_the_alarms_of_a_followed_run_are_read():
    replay = Replay.of("failed")
    change = {
        "oldState": {"stateValue": "OK"},
        "newState": {"stateValue": "ALARM", "stateReason": "<b>extract-sales failed</b>"},
    }
    at = datetime(2026, 11, 20, 22, 40, 57, tzinfo=timezone.utc)
    replay.alarms = [
        {
            "AlarmName": "etl-sales-failed",
            "Dimensions": [{"Name": "StateMachineArn", "Value": MACHINE}],
            "ActionsEnabled": True,
            "AlarmActions": [TOPIC],
        }
    ]
    replay.alarm_changes = {
        "etl-sales-failed": [{"AlarmName": "etl-sales-failed", "Timestamp": at, "HistoryData": json.dumps(change)}]
    }
    page = saved(replay, "run.html")
    title = "etl-sales-failed: OK → ALARM"
    assert list_moments(page, "Alarms") == ["22:40:57", title, "<b>extract-sales failed</b>\nNotifies etl"]
    assert f"22:40:57 alarm: {title}" in texts(page)
    begin, end = (replay.runs[replay.roots[0]][place]["timestamp"] for place in (0, -1))
    assert replay.alarm_questions == [
        {
            "AlarmName": "etl-sales-failed",
            "AlarmTypes": ["MetricAlarm"],
            "HistoryItemType": "StateUpdate",
            "StartDate": datetime.fromtimestamp(begin, timezone.utc),
            "EndDate": datetime.fromtimestamp(replay.clock.time, timezone.utc),
            "ScanBy": "TimestampAscending",
            "MaxRecords": 100,
        }
    ]
    assert end < replay.clock.time < end + 60
    assert texts(page)[-1] == (
        "The changes of 1 alarm were read until 2026-11-20 22:40:59 UTC. "
        "CloudWatch can evaluate an alarm some minutes after an execution has ended."
    )


def test_alarms_are_read_until_five_minutes_after_the_end():
    replay = Replay.of("failed")
    replay.alarms = [
        {"AlarmName": f"a{index}", "Dimensions": [{"Name": "StateMachineArn", "Value": MACHINE}]}
        for index in range(101)
    ]
    replay.clock.time += 86_400
    page = saved(replay, "run.html")
    end = replay.runs[replay.roots[0]][-1]["timestamp"]
    assert len(replay.alarm_questions) == 100
    assert {asked["EndDate"].timestamp() for asked in replay.alarm_questions} == {end + 300}
    assert texts(page)[-1] == (
        "The changes of 100 alarms were read until 2026-11-20 22:45:58 UTC. "
        "CloudWatch can evaluate an alarm some minutes after an execution has ended."
    )
    assert "1 of 101 alarms were not read." in texts(page)


def test_alarms_that_cannot_be_read_are_a_note():
    replay = Replay.of("failed")
    denied = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: cloudwatch:DescribeAlarms"}}
    replay.alarm_faults = [ClientError(denied, "DescribeAlarms")]
    replay.alarm_faults *= 2
    error = (
        "The alarms could not be read: DescribeAlarms: not authorized to perform: cloudwatch:DescribeAlarms "
        "(AccessDenied)"
    )
    assert error in texts(saved(replay, "run.html"))
    assert error in texts(saved(replay, "run.svg"))
    replay = Replay.of("failed")
    replay.alarm_faults = [RuntimeError("a bug")]
    with pytest.raises(RuntimeError):
        saved(replay, "run.html")


def test_a_text_does_not_read_the_alarms():
    replay = Replay.of("failed")
    replay.alarm_faults = [RuntimeError("not read")]
    assert "Resume: sfnorch resume failed-r1 --stack-name etl" in saved(replay, "run.txt")


@pytest.mark.parametrize(
    "name", ["clean", "tasks", "loop", "overlap", "parallel-map", "resumed", "retry-catch", "backfill"]
)
def test_runs_of_all_patterns_are_saved(name: str):
    assert "<h3" in saved(Replay.of(name), "run.html")
    ET.fromstring(saved(Replay.of(name), "run.svg"))  # noqa: S314


def test_a_run_that_goes_on_after_the_timeout_is_saved_as_running():
    with pytest.raises(SfnorchError, match="still running"):
        saved(Replay.of("failed"), "run.html", timeout=0.0)
    page = Path("run.html").read_text()
    assert "▶ RUNNING" in page


def test_save_and_no_wait_exclude_each_other(run: Run):
    done = run("run", "--stack-name", "etl", "--no-wait", "--save", "run.html")
    assert done.code == 2
    assert "--save cannot be combined with --no-wait" in done.err


def test_scenarios_are_saved_in_one_report(run: Run):
    Path("all.sfntest.yaml").write_text(SCENARIOS)
    Path("sfnorch.yaml").write_text("pattern: master-child\nchildren: [{name: orders, jobs: [glue-job-3-b]}]\n")
    done = run("test", "--save", "report.html")
    assert done.code == 1
    page = Path("report.html").read_text()
    assert page.count('<section class="run"') == 2
    assert "1 of 2 passed" in page
    assert "&lt;b&gt;a job fails&lt;/b&gt;" in page
    assert "differs from what is expected" in page
    assert 'expect.executions.master.status: expected "FAILED", found SUCCEEDED' in page
    done = run("test", "--save", "report.svg")
    assert (done.code, "must end in .html" in done.err) == (2, True)


def test_a_backfill_is_saved(run: Run):
    Path("sfnorch.yaml").write_text(
        "pattern: master-child\nname: etl\nbackfill: true\nparameters: {day: {type: date}}\n"
        "children: [{name: orders, jobs: [load]}]\n"
    )
    done = run(
        "simulate", "--backfill", "--from", "2026-01-01", "--to", "2026-01-03", "--param", "day", "--save", "run.html"
    )
    assert done.code == 0, done.err
    assert Path("run.html").read_text().count("backfill") > 0


@pytest.mark.slow
def test_a_run_of_a_hundred_thousand_events_is_a_small_report(run: Run):
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(50)}
    states["S50"] = {"Type": "Succeed"}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "S0"}
    definition = {
        "StartAt": "All",
        "States": {"All": {"Type": "Map", "ItemProcessor": {**processor, "States": states}, "End": True}},
    }
    Path("big.asl.json").write_text(json.dumps(definition))
    Path("items.json").write_text(json.dumps(list(range(1_000))))
    done = run("simulate", "big.asl.json", "--input", "@items.json", "--save", "run.html", "--output", "json")
    assert len(json.loads(done.out)["events"]) > 100_000
    page = Path("run.html").read_text()
    assert len(page) < 2_000_000
    assert "entered 1,000 times" in page
