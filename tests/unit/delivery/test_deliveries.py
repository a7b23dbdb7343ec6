"""What the rules about deliveries let pass and what not, case by case; whole findings are in tests/golden/rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sfnorch.linter.rules import RULES
from sfnorch.linter.subject import Subject
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template, read_template

BY_ID = {rule.id: rule for rule in RULES}
MISSING, WIDE, BUCKET = "delivery-permission-missing", "delivery-role-too-wide", "bucket-unprotected"
LOG = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
MOVE = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::artifacts/*"}
BUILD = {"Effect": "Allow", "Action": ["codebuild:StartBuild", "codebuild:BatchGetBuilds"], "Resource": "*"}


def found(rule: str, resources: dict[str, Any], **parameters: Any) -> list[str]:
    text = json.dumps({"Parameters": parameters, "Resources": resources})
    return [one.message for one in BY_ID[rule].find_faults(Subject(evaluate_template(parse_template(text, "t.json"))))]


def role(service: str, *statements: Any, **more: Any) -> dict[str, Any]:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    policies = [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "Policies": policies, **more}}


def action(provider: str, category: str = "Build", more: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {"Name": "A", "ActionTypeId": kind, "Configuration": given, **(more or {})}


def pipeline(*actions: Any) -> dict[str, Any]:
    stages = [{"Name": "S", "Actions": list(actions)}]
    properties = {"RoleArn": {"Fn::GetAtt": "PRole.Arn"}, "ArtifactStore": {"Location": "artifacts"}, "Stages": stages}
    return {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}


def project(*commands: Any, role: Any = None, spec: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    text = json.dumps({"version": 0.2, "phases": {"build": {"commands": list(commands)}}, **(spec or {})})
    given = {"Source": {"Type": "CODEPIPELINE", "BuildSpec": text}, "Name": "build"}
    properties = {"ServiceRole": role or {"Fn::GetAtt": ["BRole", "Arn"]}, **given, **more}
    return {"Type": "AWS::CodeBuild::Project", "Properties": properties}


def actions_of(*made: Any, allowed: tuple[str, ...] = (), on: str = "*") -> list[str]:
    """What a pipeline with these actions lacks; `allowed` beside what it always needs."""
    statements = [MOVE, {"Effect": "Allow", "Action": list(allowed), "Resource": on}] if allowed else [MOVE]
    return found(MISSING, {"P": pipeline(*made), "PRole": role("codepipeline.amazonaws.com", *statements)})


def build(*commands: Any, allowed: tuple[str, ...] = (), spec: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """What a build of these commands lacks."""
    statements = [LOG, MOVE, *([{"Effect": "Allow", "Action": list(allowed), "Resource": "*"}] if allowed else [])]
    resources = {"B": project(*commands, spec=spec, **more), "BRole": role("codebuild.amazonaws.com", *statements)}
    return found(MISSING, resources)


CONNECTION = action("CodeStarSourceConnection", "Source", ConnectionArn="arn:aws:codestar-connections:r:1:connection/c")


@pytest.mark.parametrize("name", ["codestar-connections", "codeconnections"])
def test_a_connection_may_be_used_under_either_name_of_its_service(name: str):
    assert actions_of(CONNECTION, allowed=(f"{name}:UseConnection",)) == []


ACTIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a connection": (
        CONNECTION,
        ["codeconnections:UseConnection on arn:aws:codestar-connections:r:1:connection/c"],
    ),
    "a build": (
        action("CodeBuild", ProjectName="b"),
        [
            "codebuild:StartBuild, codebuild:BatchGetBuilds on arn:aws:codebuild:us-east-1:123456789012:project/b",
        ],
    ),
    "a batch": (
        action("CodeBuild", ProjectName="b", BatchEnabled="true"),
        [
            (
                "codebuild:StartBuildBatch, codebuild:BatchGetBuildBatches on "
                "arn:aws:codebuild:us-east-1:123456789012:project/b"
            ),
        ],
    ),
    "an approval": (action("Manual", "Approval", NotificationArn="arn:t"), ["sns:Publish on arn:t"]),
    "an approval that nobody is told of": (action("Manual", "Approval"), []),
    "a file": (
        action("S3", "Source", S3Bucket="b", S3ObjectKey="k"),
        ["s3:GetBucketVersioning on arn:aws:s3:::b, and s3:GetObject on arn:aws:s3:::b/k"],
    ),
    "a change set": (
        action("CloudFormation", "Deploy", ActionMode="CHANGE_SET_EXECUTE", StackName="s"),
        [
            (
                "cloudformation:DescribeStacks, cloudformation:ExecuteChangeSet, cloudformation:DescribeChangeSet on "
                "arn:aws:cloudformation:us-east-1:123456789012:stack/s/*"
            ),
        ],
    ),
    "a function": (
        action("Lambda", "Invoke", FunctionName="f"),
        ["lambda:InvokeFunction on arn:aws:lambda:us-east-1:123456789012:function:f"],
    ),
    "what another role does": (
        action("CloudFormation", "Deploy", {"RoleArn": "arn:aws:iam::1:role/r"}, ActionMode="CREATE_UPDATE"),
        ["sts:AssumeRole on arn:aws:iam::1:role/r"],
    ),
    "a variable": (action("StepFunctions", "Invoke", StateMachineArn="#{V.arn}"), ["states:StartExecution"]),
    "what is not known": (action("Jenkins", "Test"), []),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_what_an_action_needs(name: str):
    made, needed = ACTIONS[name]
    assert actions_of(made) == [f"the action A of the stage S requires {words}" for words in needed]


BUILDS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "a call": (
        ["its buildspec, phase build: aws sqs list-queues requires sqs:ListQueues"],
        {"commands": ["aws sqs list-queues"]},
    ),
    "a call in a substitution, in a loop": (
        ["its buildspec, phase build: aws sqs list-queues requires sqs:ListQueues"],
        {"commands": ['for name in a b; do if [ -f "$name" ]; then X="$(aws sqs list-queues)"; fi; done']},
    ),
    "a text that looks like calls": ([], {"commands": ["echo 'a' ';' aws sqs list-queues", "echo 'a\\nb'"]}),
    "as someone else": ([], {"commands": ["aws sts assume-role --role-arn r", "aws sqs list-queues"]}),
    "with reports": (
        [
            (
                "its buildspec has reports, which requires codebuild:CreateReportGroup, codebuild:CreateReport, "
                "codebuild:UpdateReport, codebuild:BatchPutTestCases on "
                "arn:aws:codebuild:us-east-1:123456789012:report-group/*"
            )
        ],
        {"commands": [], "spec": {"reports": {"r": {"files": ["a"]}}}},
    ),
    "no commands": ([], {"commands": [3, None, {"a": "b"}]}),
}


@pytest.mark.parametrize("name", BUILDS)
def test_what_a_build_needs(name: str):
    messages, given = BUILDS[name]
    assert build(*given.pop("commands"), **given) == messages


def test_a_projects_role_may_be_named_by_its_name():
    resources = {
        "B": project("aws sqs list-queues", role={"Ref": "BRole"}),
        "BRole": role("codebuild.amazonaws.com", LOG, MOVE),
    }
    assert len(found(MISSING, resources)) == 1


def test_artifacts_are_written_where_an_action_wants_them():
    read = {**MOVE, "Action": ["s3:GetObject"]}
    resources = {
        "B": project(),
        "BRole": role("codebuild.amazonaws.com", LOG, read),
        "P": pipeline(action("CodeBuild", "Test", ProjectName={"Ref": "B"})),
        "PRole": role("codepipeline.amazonaws.com", MOVE, BUILD),
    }
    assert found(MISSING, resources) == []
    out = {"OutputArtifacts": [{"Name": "O"}]}
    resources["P"] = pipeline(action("CodeBuild", "Build", out, ProjectName={"Ref": "B"}))
    assert found(MISSING, resources) == ["B writes its artifacts, which requires s3:PutObject"]


def test_the_variable_that_an_action_sets_is_not_the_projects():
    environment = {"EnvironmentVariables": [{"Name": "TO", "Value": "dev"}]}
    resources = {
        "B": project("aws s3 cp a s3://$TO/b", Environment=environment),
        "BRole": role("codebuild.amazonaws.com", LOG, MOVE),
    }
    assert len(found(MISSING, resources)) == 1
    resources["P"] = pipeline(
        action("CodeBuild", ProjectName="build", EnvironmentVariables='[{"name": "TO", "value": "artifacts"}]')
    )
    assert found(MISSING, resources) == []


@pytest.mark.parametrize("statement", [{"Fn::Transform": {"Name": "M"}}, "x"])
def test_a_role_whose_policy_cannot_be_read_is_not_judged(statement: Any):
    policy = {"PolicyName": "p", "Roles": [{"Ref": "BRole"}], "PolicyDocument": {"Statement": [statement]}}
    resources = {
        "B": project("aws sqs list-queues"),
        "BRole": role("codebuild.amazonaws.com", LOG, MOVE),
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
    }
    assert found(MISSING, resources) == []


def statement(actions: Any, resources: Any = "arn:aws:sqs:r:1:q", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


STATEMENTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all of a service": (statement("sqs:*"), ["sqs:* is allowed, also future actions"]),
    "all of two": (statement(["sqs:*", "s3:*"]), ["sqs:* and s3:* are allowed, also future actions"]),
    "all but some": (
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        ["NotAction allows all other actions, also future ones"],
    ),
    "every resource": (statement("sqs:SendMessage", "*"), ["sqs:SendMessage is allowed on every resource"]),
    "every resource on a condition": (statement("sqs:SendMessage", "*", Condition={"Bool": {"a": "b"}}), []),
    "what knows no resource": (statement(["ec2:Describe*", "glue:ListJobs"], "*"), []),
    "network interfaces": (statement("ec2:CreateNetworkInterface", "*"), []),
    "every role": (
        statement("iam:PassRole", "arn:aws:iam::1:role/*"),
        ["iam:PassRole is allowed on every resource"],
    ),
    "every resource of an account": (
        statement("iam:PassRole", "arn:aws:iam::1:*"),
        ["iam:PassRole is allowed on every resource"],
    ),
    "one role": (statement("iam:PassRole", "arn:aws:iam::1:role/r"), []),
    "what isn't known": (statement({"Ref": "Actions"}), []),
    "a denial": ({"Effect": "Deny", "Action": "*", "Resource": "*"}, []),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_how_wide_a_statement_is(name: str):
    given, messages = STATEMENTS[name]
    resources = {"R": role("cloudformation.amazonaws.com", given)}
    assert found(WIDE, resources, Actions={"Type": "String"}) == [f"R: {words}" for words in messages]


@pytest.mark.parametrize(
    "attached", ["arn:aws:iam::aws:policy/AdministratorAccess", ["arn:aws:iam::aws:policy/AdministratorAccess"]]
)
def test_a_managed_policy_that_allows_all(attached: Any):
    resources = {"R": role("codebuild.amazonaws.com", ManagedPolicyArns=attached)}
    assert found(WIDE, resources) == ["R: the managed policy AdministratorAccess allows more than the role requires"]


@pytest.mark.parametrize(
    ("commands", "more", "idle"),
    [
        (["sfnorch lint"], {}, True),
        (["pytest"], {}, False),
        (['echo "a # b"\naws sqs send-message\necho "c # d"'], {}, False),
        (["echo `date` `date`"], {}, False),
        (["echo $(date)"], {}, True),
        (["sfnorch lint"], {"spec": {"env": {"secrets-manager": {"A": "b"}}}}, False),
        (["sfnorch lint"], {"VpcConfig": {"VpcId": "v"}}, False),
        (["sfnorch lint"], {"Environment": {"Image": "1.dkr.ecr.r.amazonaws.com/i"}}, False),
        (
            ["sfnorch lint"],
            {"Environment": {"EnvironmentVariables": [{"Name": "A", "Type": "PARAMETER_STORE"}]}},
            False,
        ),
        (["aws sqs send-message"], {}, False),
    ],
)
def test_a_service_that_nothing_calls(commands: list[str], more: dict[str, Any], idle: bool):
    resources = {
        "B": project(*commands, **more),
        "BRole": role("codebuild.amazonaws.com", LOG, statement("sqs:SendMessage")),
    }
    messages = [words for words in found(WIDE, resources) if "logs" not in words]
    assert messages == (["BRole: no command or action of the role calls sqs"] if idle else [])


ON = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
ENCRYPTED = {"ServerSideEncryptionConfiguration": [{"BucketKeyEnabled": True}]}
BUCKETS: dict[str, tuple[dict[str, Any], str]] = {
    "all of it": ({"BucketEncryption": ENCRYPTED, "PublicAccessBlockConfiguration": ON}, ""),
    "what isn't known": (
        {
            "BucketEncryption": {"Ref": "Any"},
            "PublicAccessBlockConfiguration": {**ON, "BlockPublicAcls": {"Ref": "Any"}},
        },
        "",
    ),
    "a transform": ({"Fn::Transform": {"Name": "M"}, "BucketName": "b"}, ""),
    "no settings": ({}, ""),
    "no value": ({"PublicAccessBlockConfiguration": {"Ref": "AWS::NoValue"}}, ""),
    "one that is off": (
        {"PublicAccessBlockConfiguration": {**ON, "BlockPublicPolicy": False}},
        "B does not block public access",
    ),
    "one that is left out": (
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
        "B does not block public access",
    ),
}


@pytest.mark.parametrize("name", BUCKETS)
def test_buckets(name: str):
    properties, message = BUCKETS[name]
    resources = {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}
    assert found(BUCKET, resources, Any={"Type": "String"}) == ([message] if message else [])


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::CodeBuild::Project", "AWS::CodePipeline::Pipeline"])
@pytest.mark.parametrize(
    "properties",
    [
        {"Fn::Transform": {"Name": "AWS::Include"}},
        {"Ref": "AWS::NoValue"},
        {
            "Stages": {"Fn::If": ["C", 1, 2]},
            "Source": [1],
            "Environment": "x",
            "ArtifactStore": 3,
            "BucketEncryption": 1,
        },
        {"Stages": [1, {"Actions": {"A": 1}}, {"Actions": [2, {"ActionTypeId": {}, "Configuration": [1]}]}]},
        {"Source": {"Type": "CODEPIPELINE", "BuildSpec": "a\0b"}, "Environment": {"EnvironmentVariables": [1, {}]}},
    ],
)
def test_what_has_another_form_is_no_reason_to_fail(kind: str, properties: Any):
    for rule in (MISSING, WIDE, BUCKET):
        found(rule, {"X": {"Type": kind, "Properties": properties}})


def test_a_buildspec_is_looked_for_at_the_repositorys_root_alone(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "infra").mkdir()
    spec = json.dumps({"phases": {"build": {"commands": ["aws sqs list-queues"]}}})
    (tmp_path / "infra" / "buildspec.yml").write_text(spec)
    file = tmp_path / "infra" / "t.json"
    made = project()
    bare = {"B": made, "BRole": role("codebuild.amazonaws.com", LOG, MOVE)}

    def messages(**source: str) -> list[str]:
        made["Properties"]["Source"] = {"Type": "CODEPIPELINE", **source}
        file.write_text(json.dumps({"Resources": bare}))
        return [one.message for one in BY_ID[MISSING].find_faults(Subject(evaluate_template(read_template(file))))]

    assert messages() == []
    assert messages(BuildSpec="infra/buildspec.yml") == [
        "infra/buildspec.yml, phase build: aws sqs list-queues requires sqs:ListQueues"
    ]
    assert messages(BuildSpec=str(tmp_path / "infra" / "buildspec.yml")) == []
    assert messages(Type="GITHUB", BuildSpec="infra/buildspec.yml") == []
