"""What each rule lets pass and what not, case by case; whole findings are in tests/golden/rules."""

from __future__ import annotations

import textwrap

import pytest

from sfnorch.linter.rules import RULES
from sfnorch.linter.subject import Subject
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

BY_ID = {rule.id: rule for rule in RULES}


def found(rule: str, definition: str, more: str = "", properties: str = "") -> list[str]:
    """What the rule says of a machine with this definition."""
    text = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
    text += textwrap.indent(properties, " " * 6) + "      Definition:\n" + textwrap.indent(definition, " " * 8)
    template = evaluate_template(parse_template(text + textwrap.indent(more, "  "), "t.yaml"))
    return [finding.message for finding in BY_ID[rule].find_faults(Subject(template))]


JSONATA = "QueryLanguage: JSONata\nStartAt: A\nStates:\n"
UNASSIGNED = {
    "in a catcher, then after it": (
        (
            "  A:\n    Type: Task\n    Resource: x\n    Catch: [{ErrorEquals: [E], Assign: {why: 1}, Next: B}]\n"
            "    Assign: {well: 1}\n    Next: C\n"
            "  B: {Type: Pass, Output: '{% $why %}', End: true}\n  C: {Type: Pass, Output: '{% $well %}', End: true}\n"
        ),
        [],
    ),
    "of another way": (
        (
            "  A:\n    Type: Task\n    Resource: x\n    Catch: [{ErrorEquals: [E], Assign: {why: 1}, Next: B}]\n"
            "    Assign: {well: 1}\n    Next: C\n"
            "  B: {Type: Pass, Output: '{% $well %}', End: true}\n  C: {Type: Pass, Output: '{% $why %}', End: true}\n"
        ),
        ["$well is not assigned before B", "$why is not assigned before C"],
    ),
    "in the state itself": ("  A: {Type: Pass, Assign: {x: 1}, Output: '{% $x %}', End: true}\n", 1),
    "in a branch, from outside": (
        (
            "  A: {Type: Pass, Assign: {x: 1}, Next: P}\n  P:\n    Type: Parallel\n    End: true\n    Branches:\n"
            "    - {StartAt: Q, States: {Q: {Type: Pass, Output: '{% $x %}', Assign: {y: 1}, End: true}}}\n"
            "    Output: '{% $y %}'\n"
        ),
        ["$y is not assigned before P"],
    ),
    "in a distributed Map, from outside": (
        (
            "  A: {Type: Pass, Assign: {x: 1}, Next: P}\n  P:\n    Type: Map\n    End: true\n    ItemProcessor:\n"
            "      ProcessorConfig: {Mode: DISTRIBUTED}\n      StartAt: Q\n"
            "      States: {Q: {Type: Pass, Output: '{% $x %}', End: true}}\n"
        ),
        ["$x is not assigned before Q"],
    ),
    "bound in the expression": (
        "  A: {Type: Pass, Output: '{% ($x := 1; $f := function($y) { $x + $y }; $f(2)) %}', End: true}\n",
        [],
    ),
    "focus and index": (
        '  A: {Type: Pass, Output: \'{% $states.input.list#$i@$one.{"i": $i, "one": $one} %}\', End: true}\n',
        [],
    ),
    "asked for": (
        (
            "  A:\n    Type: Choice\n    Choices: [{Condition: '{% true %}', Assign: {x: 1}, Next: B}]\n    Default: B\n"
            "  B: {Type: Pass, Output: '{% $exists($x) ? $x : 0 %}', End: true}\n"
        ),
        [],
    ),
    "an unknown function": ("  A: {Type: Pass, Output: '{% $evall(1) %}', End: true}\n", 1),
    "every known function": (
        "  A: {Type: Pass, Output: '{% [$partition([1],1), $uuid(), $parse(\"1\"), $map([1], $string)] %}', End: true}\n",
        [],
    ),
    "in a loop": (
        (
            "  A: {Type: Pass, Assign: {n: 0}, Next: B}\n  B: {Type: Pass, Assign: {n: '{% $n + 1 %}'}, Next: C}\n"
            "  C:\n    Type: Choice\n    Choices: [{Condition: '{% $n < 3 %}', Next: B}]\n    Default: D\n"
            "  D: {Type: Succeed}\n"
        ),
        [],
    ),
    "unreachable": ("  A: {Type: Succeed}\n  B: {Type: Pass, Output: '{% $x %}', End: true}\n", []),
    "JSONPath": ("  A: {Type: Pass, QueryLanguage: JSONPath, Result: '{% $x %}', End: true}\n", []),
}


