"""The timeline of a simulated run: what its lines name."""

from __future__ import annotations

import json
import re

from sfnorch.report.simulated.timeline import list_timeline
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.run import simulate

STATE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Arguments": {"JobName": "orders"},
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 2.0}],
    "End": True,
}


def test_a_retry_names_the_attempt_that_comes():
    definition = {"QueryLanguage": "JSONata", "StartAt": "Load", "States": {"Load": STATE}}
    properties = {"Role": "arn:aws:iam::123456789012:role/r", "Definition": definition}
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": properties}
    run = simulate(json.dumps({"Resources": {"M": machine}}), None, Behaviour(throttles={"orders": 2}))
    attempts = [
        (at, found[1]) for at, line in list_timeline(run) if (found := re.search(r"Load .*\(attempt (\d+)\)", line))
    ]
    assert attempts == [(0.0, "2"), (10.0, "3")]
