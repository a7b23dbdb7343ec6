from __future__ import annotations

from sfnorch.template.names import find_name_faults
from sfnorch.template.reader import parse_template

TEMPLATE = parse_template(
    """\
Parameters:
  Prefix: {Type: String, Default: pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp}
  Given: {Type: String, Default: a}
Conditions: {Never: !Equals [a, b]}
Resources:
  Clean: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: !Sub '${AWS::StackName}-clean'}}
  Sam: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: !Sub '${Given}-${AWS::StackName}'}}
  Kept: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: !Sub '${Prefix}-${AWS::StackName}'}}
  Unnamed: {Type: 'AWS::Lambda::Function', Properties: {Role: r}}
  Apart: {Type: 'AWS::Lambda::Function', Condition: Never, Properties: {FunctionName: !Sub '${AWS::StackName}-apart'}}
  Machine: {Type: 'AWS::StepFunctions::StateMachine', Properties: {StateMachineName: !Sub '${AWS::StackName}-flow'}}
""",
    "t.yaml",
).data


def test_names_are_as_long_as_the_stacks_name_makes_them():
    stack = "s" * 59
    assert list(find_name_faults(TEMPLATE, {"Given": "long-one"}, stack)) == [
        (
            f"Clean: the name {stack}-clean has 65 characters, but Lambda allows 64; "
            "shorten this name or the stack name by 1"
        ),
        (
            f"Sam: the name long-one-{stack} has 68 characters, but Lambda allows 64; "
            "shorten this name or the stack name by 4"
        ),
    ]
    stack = "s" * 76
    assert list(find_name_faults(TEMPLATE, {"Given": "a"}, stack))[-1] == (
        f"Machine: the name {stack}-flow has 81 characters, but Step Functions allows 80; "
        "shorten this name or the stack name by 1"
    )


def test_names_that_fit():
    assert list(find_name_faults(TEMPLATE, {}, "s" * 58)) == []


def test_names_of_rules_queues_and_groups():
    template = parse_template(
        """\
Resources:
  Rule: {Type: 'AWS::Events::Rule', Properties: {Name: !Sub '${AWS::StackName}-start-orders'}}
  Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::StackName}-undelivered-starts'}}
  Group: {Type: 'AWS::Scheduler::ScheduleGroup', Properties: {Name: !Ref 'AWS::StackName'}}
""",
        "t.yaml",
    ).data
    stack = "s" * 65
    assert list(find_name_faults(template, {}, stack)) == [
        (
            f"Rule: the name {stack}-start-orders has 78 characters, but EventBridge allows 64; "
            "shorten this name or the stack name by 14"
        ),
        (
            f"Queue: the name {stack}-undelivered-starts has 84 characters, but Amazon SQS allows 80; "
            "shorten this name or the stack name by 4"
        ),
        (
            f"Group: the name {stack} has 65 characters, but EventBridge Scheduler allows 64; "
            "shorten this name or the stack name by 1"
        ),
    ]
    assert list(find_name_faults(template, {}, "s" * 51)) == []