@pytest.mark.parametrize("name", UNASSIGNED)
def test_variables(name: str):
    definition, expected = UNASSIGNED[name]
    messages = found("jsonata-unassigned", JSONATA + definition)
    assert (len(messages) if isinstance(expected, int) else messages) == expected


STATES = {
    "Output: '{% $states.result %}'": [],
    "Assign: {x: '{% $states.result.a %}'}": [],
    "Arguments: {x: '{% $states.result %}'}": ["$states.result does not exist here"],
    "Output: '{% $states.errorOutput.Cause %}'": ["$states.errorOutput does not exist here"],
    "Catch: [{ErrorEquals: [E], Output: '{% $states.errorOutput %}', Next: A}]": [],
    "Catch: [{ErrorEquals: [E], Output: '{% $states.result %}', Next: A}]": ["$states.result does not exist here"],
    "Output: '{% $states.context.Execution.Id & $states.input.x %}'": [],
    "Output: '{% $states.inputs %}'": ["$states.inputs does not exist here"],
    "Output: '{% $states %}'": [],
}


@pytest.mark.parametrize("field", STATES)
def test_states(field: str):
    assert found("jsonata-states", f"{JSONATA}  A: {{Type: Task, Resource: x, {field}, End: true}}\n") == STATES[field]


SYNTAX = {
    "'{% $f( %}'": 1,
    "'{%%}'": 1,
    "'{% [1, 2 %}'": 1,
    "'{% /(/ %}'": 1,
    "'{% function($x) { %}'": 1,
    "'{ % $f( %}'": 0,
    "'$f('": 0,
    "'{% \"a\\x\" %}'": 1,
    "'{% $states.input ~> |$|{\"a\": 1}| %}'": 0,
    "'{% $states.input^(>a, b).c[0].%.d %}'": 0,
    "'{% $f(?, 1) %}'": 0,
}


@pytest.mark.parametrize("value", SYNTAX)
def test_syntax(value: str):
    assert len(found("jsonata-syntax", f"{JSONATA}  A: {{Type: Pass, Output: {value}, End: true}}\n")) == SYNTAX[value]


PARALLEL = "StartAt: P\nStates:\n  P:\n    Type: Parallel\n    End: true\n    Branches:\n"
TWO = "    - {StartAt: Z, States: {Z: {Type: Succeed}}}\n"
SIBLINGS = {
    "one branch alone": ("    - {StartAt: A, States: {A: {Type: Task, Resource: x, End: true}}}\n", []),
    "caught by another name": (
        "    - {StartAt: A, States: {A: {Type: Task, Resource: x, Catch: [{ErrorEquals: [E], Next: B}], End: true},"
        " B: {Type: Succeed}}}\n" + TWO,
        ["if A fails, the other branches of P are stopped"],
    ),
    "in a Map without a Catch": (
        "    - {StartAt: M, States: {M: {Type: Map, End: true, ItemProcessor: {StartAt: A, States: "
        "{A: {Type: Task, Resource: x, End: true}}}}}}\n" + TWO,
        ["if A fails, the other branches of P are stopped"],
    ),
    "in a Map with one": (
        "    - {StartAt: M, States: {M: {Type: Map, End: true, Catch: [{ErrorEquals: [States.ALL], Next: B}], "
        "ItemProcessor: {StartAt: A, States: {A: {Type: Task, Resource: x, End: true}}}}, B: {Type: Succeed}}}\n" + TWO,
        [],
    ),
    "many": (
        "".join(f"    - {{StartAt: {n}, States: {{{n}: {{Type: Task, Resource: x, End: true}}}}}}\n" for n in "ABCDEF"),
        ["if A, B, C or 3 others fails, the other branches of P are stopped"],
    ),
}


