"""What Step Functions answers to TestState, from the request alone: what it refuses is recorded, the rest is simulated.

It knows nothing of the run that the request is from: a request that lacks something gets another answer.
The recordings are in the tests of LocalStack (tests/aws/services/stepfunctions/v2/test_state).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3

from sfnorch.app.account import AwsAccount
from sfnorch.app.sources import evaluate_source
from sfnorch.aws.polling import Clock
from sfnorch.json_values import Json, read_string, write_compact
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.interpreter import Interpreter
from sfnorch.simulator.processes import run_guarded
from sfnorch.simulator.progress import ScopeProgress
from sfnorch.simulator.record import Execution
from sfnorch.simulator.visit import StateContext, Visit
from sfnorch.simulator.watched_attempts import WatchedAttempt
from sfnorch.simulator.world import World
from sfnorch.template.contents import Machine
from sfnorch.template.reader import Source, parse_value
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.states import LocatedState, build_scope

REGION = "eu-central-1"
_ACCEPTED = {
    "Execution": {"Id", "Input", "Name", "RoleArn", "StartTime"},
    "State": {"EnteredTime", "Name", "RetryCount"},
    "StateMachine": {"Id", "Name"},
    "Task": {"Token"},
}


class RefusedError(Exception):
    """An error of the operation."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def answer_test_state(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer. Raises RefusedError for what Step Functions refuses."""
    state = _find_state(json.loads(request["definition"]), request["stateName"])
    _refuse(request, state)
    attempt = _run(request, state)
    return {key: value for key, value in _write(attempt, request).items() if value is not None}


def _find_state(definition: Json, name: str) -> LocatedState:
    scope = build_scope(parse_value(write_compact(definition), "definition"))  # type: ignore[arg-type]
    found = [state for state in scope.list_states() if state.name == name]
    if not found:
        raise RefusedError("ValidationException", "State not found in definition")
    return found[0]


def _refuse(request: dict[str, Any], state: LocatedState) -> None:
    mock, invalid = request.get("mock"), "Invalid Context object provided: "
    if mock is None:
        if state.kind in ("Map", "Parallel"):
            raise RefusedError("InvalidDefinition", "TestState API does not support Map or Parallel states.")
        if state.kind == "Task":
            raise RefusedError("ValidationException", "RoleArn must be specified when testing a Task state")
        if "context" in request:
            raise RefusedError("ValidationException", "a context object requires a mock")  # documented
    elif state.kind not in ("Task", "Map", "Parallel"):
        text = f"State type '{state.kind}' is not supported when a mock is specified"
        raise RefusedError("ValidationException", text)
    context = json.loads(request.get("context", "{}"))
    for name, part in context.items():
        if name not in _ACCEPTED:
            raise RefusedError("ValidationException", f"{invalid}Field '{name}' is not allowed")
        if wrong := set(part) - _ACCEPTED[name]:
            raise RefusedError("ValidationException", f"{invalid}Field '{wrong.pop()}' is not allowed")
    waits = (".sync" in state.read_text("Resource"), "waitForTaskToken" in state.read_text("Resource"))
    if "Task" in context and not any(waits):
        raise RefusedError("ValidationException", f"{invalid}Context object contains 'Task' when state is not a Task")
    result = json.loads((mock or {}).get("result", "[]"))
    if state.kind == "Map" and isinstance(result, dict) is not ("ResultWriter" in state.body) and "result" in mock:
        raise RefusedError("ValidationException", "Mocked result must be an array.")
    if state.kind == "Parallel" and "result" in mock and len(result) != len(state.scopes):
        text = "Mocked result must contain the same number of items as number of Parallel branches."
        raise RefusedError("ValidationException", text)


class _SingleState(Interpreter):
    """Runs one state with the context object of the request, or another one than that of any run."""

    given: dict[str, Json] | None = None

    def build_context(self, visit: Visit) -> dict[str, Json]:
        arn = f"arn:aws:states:{REGION}:111111111111:express:test:id"
        own = {"Execution": {"Id": arn, "Name": "id", "Input": visit.input}, "State": {"Name": visit.state.name}}
        return own if self.given is None else self.given


