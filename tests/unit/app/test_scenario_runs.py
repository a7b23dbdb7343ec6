"""Reports of scenarios: the coverage of templates that differ by their parameters, and results without their runs."""

from __future__ import annotations

import pickle
from pathlib import Path

from sfnorch.app.scenario_runs import ScenarioRequest, run_scenarios

TEMPLATE = """\
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Always:
    Type: AWS::StepFunctions::StateMachine
    Properties: &properties
      RoleArn: arn:aws:iam::123456789012:role/etl
      Definition:
        StartAt: Check
        States:
          Check: {Type: Choice, Choices: [{Variable: $.a, NumericEquals: 1, Next: Done}], Default: Done}
          Done: {Type: Succeed}
  OnlyProd: {Type: AWS::StepFunctions::StateMachine, Condition: IsProd, Properties: *properties}
"""
SUITE = """\
target: {template: template.yaml, machine: Always}
scenarios:
- {name: dev, input: {a: 1}}
- {name: prod, input: {a: 2}, parameters: {Stage: prod}}
- {name: wrong, input: {a: 2}, parameters: {Stage: prod}, expect: {status: FAILED}}
- {name: unknown, parameters: {Stag: prod}}
"""


def test_a_target_has_the_parts_of_all_its_templates(tmp_path: Path):
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "a.sfntest.yaml").write_text(SUITE)
    report = run_scenarios(ScenarioRequest(files=(tmp_path,)))
    assert [each.outcome.value for each in report.results] == ["passed", "passed", "failed", "error"]
    assert [each.simulation is None for each in report.results] == [True, True, False, True]
    assert [each.line for each in report.results] == [3, 4, 5, 6]
    ((name, coverage),) = report.coverage.items()
    assert name == str(tmp_path / "template.yaml")
    assert [str(part).replace("-XXXXXXXXXXXX", "") for part in coverage.list_missed()] == [
        "OnlyProd.Check",
        "OnlyProd.Check.Choices[0]",
        "OnlyProd.Check.Default",
        "OnlyProd.Done",
    ]
    assert (coverage.count(), report.reached_share) == ((4, 8), 0.5)
    several = run_scenarios(ScenarioRequest(files=(tmp_path,), processes=3))
    assert pickle.loads(pickle.dumps(several.results)) is not None  # noqa: S301 - our own
    assert [(each.name, each.outcome, each.mismatches, each.reached) for each in several.results] == [
        (each.name, each.outcome, each.mismatches, each.reached) for each in report.results
    ]
    assert several.coverage == report.coverage
