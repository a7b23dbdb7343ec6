"""What a role may not do fails, though it is mocked; what is not known runs, and is noted once."""

from __future__ import annotations

from typing import Any

from sfnorch.simulator.behaviour import Behaviour
from tests.unit.simulator.test_services import ROLE, failure, play

TOPIC = "arn:aws:sns:us-east-1:123456789012:done"
PUBLISH = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"TopicArn": TOPIC, "Message": "m"}}
ALLOW = {"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC}
OTHER = "arn:aws:iam::123456789012:role/other"


def role(name: str, *statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "Policies": [policy], **properties}}


def refusal(action: str, resource: str, because: str, name: str = "R") -> str:
    user = f"arn:aws:sts::123456789012:assumed-role/{name}"
    return f"User: {user} is not authorized to perform: {action} on resource: {resource} {because}"


def run(*statements: dict[str, Any], more: Any = None, mocked: bool = False, **task: Any) -> Any:
    states = {"T": {**PUBLISH, **task, "Next": "U"}, "U": {**PUBLISH, **task, "End": True}}
    behaviour = Behaviour(mocks={"T": {}, "U": {}} if mocked else {})
    return play(states, behaviour, more={"R": role("r", *statements), **(more or {})})


def test_a_mocked_task_needs_its_permissions():
    because = "because no identity-based policy allows the sns:Publish action"
    assert failure(run(mocked=True)) == ("SNS.AccessDeniedException", refusal("sns:Publish", TOPIC, because))
    assert (run(ALLOW, mocked=True).first.status, run(ALLOW).notes) == ("SUCCEEDED", {})


def test_a_deny_and_a_boundary_are_named():
    deny = {"Effect": "Deny", "Action": "sns:*", "NotResource": f"{TOPIC}-2"}
    because = "with an explicit deny in an identity-based policy (line 1)"
    assert failure(run(ALLOW, deny))[1] == refusal("sns:Publish", TOPIC, because)
    document = {"Statement": [{"Effect": "Allow", "Action": "glue:*", "Resource": "*"}]}
    bound = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    bounded = {"R": role("r", ALLOW, PermissionsBoundary={"Ref": "B"}), "B": bound}
    because = "because no permissions boundary allows the sns:Publish action"
    assert failure(run(more=bounded))[1] == refusal("sns:Publish", TOPIC, because)
    document["Statement"] = [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {**deny, "Resource": "*"}]
    del document["Statement"][1]["NotResource"]
    because = "with an explicit deny in a permissions boundary (line 1)"
    assert failure(run(more=bounded))[1] == refusal("sns:Publish", TOPIC, because)


def test_a_topics_own_policy_counts():
    policy = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": TOPIC}}
    more = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "done"}},
        "P": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": policy}},
    }
    because = "with an explicit deny in a resource-based policy (line 1)"
    assert failure(run(ALLOW, more=more))[1] == refusal("sns:Publish", TOPIC, because)


def test_what_is_not_known_runs_and_is_noted_once():
    conditional = {**ALLOW, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    done = run(conditional)
    assert (done.first.status, list(done.notes.values())) == (
        "SUCCEEDED",
        [
            (
                "m, T: sns:Publish could not be checked: "
                "the condition key aws:SourceIp is known only when the request is made"
            )
        ],
    )
    elsewhere = play({"T": {**PUBLISH, "End": True}})
    assert list(elsewhere.notes.values()) == [
        (
            "m, T: its permissions could not be checked: "
            "the role arn:aws:iam::123456789012:role/r is not part of the template"
        )
    ]
    unchecked = play({"T": {**PUBLISH, "End": True}}, Behaviour(enforce_permissions=False))
    assert unchecked.notes == {}


def test_the_role_that_a_task_takes_on():
    credentials = {"Credentials": {"RoleArn": "{% $states.context.Execution.Name ? '" + OTHER + "' %}"}}
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": OTHER}
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": ROLE}}}
    trust["Statement"]["Action"] = "sts:AssumeRole"
    other = {"O": role("other", ALLOW, AssumeRolePolicyDocument=trust)}
    assert run(assume, more=other, **credentials).first.status == "SUCCEEDED"
    assert run(more=other, **credentials).first.status == "SUCCEEDED"  # its trust policy names the role itself
    distrusting = {"O": role("other", ALLOW, AssumeRolePolicyDocument={"Statement": []})}
    because = "because no resource-based policy allows the sts:AssumeRole action"
    assert failure(run(assume, more=distrusting, **credentials)) == (
        "StepFunctions.AccessDeniedException",
        refusal("sts:AssumeRole", OTHER, because),
    )
    poor = {"O": role("other", AssumeRolePolicyDocument=trust)}
    because = "because no identity-based policy allows the sns:Publish action"
    assert failure(run(assume, more=poor, **credentials))[1] == refusal("sns:Publish", TOPIC, because, "O")
    elsewhere = run(assume, **credentials)
    assert list(elsewhere.notes.values()) == [
        f"m, T: its permissions could not be checked: the role {OTHER} is not part of the template"
    ]