@pytest.mark.parametrize("name", SIBLINGS)
def test_siblings(name: str):
    branches, expected = SIBLINGS[name]
    assert found("branch-stops-siblings", PARALLEL + branches) == expected


GLUE = "StartAt: G\nStates:\n  G: {Type: Task, Resource: 'arn:aws:states:::glue:startJobRun', %sNext: E}\n"
GLUE += "  E: {Type: Task, Resource: 'arn:aws:states:::%s', End: true}\n"


def test_a_job_that_is_asked_after_is_waited_for():
    assert found("glue-job-not-waited", GLUE % ("", "aws-sdk:glue:getJobRun")) == []
    assert len(found("glue-job-not-waited", GLUE % ("", "sns:publish"))) == 1


@pytest.mark.parametrize("error", ["States.ALL", "States.TaskFailed", "Glue.AWSGlueException"])
def test_errors_that_stand_for_a_busy_glue(error: str):
    retry = f"Retry: [{{ErrorEquals: [{error}]}}], "
    assert found("glue-start-not-retried", GLUE % (retry, "sns:publish")) == []
    assert len(found("glue-start-not-retried", GLUE % (retry.replace(error, "Glue.Other"), "sns:publish"))) == 1


WORK = "StartAt: W\nStates:\n  W: {Type: Task, Resource: x, %sEnd: true}\n"
ALARM = (
    "Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: ExecutionsFailed, "
    "Dimensions: [{Name: StateMachineArn, Value: !Ref M}], AlarmActions: [%s]}}\n"
)
PARENT = (
    "P:\n  Type: AWS::StepFunctions::StateMachine\n  Properties:\n    Definition:\n      StartAt: C\n      States:\n"
    "        C: {Type: Task, Resource: 'arn:aws:states:::states:startExecution%s', "
    "Parameters: {StateMachineArn: !Ref M}, Catch: [{ErrorEquals: [States.ALL], Next: D}], End: true}\n"
    "        D: {Type: Succeed}\n"
)
TOLD = {
    "nobody": ("", "", ["if W fails, no notification is sent"]),
    "caught": ("Catch: [{ErrorEquals: [States.ALL], Next: W}], ", "", []),
    "an alarm": ("", ALARM % "a", []),
    "an alarm that does nothing": ("", ALARM % "", ["if W fails, no notification is sent"]),
    "a rule on events": (
        "",
        "R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.states]}}}\n",
        [],
    ),
    "a parent that waits": ("", PARENT % ".sync:2", []),
    "a parent that doesn't": ("", PARENT % "", ["if W fails, no notification is sent"]),
}


@pytest.mark.parametrize("name", TOLD)
def test_who_is_told(name: str):
    catch, more, expected = TOLD[name]
    assert found("failure-not-notified", WORK % catch, more) == expected


