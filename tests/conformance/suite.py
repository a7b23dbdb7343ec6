"""The conformance cases: executions of small machines, each with the whole result that AWS gives, and its evidence.

A case in a file of a state type (`pass.yaml`, …) has:

    name    what happens, in a few words
    by      the evidence: measured SOURCE, documented PAGE, emulated SOURCE or assumed WHY. A source that is measured is a
            recording of AWS in the tests of LocalStack (`test_…`) or of tiny-asl-machine (`Group-001`), or sfnx, whose
            author published measurements
    in      the language: JSONata or JSONPath
    states  the states of the machine; the first one starts; a Lambda function is mocked with `mocks`
    input   the input; {} by default
    output  the output of an execution that succeeds
    error, cause (or `says`, the cause after "An error occurred while executing the state 'A' (entered …). ", with `at`,
            the state and the event, if it is not the first state), status: of an execution that fails
    entered the states, in order; only the first state by default
    seconds, events: how long it takes, and the number of events in its history, if they matter

The files `comparisons.yaml`, `conditions.yaml`, `functions.yaml` and `intrinsics.yaml` have a case in each row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.record import Execution
from sfnorch.simulator.run import simulate

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # every test run reads the cases, whatever it runs
_FOLDER = Path(__file__).with_name("cases")
_INVALID = "There was an error while evaluating the intrinsic function: CALL. Invalid arguments in NAME"
STATE_TYPES = ("Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
LANGUAGES = ("JSONata", "JSONPath")
EVIDENCE = ("measured", "documented", "emulated", "assumed")


@dataclass(frozen=True)
class Case:
    """A machine, its input, and the result of its execution."""

    kind: str
    given: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.kind}-{self.language}-{self.given['name']}"

    @property
    def language(self) -> str:
        return str(self.given["in"])

    @property
    def evidence(self) -> str:
        return str(self.given["by"]).split()[0]

    @property
    def outcome(self) -> str:
        """How the execution ends: it succeeds or fails, perhaps after an error that a state catches or retries."""
        text = json.dumps(self.given["states"])
        if "error" in self.given or "status" in self.given:
            return "retried, fails" if '"Retry"' in text else "fails"
        return "caught" if '"Catch"' in text else "retried, succeeds" if '"Retry"' in text else "succeeds"

    def run(self) -> Execution:
        behaviour = Behaviour(mocks=self.given.get("mocks", {}))
        return simulate(self._write_template(), self.given.get("input", {}), behaviour).first

    def expect(self) -> dict[str, Any]:
        """The expected result, as far as the case has it; the status, result and states always."""
        fails = "error" in self.given or "status" in self.given
        return {
            "status": self.given.get("status", "FAILED" if fails else "SUCCEEDED"),
            "output": None if fails else self.given["output"],
            "error": self.given.get("error", ""),
            "cause": self._expect_cause(),
            "entered": self.given.get("entered", [next(iter(self.given["states"]))]),
            **{key: self.given[key] for key in ("seconds", "events") if key in self.given},
        }

    def observe(self, execution: Execution) -> dict[str, Any]:
        """The same of an execution."""
        assert execution.ended is not None
        found = {
            "status": execution.status,
            "output": execution.output,
            "error": execution.error,
            "cause": execution.cause,
            "entered": execution.states,
            "seconds": execution.ended - execution.started,
            "events": execution.history,
        }
        return {key: found[key] for key in self.expect()}

    def _expect_cause(self) -> str:
        if "says" not in self.given:
            return str(self.given.get("cause", ""))
        state, event = self.given.get("at", [next(iter(self.given["states"])), 2])
        return (
            f"An error occurred while executing the state '{state}' (entered at the event id #{event}). "
            f"{self.given['says']}"
        )

    def _write_template(self) -> str:
        states = self.given["states"]
        definition = {"StartAt": next(iter(states)), "States": states}
        if self.language == "JSONata":
            definition["QueryLanguage"] = "JSONata"
        if "timeout" in self.given:
            definition["TimeoutSeconds"] = self.given["timeout"]
        properties = {"Role": "arn:aws:iam::123456789012:role/r", "Definition": definition}
        return json.dumps({"Resources": {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": properties}}})


def _load(name: str) -> list[dict[str, Any]]:
    return list(yaml.load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), _LOADER))  # noqa: S506


def _read_cases() -> Iterator[Case]:
    for kind in STATE_TYPES:
        for given in _load(kind.lower()):
            yield Case(kind, given)
    yield from _read_comparisons()
    yield from _read_conditions()
    yield from _read_expressions("functions", "JSONata")
    yield from _read_expressions("intrinsics", "JSONPath")


def _read_comparisons() -> Iterator[Case]:
    """A case for each row `[value, compared value, whether it matches]`, and for each form of the comparison."""
    for group in _load("comparisons"):
        for form in group["forms"]:
            name = group["comparison"] + ("Path" if form == "path" else "")
            for value, other, matches in group["rows"]:
                rule = {"Variable": "$.v", name: "$.w" if form == "path" else other, "Next": "Match"}
                states = {
                    "A": {"Type": "Choice", "Choices": [rule], "Default": "Other"},
                    "Match": {"Type": "Pass", "Result": True, "End": True},
                    "Other": {"Type": "Pass", "Result": False, "End": True},
                }
                given = {
                    "name": f"{json.dumps(value, ensure_ascii=False)} {name} {json.dumps(other, ensure_ascii=False)}",
                    "by": group["by"],
                    "in": "JSONPath",
                    "states": states,
                    "input": {"v": value, "w": other},
                    "output": matches,
                    "entered": ["A", "Match" if matches else "Other"],
                }
                yield Case("Choice", given)


def _read_conditions() -> Iterator[Case]:
    """A case for each condition that is true or false, or fails with the words."""
    for group in _load("conditions"):
        results: dict[str, Any] = {
            **dict.fromkeys(group.get("are_true", ()), True),
            **dict.fromkeys(group.get("are_false", ()), False),
            **group.get("fails", {}),
        }
        for code, result in results.items():
            states = {
                "A": {
                    "Type": "Choice",
                    "Choices": [{"Condition": f"{{% {code} %}}", "Next": "Match"}],
                    "Default": "Other",
                },
                "Match": {"Type": "Pass", "Output": True, "End": True},
                "Other": {"Type": "Pass", "Output": False, "End": True},
            }
            given = {"name": code, "by": group["by"], "in": "JSONata", "states": states, "input": group["input"]}
            if isinstance(result, bool):
                given |= {"output": result, "entered": ["A", "Match" if result else "Other"]}
            else:
                source = f"The JSONata expression '{code}' specified for the field 'Choices[0]/Condition'"
                given |= {"error": "States.QueryEvaluationError", "says": f"{source} {result}"}
            yield Case("Choice", given)


def _read_expressions(name: str, language: str) -> Iterator[Case]:
    """A case for each expression of a Pass, with the value that it yields, or the words with which it fails."""
    for group in _load(name):
        for code, value in group.get("yields", {}).items():
            yield Case("Pass", {**_write_pass(group, code, language), "output": value})
        for code, words in {
            **group.get("fails", {}),
            **dict.fromkeys(group.get("invalid_arguments", ()), _INVALID),
        }.items():
            given = _write_pass(group, code, language)
            if language == "JSONata":
                source = f"The JSONata expression '{code}' specified for the field 'Output'"
                words = (
                    f"{source} {words}"
                    if words.startswith("returned")
                    else f"{source} threw an error during evaluation. {words}"
                )
                yield Case("Pass", {**given, "error": "States.QueryEvaluationError", "says": words})
            else:
                yield Case(
                    "Pass",
                    {
                        **given,
                        "error": "States.Runtime",
                        "says": words.replace("CALL", code).replace("NAME", code.partition("(")[0]),
                    },
                )


def _write_pass(group: dict[str, Any], code: str, language: str) -> dict[str, Any]:
    state: dict[str, Any] = {"Type": "Pass", "End": True}
    if language == "JSONata":
        state["Output"] = f"{{% {code} %}}"
    else:
        state |= {"Parameters": {"value.$": code}, "OutputPath": "$.value"}
    return {"name": code, "by": group["by"], "in": language, "input": group.get("input", {}), "states": {"A": state}}


CASES = list(_read_cases())
