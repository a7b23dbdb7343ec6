"""The pytest plugin: scenario files as tests, and the fixture that runs a scenario."""

from __future__ import annotations

PLAN = """\
pattern: master-child
name: etl
children:
- {name: orders, jobs: [a, b]}
- {name: prices, jobs: [c]}
"""

SUITE = """\
scenarios:
- name: clean
- name: <job> fails
  examples: [{job: b}]
  given: {failures: {<job>: always}}
  expect: {executions: {orders: {status: FAILED, failed_at: <job>}}, jobs: {not_run: [c]}}
- name: unknown job
  given: {failures: {bb: always}}
"""

TESTS = """\
import pytest
import sfnorch


def test_passes(run_scenario):
    run = run_scenario(given={"failures": {"b": 1}}, expect={"executions": {"orders": "FAILED"}})
    assert run.document["figures"]["seconds"] == 600
    assert run.simulation.run.first.status == "SUCCEEDED"
    run.expect(jobs={"ran": ["a", "b", "c"]})


def test_differs(run_scenario):
    run_scenario(target={"plan": "sfnorch.yaml"}, params={}).expect(status="FAILED", ends_within="1m")


def test_wrong_keys(run_scenario):
    with pytest.raises(sfnorch.SfnorchError, match="unknown key 'fails'; did you mean failures?"):
        run_scenario(given={"fails": {}})
"""


def test_scenario_files_are_collected_on_request(pytester):
    pytester.makefile(".yaml", sfnorch=PLAN)
    pytester.path.joinpath("etl.sfntest.yaml").write_text(SUITE)
    assert pytester.runpytest_inprocess("-p", "no:cacheprovider").ret == 5  # no test is collected
    result = pytester.runpytest_inprocess("--sfnorch", "-p", "no:cacheprovider", "-v")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "etl.sfntest.yaml::clean PASSED*",
            "etl.sfntest.yaml::b fails FAILED*",
            "etl.sfntest.yaml::unknown job FAILED*",
            "*etl.sfntest.yaml:6: expect.jobs.not_run, at T+00s",
            "  expected  no run of c",
            "  found     1 run",
            "timeline",
            "> T+00s  master starts",
            "*etl.sfntest.yaml:8: given.failures: unknown job 'bb'; did you mean b?",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_an_invalid_file_is_an_error_of_the_collection(pytester):
    pytester.path.joinpath("etl.sfntest.yaml").write_text("scenarios: [{nam: a}]")
    result = pytester.runpytest_inprocess("--sfnorch", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*unknown key 'nam'; did you mean name? (*etl.sfntest.yaml, line 1)*"])


def test_scenarios_from_python(pytester):
    pytester.makefile(".yaml", sfnorch=PLAN)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            'E*AssertionError: expect.status: expected "FAILED", found SUCCEEDED',
            "E*expect.ends_within: expected at most 01m, found 10m",
        ]
    )