POLL = (
    "%sStartAt: A\nStates:\n  A: {Type: Task, Resource: x, Next: C}\n  C:\n    Type: Choice\n"
    "    Choices: [{%s, Next: P}]\n    Default: D\n  P: {Type: Wait, Seconds: 10, Next: A%s}\n  D: {Type: Succeed}\n"
)
EQUALS = "Variable: $.s, StringEquals: x"
BOUNDS = {
    "none": (POLL % ("", EQUALS, ""), "", 1),
    "a timeout": (POLL % ("TimeoutSeconds: 60\n", EQUALS, ""), "", 0),
    "an express machine": (POLL % ("", EQUALS, ""), "StateMachineType: EXPRESS\n", 0),
    "a number compared": (POLL % ("", "Variable: $.n, NumericLessThan: 5", ""), "", 0),
    "a number compared within": (
        POLL % ("", "And: [{Variable: $.s, StringEquals: x}, {Not: {Variable: $.n, NumericLessThan: 5}}]", ""),
        "",
        0,
    ),
    "a time compared": (POLL % ("", "Variable: $.t, TimestampLessThanPath: $.end", ""), "", 0),
    "a counter in JSONata": (
        POLL % ("QueryLanguage: JSONata\n", "Condition: '{% $n < 5 %}'", ", Assign: {n: '{% $n + 1 %}'}"),
        "",
        0,
    ),
    "no counter in JSONata": (POLL % ("QueryLanguage: JSONata\n", "Condition: '{% $s = \"x\" %}'", ""), "", 1),
    "a sum": (POLL % ("", EQUALS, ", Parameters: {n.$: 'States.MathAdd($.n, 1)'}"), "", 0),
    "no pause": ((POLL % ("", EQUALS, "")).replace("Type: Wait, Seconds: 10", "Type: Pass"), "", 0),
    "no way out": ((POLL % ("", EQUALS, "")).replace("Type: Succeed", "Type: Pass, Next: A"), "", 0),
    "a sibling that fails": (
        (
            "StartAt: R\nStates:\n  R:\n    Type: Parallel\n    End: true\n    Branches:\n"
            "    - StartAt: P\n      States:\n        P: {Type: Wait, Seconds: 1, Next: C}\n"
            "        C: {Type: Choice, Choices: [{Variable: $.s, StringEquals: x, Next: P}], Default: D}\n"
            "        D: {Type: Succeed}\n"
            "    - StartAt: W\n      States: {W: {Type: Wait, Seconds: 60, Next: F}, F: {Type: Fail}}\n"
        ),
        "",
        0,
    ),
    "a wait on itself": (
        (
            "StartAt: C\nStates:\n  C: {Type: Choice, Choices: [{Variable: $.s, StringEquals: x, Next: W}], Default: D}\n"
            "  W: {Type: Wait, Seconds: 1, Next: C}\n  D: {Type: Succeed}\n"
        ),
        "",
        1,
    ),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_what_bounds_a_loop(name: str):
    definition, properties, expected = BOUNDS[name]
    assert len(found("polling-without-bound", definition, properties=properties)) == expected


EVENTS = {
    "a counted loop": (
        POLL % ("QueryLanguage: JSONata\n", "Condition: '{% $n <= 4000 %}'", ", Assign: {n: '{% $n + 1 %}'}"),
        # 4,000 rounds of a task (5), a choice and a wait (2 each); the end, and the execution's own
        ["the longest path creates about 36,004 history events, but AWS allows 25,000"],
    ),
    "a Map over a range": (
        JSONATA + "  A:\n    Type: Map\n    Items: '{% [1..7000] %}'\n    End: true\n    ItemProcessor: "
        "{StartAt: B, States: {B: {Type: Pass, End: true}}}\n",
        ["the longest path creates about 28,007 history events, but AWS allows 25,000"],
    ),
    "a distributed Map": (
        JSONATA + "  A:\n    Type: Map\n    Items: '{% [1..7000] %}'\n    End: true\n    ItemProcessor: "
        "{ProcessorConfig: {Mode: DISTRIBUTED}, StartAt: B, States: {B: {Type: Pass, End: true}}}\n",
        [],
    ),
    "many attempts": (
        "StartAt: A\nStates:\n  A: {Type: Task, Resource: x, Retry: [{ErrorEquals: [E], MaxAttempts: 9000}], End: true}\n",
        ["the longest path creates about 27,007 history events, but AWS allows 25,000"],
    ),
    "items that are not known": (
        JSONATA + "  A:\n    Type: Map\n    Items: '{% $states.input %}'\n    End: true\n    ItemProcessor: "
        "{StartAt: B, States: {B: {Type: Pass, End: true}}}\n",
        [],
    ),
}


def run_items(concurrency: str = "", *, resource: str = "glue:startJobRun.sync", mode: str = "DISTRIBUTED") -> str:
    """A machine with a Map that calls this resource for each item."""
    return (
        f"StartAt: A\nStates:\n  A:\n    Type: Map\n{concurrency}    End: true\n    ItemProcessor:\n"
        f"      ProcessorConfig: {{Mode: {mode}, ExecutionType: STANDARD}}\n      StartAt: B\n"
        f"      States: {{B: {{Type: Task, Resource: 'arn:aws:states:::{resource}', End: true}}}}\n"
    )


QUOTA = (
    "A can run {} items with a Glue job at the same time, and by default an account can have 200 concurrent job runs"
)


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (run_items("    MaxConcurrency: 201\n"), "201"),
        (run_items("    MaxConcurrency: 200\n"), None),
        (run_items(), "10,000"),
        (run_items("    MaxConcurrency: 0\n"), "10,000"),
        (run_items("    MaxConcurrencyPath: $.most\n"), None),
        (run_items("    QueryLanguage: JSONata\n    MaxConcurrency: '{% $most %}'\n"), None),
        (run_items("    QueryLanguage: JSONata\n    Items: [1, 2]\n"), None),
        (run_items(resource="lambda:invoke"), None),
        (run_items(mode="INLINE"), None),
    ],
)
def test_more_job_runs_than_an_account_may_have(definition: str, said: str | None):
    assert found("job-run-quota", definition) == ([QUOTA.format(said)] if said else [])