def _run(request: dict[str, Any], state: LocatedState) -> WatchedAttempt:
    following = {transition.target for transition in state.transitions}
    states = {state.name: dict(state.body), **{name: {"Type": "Succeed"} for name in following}}
    language = "JSONata" if state.jsonata else "JSONPath"
    text = write_compact({"QueryLanguage": language, "StartAt": state.name, "States": states})
    source = Source(file="test.asl.json", text=text, data=parse_value(text, "test"), is_definition=True)  # type: ignore[arg-type]
    template = evaluate_source(source, where=StackEnvironment(region=REGION))
    machine: Machine = template.machines[0]
    assert machine.states is not None
    attempts: list[WatchedAttempt] = []
    mocks = {state.name: _read_mock(request["mock"])} if "mock" in request else {}
    behaviour = Behaviour(mocks=mocks, enforce_permissions=False)
    world = World(template, behaviour, watch=attempts.append)
    given = json.loads(request.get("input", "{}"))
    arn = machine.arn.replace(":stateMachine:", ":execution:")
    execution = Execution(
        arn=f"{arn}:id", name="id", machine=machine.arn, title="test", parent="", input=given, started=0
    )
    interpreter = _SingleState(world, machine, execution, None)  # type: ignore[arg-type]
    interpreter.given = json.loads(request["context"]) if "context" in request else None
    variables = json.loads(request.get("variables", "{}"))
    place = StateContext(variables=variables, progress=ScopeProgress())
    world.clock.process(run_guarded(interpreter.run_scope(machine.states, given, place)))
    world.clock.run()
    own = [attempt for attempt in attempts if attempt.state.name == state.name]
    retries = request.get("stateConfiguration", {}).get("retrierRetryCount", 0)
    return next((attempt for attempt in own if attempt.used == retries), own[-1])


def _read_mock(mock: dict[str, Any]) -> Json:
    if "result" in mock:
        return {"Return": json.loads(mock["result"])}
    error = mock["errorOutput"]
    return {"Throw": {"Error": error["error"], "Cause": error.get("cause", "")}}


def _write(attempt: WatchedAttempt, request: dict[str, Any]) -> dict[str, Any]:
    error = attempt.failure or attempt.thrown
    variables = {**json.loads(request.get("variables", "{}")), **attempt.assigned}
    failed = attempt.failure is not None
    status = "FAILED" if failed else "RETRIABLE" if attempt.delay is not None else None
    details = None if attempt.delay is None else {"retryIndex": 0, "retryBackoffIntervalSeconds": int(attempt.delay)}
    return {
        "status": status or ("CAUGHT_ERROR" if error else "SUCCEEDED"),
        "output": None if status else write_compact(attempt.output),
        "error": error.error if error else None,
        "cause": error.cause if error else None,
        "nextState": read_string(attempt.next) or None,
        "inspectionData": {
            "input": request.get("input", "{}"),
            **({"variables": write_compact(variables)} if variables else {}),
            **({"errorDetails": details} if details else {}),
        },
    }


Answers = Callable[[dict[str, Any]], dict[str, Any]]


def accept_definition(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of ValidateStateMachineDefinition to a definition without faults."""
    return {"result": "OK", "diagnostics": [], "truncated": False}


@dataclass
class AnsweringStepFunctions:
    """A client of Step Functions whose calls are answered without a network; its clock only counts the waits."""

    tests: Answers = answer_test_state
    validations: Answers = accept_definition
    calls: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)
    """The operation, the request and the time of each call."""
    now: float = 1_800_000_000.0
    """The time: in 2027, after all times of simulated runs."""

    def open_account(self) -> AwsAccount:
        """Return an account with the client."""
        session = SimpleNamespace(stepfunctions=self.make_client(), region=REGION)
        return AwsAccount(session=session, clock=Clock(now=lambda: self.now, sleep=self._sleep))  # type: ignore[arg-type]

    def make_client(self) -> Any:
        """Return the client, which checks requests and answers by botocore's model."""
        client: Any = boto3.Session("x", "y", region_name=REGION).client("stepfunctions")
        client.meta.events.register_first("before-call.stepfunctions", self._answer)
        return client

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _answer(self, model: Any, params: dict[str, Any], **_: object) -> tuple[Any, dict[str, Any]]:
        request = json.loads(params["body"])
        self.calls.append((model.name, request, self.now))
        made = self.tests if model.name == "TestState" else self.validations
        try:
            return SimpleNamespace(status_code=200), made(request)
        except RefusedError as error:
            parsed = {"Error": {"Code": error.code, "Message": error.message}, "ResponseMetadata": {}}
            return SimpleNamespace(status_code=400), parsed
