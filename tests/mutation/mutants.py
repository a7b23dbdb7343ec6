"""Mutants of a rendered template: the template with one fault that a change of the renderer could bring."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template


@dataclass(frozen=True)
class Mutant:
    """A fault in a template: what it is, where, and the function that makes it in a copy of what is there."""

    what: str
    path: tuple
    """The path in the definition of the machine, or else in the template."""
    change: Callable
    logical_id: str = ""
    machine: str = ""
    """The title of the machine."""
    state: str = ""

    def __str__(self):
        return ".".join(filter(None, (self.machine, self.state, self.what)))

    def apply(self, template: Template) -> Template:
        """Return the template with the fault."""
        if not self.logical_id:
            document = json.loads(json.dumps(template.source.data))
            self.change(_find(document, self.path))
            return evaluate_template(
                parse_template(json.dumps(document), "mutant"), template.stack.given, template.stack.where
            )
        machine = next(each for each in template.machines if each.logical_id == self.logical_id)
        data = copy.deepcopy(machine.definition.data)
        self.change(_find(data, self.path))
        return template.replace_machine(machine, replace(machine, definition=machine.definition._replace(data=data)))


def list_mutants(template: Template) -> Iterator[Mutant]:
    for machine in template.machines:
        yield from _list_state_mutants(machine, machine.definition.data, (), template.build_title(machine))
    yield from _list_permission_mutants(template.source.data)
    yield from _list_alarm_mutants(template.source.data)


def _list_state_mutants(machine, scope, path, title):
    states = scope["States"]
    names = list(states)
    for name, state in states.items():
        place = (*path, "States", name)
        for what, change in _list_changes(state, names, name):
            yield Mutant(what, place, change, machine.logical_id, title, name)
        for index, branch in enumerate(state.get("Branches", [])):
            yield from _list_state_mutants(machine, branch, (*place, "Branches", index), title)
        if "ItemProcessor" in state:
            yield from _list_state_mutants(machine, state["ItemProcessor"], (*place, "ItemProcessor"), title)


def _list_changes(state, names, name):
    """Yield each fault of a state: what it is, and a function that makes it in a copy of the state."""
    for key in ("Retry", "Catch", "Choices"):
        for index in range(len(state.get(key, []))):
            if key == "Catch" and _is_repeated(state, index):
                continue
            yield f"{key}[{index}] is missing", lambda body, key=key, index=index: _drop(body, key, index)
    for place in _list_transitions(state):
        target = _find(state, place)
        other = _choose_other(names, target, name)
        if other:
            where = ".".join(map(str, place))
            yield f"{where} is {other}", lambda body, place=place, other=other: _set(body, place, other)
    for index, rule in enumerate(state.get("Choices", [])):
        if "Condition" in rule:
            place = ("Choices", index, "Condition")
            code = rule["Condition"]
            inner = code[2:-2] if isinstance(code, str) and code.startswith("{%") else None
            yield f"Choices[{index}] is always true", lambda body, place=place: _set(body, place, "{% true %}")
            if inner:
                negated = f"{{% $not({inner}) %}}"
                yield f"Choices[{index}] is negated", lambda body, place=place, code=negated: _set(body, place, code)
    for key in ("Output", "Arguments", "ItemSelector", "MaxConcurrency", "ToleratedFailurePercentage"):
        if key in state and not _is_harmless(state, key):
            yield f"{key} is missing", lambda body, key=key: body.pop(key)
    for holder in [(), *((key, index) for key in ("Choices", "Catch") for index in range(len(state.get(key, []))))]:
        body = _find(state, holder)
        for variable in [name for name in body.get("Assign", {}) if name not in _FOR_READERS]:
            where = ".".join(map(str, (*holder, variable)))
            yield (
                f"{where} is not assigned",
                lambda body, holder=holder, variable=variable: _find(body, holder)["Assign"].pop(variable),
            )
        if holder and "Output" in body and not _is_harmless(body, "Output"):
            yield (
                f"{holder[0]}[{holder[1]}].Output is missing",
                lambda body, holder=holder: _find(body, holder).pop("Output"),
            )
    if isinstance(state.get("Arguments"), dict):
        for key in state["Arguments"]:
            if state["Arguments"].get(key) is not None and len(state["Arguments"]) > 1:
                yield f"Arguments.{key} is missing", lambda body, key=key: body["Arguments"].pop(key)
        if isinstance(state["Arguments"].get("JobName"), str) and "{%" not in state["Arguments"]["JobName"]:
            job = state["Arguments"]["JobName"]
            yield "another job", lambda body, job=job: _set(body, ("Arguments", "JobName"), f"{job}-2")
    if state.get("Type") == "Fail":
        yield "another error", lambda body: _set(body, ("Error",), "OtherError")
        yield "no cause", lambda body: body.pop("Cause", None)
    if state.get("Type") == "Fail":
        yield "it succeeds", lambda body: (body.clear(), body.update({"Type": "Succeed"}))


_FOR_READERS = ("declared", "runTimeZone")
"""Variables that only the commands of sfnorch read, in the definition."""


def _is_harmless(body, key):
    """Return whether no run shows that the field is missing.

    An empty Output only keeps the data of the next states small. A concurrency of 40 limits more items than the plans
    of these tests have.
    """
    return (key == "Output" and body[key] == {} and not body.get("End")) or (key == "MaxConcurrency" and body[key] > 5)


def _is_repeated(state, index):
    """Return whether a later catcher of a Task does the same, and matches all errors."""
    catchers = state["Catch"]
    rest = {key: value for key, value in catchers[index].items() if key != "ErrorEquals"}
    return state.get("Type") == "Task" and any(
        later["ErrorEquals"] == ["States.ALL"]
        and rest == {key: value for key, value in later.items() if key != "ErrorEquals"}
        for later in catchers[index + 1 :]
    )


def _list_transitions(state):
    if "Next" in state:
        yield ("Next",)
    if "Default" in state:
        yield ("Default",)
    for key in ("Choices", "Catch"):
        for index in range(len(state.get(key, []))):
            yield (key, index, "Next")


def _choose_other(names, target, own):
    """Return another state as the target: the one after it, which is a likely mistake."""
    start = names.index(target)
    others = [name for name in (*names[start + 1 :], *names[:start]) if name not in (target, own)]
    return others[0] if others else ""


def _list_permission_mutants(document):
    """Yield a mutant for each action that the role of a state machine loses."""
    for name, resource in document["Resources"].items():
        if resource.get("Type") != "AWS::IAM::Role" or "states.amazonaws.com" not in json.dumps(
            resource["Properties"]["AssumeRolePolicyDocument"]
        ):
            continue
        for number, policy in enumerate(resource["Properties"].get("Policies", [])):
            for index, statement in enumerate(policy["PolicyDocument"]["Statement"]):
                if "Action" not in statement:  # a condition chooses it
                    continue
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                for action in actions:
                    if _is_simulated(action):
                        place = (
                            "Resources",
                            name,
                            "Properties",
                            "Policies",
                            number,
                            "PolicyDocument",
                            "Statement",
                            index,
                        )
                        rest = [each for each in actions if each != action]
                        yield Mutant(
                            f"{name} does not allow {action}",
                            place,
                            lambda body, rest=rest: _set(body, ("Action",), rest or ["none:None"]),
                        )


_NOT_SIMULATED = (
    "logs:",
    "xray:",
    "kms:",
    "events:",
    "glue:GetJobRun",
    "glue:BatchStopJobRun",
    "states:StopExecution",
    "states:RedriveExecution",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "states:DescribeExecution",
)
"""Actions that a run in the simulator does not need: AWS logs and traces, creates rules, and polls runs."""


def _is_simulated(action):
    return not action.startswith(_NOT_SIMULATED)


def _list_alarm_mutants(document):
    for name, resource in document["Resources"].items():
        if resource.get("Type") != "AWS::CloudWatch::Alarm":
            continue
        for key in ("AlarmActions",):
            if resource["Properties"].get(key):
                place = ("Resources", name, "Properties")
                yield Mutant(f"{name} has no {key}", place, lambda body, key=key: body.pop(key))


def _find(value, path):
    for key in path:
        value = value[key]
    return value


def _set(body, path, value):
    _find(body, path[:-1])[path[-1]] = value


def _drop(body, key, index):
    del body[key][index]
    if not body[key]:
        del body[key]