@pytest.mark.parametrize("name", EVENTS)
def test_history(name: str):
    definition, expected = EVENTS[name]
    assert found("history-too-long", definition) == expected
    assert found("history-too-long", definition, properties="StateMachineType: EXPRESS\n") == []


ROLE = (
    "R:\n  Type: AWS::IAM::Role\n  Properties:\n"
    "    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: %s}}]}\n"
    "    Policies: [{PolicyName: p, PolicyDocument: {Statement: [%s]}}]\n"
)
WITH_ROLE = "RoleArn: !GetAtt R.Arn\n"
LAMBDA = "StartAt: W\nStates:\n  W: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', %sEnd: true}\n"
UNUSED = {
    "logging": ("{Action: ['logs:*', 'xray:*', 'events:PutRule', 'kms:Decrypt'], Resource: '*'}", []),
    "all": ("{Action: '*', Resource: '*'}", []),
    "a wildcard that is used": ("{Action: 'lambda:*', Resource: '*'}", []),
    "another action": (
        "{Action: ['lambda:InvokeFunction', 'lambda:ListFunctions'], Resource: '*'}",
        ["no task of M uses lambda:ListFunctions"],
    ),
    "a denial": ("{Effect: Deny, Action: 'glue:*', Resource: '*'}", []),
    "all but": ("{Effect: Allow, NotAction: 'glue:*', Resource: '*'}", []),
}


@pytest.mark.parametrize("name", UNUSED)
def test_unused(name: str):
    statement, expected = UNUSED[name]
    states, roles = "states.amazonaws.com", "[states.amazonaws.com, lambda.amazonaws.com]"
    assert found("unused-permission", LAMBDA % "", ROLE % (states, statement), WITH_ROLE) == expected
    assert found("unused-permission", LAMBDA % "", ROLE % (roles, statement), WITH_ROLE) == []
    borrowed = LAMBDA % "Credentials: {RoleArn: r}, "
    assert found("unused-permission", borrowed, ROLE % (states, statement), WITH_ROLE) == []


def test_a_policy_that_two_roles_share_is_used_by_either():
    roles = "".join(
        f"{name}: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, "
        f"Principal: {{Service: states.amazonaws.com}}}}]}}, ManagedPolicyArns: [!Ref P]}}}}\n"
        for name in ("R", "Q")
    )
    policy = (
        "P: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, "
        "Action: [lambda:InvokeFunction, glue:GetJob], Resource: '*'}]}}}\n"
    )
    other = (
        "N:\n  Type: AWS::StepFunctions::StateMachine\n  Properties:\n    RoleArn: !GetAtt Q.Arn\n"
        "    Definition: {StartAt: W, States: {W: {Type: Succeed}}}\n"
    )
    assert found("unused-permission", LAMBDA % "", roles + policy + other, WITH_ROLE) == [
        "no task of M or N uses glue:GetJob"
    ]


