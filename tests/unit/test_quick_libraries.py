"""cfn-lint finds in templates with faults what it finds where nothing is done faster."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cfnlint.jsonschema.validators
import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner

from tests import lint_once, quick_libraries

ROOT = Path(__file__).parents[2]

_CODE = """\
import json, sys
from tests.unit.test_quick_libraries import found
import cfnlint.jsonschema.validators as validators
json.dump([validators.create.__module__, found()], sys.stdout)
"""


def faulty() -> dict[str, Any]:
    """Return a template with functions, conditions, transforms, a state machine, and faults of many kinds."""
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Task", "Resource": "none", "Next": "B", "Retry": [{"ErrorEquals": "x", "MaxAttempts": -1}]},
            "B": {"Type": "Choice", "Choices": [{"Variable": 1, "Next": "C"}], "Unknown": True},
        },
    }
    topic = {"DisplayName": {"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, {"Fn::Sub": "${Name}-${None}"}]}}
    bucket = {"BucketName": {"Ref": "Name"}, "Tags": {"Key": "a"}, "AccessControl": "None", "More": {"Ref": "Missing"}}
    statement = {"Effect": "Maybe", "Action": ["s3:Get*", 1], "Resource": {"Fn::GetAtt": ["Bucket", "None"]}}
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "Path": 5}
    machine = {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "Definition": definition}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Name": {"Type": "String", "Default": "UPPER_case"}, "Unused": {"Type": "Number"}},
        "Mappings": {"Sizes": {"eu": {"small": 1}}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-central-1"]}, "Bad": {"Fn::Not": "x"}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Condition": "Prod", "Properties": topic},
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": bucket, "DependsOn": ["Topic", "Nothing"]},
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
            "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Threshold": "x", "Period": 7}},
        },
        "Outputs": {"Size": {"Value": {"Fn::FindInMap": ["Sizes", "eu", "large"]}}},
    }


def found() -> list[list[Any]]:
    """Return all that cfn-lint finds, in its order: in the same template twice, as rules keep what they have seen."""
    runner = Runner(ConfigMixIn(regions=["us-east-1"]))
    return [
        [match.rule.id, match.message, [str(step) for step in getattr(match, "path", None) or ()]]
        for _ in range(2)
        for match in lint_once.look(runner, faulty())
    ]


@pytest.mark.slow
def test_what_is_done_faster_finds_the_same():
    alone = subprocess.run([sys.executable, "-c", _CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert cfnlint.jsonschema.validators.create.__module__ == quick_libraries.__name__
    here = found()
    assert json.loads(alone.stdout) == ["cfnlint.jsonschema.validators", here]
    assert len({rule for rule, *_ in here}) > 10