def test_what_a_call_that_is_not_known_may_need_is_not_unused():
    ecs = "StartAt: W\nStates:\n  W: {Type: Task, Resource: 'arn:aws:states:::ecs:runTask', End: true}\n"
    granted = ROLE % ("states.amazonaws.com", "{Action: ['ecs:RunTask', 'sns:Publish'], Resource: '*'}")
    assert found("unused-permission", ecs, granted, WITH_ROLE) == []


WILDCARDS = {
    "logs:CreateLogDelivery": 0,
    "xray:PutTraceSegments": 0,
    "redshift-data:DescribeStatement": 0,
    "comprehend:DetectEntities": 0,
    "cloudwatch:PutMetricData": 0,
    "lambda:InvokeFunction": 1,
    "s3:*": 1,
    "'*'": 1,
    "glue:Get*": 1,
    "nothing:AtAll": 0,
}


@pytest.mark.parametrize("action", WILDCARDS)
def test_wildcards(action: str):
    granted = ROLE % ("states.amazonaws.com", f"{{Action: [{action}], Resource: '*'}}")
    assert len(found("wildcard-resource", LAMBDA % "", granted, WITH_ROLE)) == WILDCARDS[action]
    conditional = granted.replace("Resource: '*'", "Resource: '*', Condition: {StringEquals: {aws:ResourceAccount: a}}")
    assert found("wildcard-resource", LAMBDA % "", conditional, WITH_ROLE) == []


def test_a_distributed_map_starts_its_own_machine():
    definition = (
        "StartAt: E\nStates:\n  E:\n    Type: Map\n    End: true\n    ItemProcessor: {ProcessorConfig: "
        "{Mode: DISTRIBUTED, ExecutionType: STANDARD}, StartAt: B, States: {B: {Type: Pass, End: true}}}\n"
    )
    granted = ROLE % ("states.amazonaws.com", "{Action: [%s], Resource: !Ref M}")
    assert found("missing-permission", definition, granted % "states:StartExecution", WITH_ROLE) == []
    assert found("missing-permission", definition, granted % "states:StopExecution", WITH_ROLE) == [
        "E requires states:StartExecution on arn:aws:states:us-east-1:123456789012:stateMachine:M-XXXXXXXXXXXX"
    ]


def test_what_is_missing_is_told_once_with_all_of_it():
    definition = (
        "StartAt: A\nStates:\n"
        "  A: {Type: Task, Resource: 'arn:aws:states:::states:startExecution.sync:2', "
        "Parameters: {StateMachineArn: !Ref M}, Next: B}\n"
        "  B: {Type: Task, Resource: 'arn:aws:states:::states:startExecution', "
        "Parameters: {StateMachineArn: !Ref M}, End: true}\n"
    )
    granted = ROLE % ("states.amazonaws.com", "{Action: 'events:*', Resource: '*'}")
    here = "arn:aws:states:us-east-1:123456789012"
    assert found("missing-permission", definition, granted, WITH_ROLE) == [
        (
            f"A requires states:StartExecution on {here}:stateMachine:M-XXXXXXXXXXXX, and states:DescribeExecution on "
            f"{here}:execution:M-XXXXXXXXXXXX:*, and states:StopExecution on {here}:execution:M-XXXXXXXXXXXX:*"
        )
    ]


def test_an_own_key_that_lets_everyone_in_by_the_topic():
    more = (
        ROLE % ("states.amazonaws.com", "{Action: 'sns:Publish', Resource: !Ref T}")
        + "T: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref K}}\n"
        + "K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: %s, "
        "Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*'}]}}}\n"
    )
    publish = (
        "StartAt: W\nStates:\n  W: {Type: Task, Resource: 'arn:aws:states:::sns:publish', "
        "Parameters: {TopicArn: !Ref T}, End: true}\n"
    )
    assert found("topic-key-access", publish, more % "{AWS: '*'}", WITH_ROLE) == []
    assert found("topic-key-access", publish, more % "{AWS: !GetAtt R.Arn}", WITH_ROLE) == []
    assert found("topic-key-access", publish, more % "{AWS: someone}", WITH_ROLE) == [
        "R cannot use the key that encrypts T"
    ]
    chosen = publish.replace("TopicArn: !Ref T", "TopicArn.$: $.topic")
    assert found("topic-key-access", chosen, more % "{AWS: someone}", WITH_ROLE) == []


SUBSTITUTIONS = {
    "'{% \"${Table}\" %}'": 1,
    "'${Table}'": 0,
    "!Sub '{% \"${AWS::Region}\" %}'": 1,
    "{x: [{y: '{% ${Table} %}'}]}": 1,
    "'{% \"${!Literal}\" %}'": 0,
}


@pytest.mark.parametrize("output", SUBSTITUTIONS)
def test_substitutions(output: str):
    definition = f"{JSONATA}  A: {{Type: Pass, Output: {output}, End: true}}\n"
    properties = "DefinitionSubstitutions: {Table: '1'}\n"
    assert len(found("substitution-in-expression", definition, properties=properties)) == SUBSTITUTIONS[output]


def test_a_template_past_a_megabyte():
    definition = "StartAt: A\nStates:\n  A: {Type: Succeed}\n"
    assert found("limit-exceeded", definition + "# " + "x" * 999_800) == []
    (message,) = found("limit-exceeded", definition + "# " + "x" * 1_000_000)
    assert message.startswith("the template has 1,000,")
    assert message.endswith(" bytes, but CloudFormation allows 1,000,000")


HERE = "arn:aws:states:us-east-1:123456789012"
START = (
    "StartAt: A\nStates:\n  A: {Type: Task, Resource: 'arn:aws:states:::states:startExecution', "
    f"Parameters: {{StateMachineArn: '{HERE}:stateMachine:child:live'}}, End: true}}\n"
)
PUT = "StartAt: A\nStates:\n  A: {Type: Task, Resource: 'arn:aws:states:::dynamodb:putItem', %s, End: true}\n"
CHOSEN, KNOWN = "Parameters: {TableName.$: $.table}", "Parameters: {TableName: app-locked}"
TABLES = "arn:aws:dynamodb:us-east-1:123456789012:table"
ALLOW = f"{{Action: 'dynamodb:PutItem', Resource: '{TABLES}/app-*'}}"
GRANTED = {
    "the machine, for an alias of it": (
        START,
        f"{{Action: 'states:StartExecution', Resource: '{HERE}:stateMachine:child'}}",
        0,
    ),
    "a denial that may not be meant": (
        PUT % CHOSEN,
        f"{ALLOW}, {{Effect: Deny, Action: 'dynamodb:*', Resource: '{TABLES}/app-locked'}}",
        0,
    ),
    "a denial of what is not known": (
        PUT % KNOWN,
        f"{ALLOW}, {{Effect: Deny, Action: 'dynamodb:*', Resource: !Sub '{TABLES}/${{P}}'}}",
        0,
    ),
    "a denial that is meant": (
        PUT % KNOWN,
        f"{ALLOW}, {{Effect: Deny, Action: 'dynamodb:*', Resource: '{TABLES}/app-locked'}}",
        1,
    ),
    "a denial of everything": (PUT % CHOSEN, f"{ALLOW}, {{Effect: Deny, Action: '*', Resource: '*'}}", 1),
}


@pytest.mark.parametrize("name", GRANTED)
def test_what_is_granted(name: str):
    definition, statements, expected = GRANTED[name]
    granted = ROLE % ("states.amazonaws.com", statements)
    assert len(found("missing-permission", definition, granted, WITH_ROLE)) == expected


SURE = {
    "a call that is not known beside one that is": (
        "StartAt: A\nStates:\n  A: {Type: Task, Resource: 'arn:aws:states:::aws-sdk:s3:getObject', Next: B}\n"
        "  B: {Type: Task, Resource: 'arn:aws:states:::aws-sdk:s3:listObjectsV2', End: true}\n"
    ),
    "what is called by a parameter": "StartAt: A\nStates:\n  A: {Type: Task, Resource: !Ref P, End: true}\n",
    "the executions of a distributed Map": (
        "StartAt: E\nStates:\n  E:\n    Type: Map\n    End: true\n    ItemProcessor: {ProcessorConfig: "
        "{Mode: DISTRIBUTED}, StartAt: B, States: {B: {Type: Pass, End: true}}}\n"
    ),
}


@pytest.mark.parametrize("name", SURE)
def test_only_what_is_surely_unused_is_told(name: str):
    granted = ROLE % ("states.amazonaws.com", "{Action: ['s3:ListBucket', 'states:StopExecution'], Resource: '*'}")
    left = found("unused-permission", SURE[name], granted, WITH_ROLE)
    assert left == (["no task of M uses s3:ListBucket"] if "distributed" in name else [])


def test_a_guard_holds_on_the_way_that_its_rule_takes():
    definition = (
        "  A:\n    Type: Task\n    Resource: x\n    Catch: [{ErrorEquals: [E], Assign: {why: 1}, Next: B}]\n    Next: B\n"
        "  B:\n    Type: Choice\n    Choices: [{Condition: '{% $exists($why) %}', Next: C}]\n    Default: D\n"
        "  C: {Type: Fail, Cause: '{% $why %}'}\n  D: {Type: Pass, Output: '{% $why %}', End: true}\n"
    )
    assert found("jsonata-unassigned", JSONATA + definition) == ["$why is not assigned on every path to D"]


def test_variables_of_jsonpath_states():
    definition = (
        "StartAt: A\nStates:\n  A: {Type: Pass, Assign: {x.$: $.a}, Next: B}\n"
        "  B: {Type: Pass, QueryLanguage: JSONata, Output: '{% $x %}', Next: C}\n  C:\n    Type: Map\n    End: true\n"
        "    ItemProcessor: {StartAt: D, States: {D: {Type: Pass, Assign: {x.$: $.b}, End: true}}}\n"
    )
    assert found("jsonata-unassigned", definition) == []
    assert found("jsonata-shadowing", definition) == ["$x is already assigned in an outer scope"]


def test_a_number_of_jsonpath_counts_only_where_something_counts():
    definition = POLL % ("", "Variable: $.n, NumericLessThan: 90000", "")
    assert found("history-too-long", definition) == []
    counting = POLL % ("", "Variable: $.n, NumericLessThan: 90000", ", Parameters: {n.$: 'States.MathAdd($.n, 1)'}")
    assert len(found("history-too-long", counting)) == 1
    assert found("history-too-long", "TimeoutSeconds: 3600\n" + counting) == []


def test_a_counter_that_ends_at_a_number():
    head = "QueryLanguage: JSONata\n"
    definition = POLL % (head, "Condition: '{% $n != 20 %}'", ", Assign: {n: '{% $n + 1 %}'}")
    assert found("polling-without-bound", definition) == []


@pytest.mark.parametrize(
    ("kind", "action", "count"),
    [("EXPRESS", "StartSyncExecution", 0), ("EXPRESS", "StartExecution", 1), ("STANDARD", "StartSyncExecution", 1)],
)
def test_the_caller_of_a_synchronous_express_machine_gets_the_error(kind: str, action: str, count: int):
    definition = "StartAt: A\nStates:\n  A: {Type: Task, Resource: 'arn:aws:states:::sns:publish', End: true}\n"
    caller = f"Caller: {{Type: AWS::ApiGatewayV2::Integration, Properties: {{IntegrationSubtype: StepFunctions-{action}}}}}\n"
    messages = found("failure-not-notified", definition, caller, f"StateMachineType: {kind}\n")
    assert messages == ["if A fails, no notification is sent"] * count
