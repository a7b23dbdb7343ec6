"""Lists of jobs from the plan, from a stack parameter or from the input.

A list is a JSON array of names, or one comma-separated string; blanks around a name are removed. In the input of a
master and of `dynamic`, a job can also be an object `{name, arguments}`. Variables: `given`, the list from the input
(null without one); `jobs`, the names of the jobs to run; `added`, a list with the arguments of each job from the input,
or with one entry for all jobs; `settings`, the settings in the plan by job name, for other lists too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.asl import ChoiceRule, Expression, Fail, Value, jsonata, read_program
from sfnorch.patterns.given_jobs import collect_settings
from sfnorch.protocol.job_list import JobListState, JobListVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyJob

INPUT_JOBS = jsonata("$exists($states.input.glueJobs) ? $states.input.glueJobs : null")
"""JSONata: the list of jobs from the input, or null."""

_NAMES = r'[$split($join(<{given}>, ","), ",").$replace($, /^\s+|\s+$/, "")[$ != ""]]'


def assign_given_jobs(jobs: Sequence[AnyJob]) -> dict[str, Value]:
    """Return what `ResolveJobs` assigns: the settings in the plan, and the jobs and arguments from the input."""
    settings = collect_settings(jobs)
    return {
        **({JobListVariable.SETTINGS: settings} if settings else {}),
        JobListVariable.GIVEN: INPUT_JOBS,
        JobListVariable.ADDED: jsonata("[$states.input.arguments]"),
    }


def build_list_rule(given: Expression, renamed: Mapping[str, str]) -> ChoiceRule:
    """Return the rule of CheckJobs that matches if `given` yields a valid list of names, and assigns `jobs`.

    `renamed` are the names of jobs in the environment by their names in the plan: a list can have both.
    """
    return ChoiceRule(
        condition=read_program(__package__, "are_names").fill(given=given),
        assign={JobListVariable.JOBS: _list_full_names(given, renamed)},
        next=JobListState.RUN_GIVEN_JOBS,
    )


def build_job_rule(renamed: Mapping[str, str]) -> ChoiceRule:
    """Return the rule of CheckJobs that matches if `$given` is a valid list of names and objects.

    `renamed` are the names of jobs in the environment by their names in the plan: a list can have both.
    """
    names = list_names(jsonata("$given"))
    valid = read_program(__package__, "valid_jobs").fill(
        names=read_program(__package__, "are_names").fill(given=names), valid_arguments=build_arguments_check()
    )
    return ChoiceRule(
        condition=valid,
        assign={
            JobListVariable.JOBS: _list_full_names(names, renamed),
            JobListVariable.ADDED: list_job_arguments(jsonata("$given"), jsonata("$added")),
        },
        next=JobListState.RUN_GIVEN_JOBS,
    )


def _list_full_names(given: Expression, renamed: Mapping[str, str]) -> Expression:
    names = jsonata(_NAMES, given=given)
    return read_program(__package__, "full_names").fill(names=names, renamed=dict(renamed)) if renamed else names


def build_arguments_check() -> Expression:
    """Return the expression for whether all arguments in the list `$found` are valid."""
    return read_program(__package__, "valid_arguments").fill()


def list_names(given: Expression) -> Expression:
    """Return the expression for the names in a list of names and objects."""
    return jsonata('[<{given}>.($type($) = "object" ? name : $)]', given=given)


def list_job_arguments(given: Expression, shared: Expression) -> Expression:
    """Return the expression for the arguments of each job in a list of names and objects; `shared` are for all jobs."""
    return read_program(__package__, "listed_arguments").fill(given=given, shared=shared)


def build_invalid_input_state(*, objects: bool = False) -> Fail:
    """Return the Fail state `InvalidInput`, whose cause has the expected and the actual list."""
    wanted = "names and objects {name, arguments}" if objects else "names"
    cause = jsonata(
        "<<wanted>> & $substring($string($given), 0, 500)",
        wanted=f"glueJobs must be a list of {wanted} or a string, 'a,b'; got ",
    )
    return Fail(name=SharedState.INVALID_INPUT, error=INVALID_INPUT_ERROR, cause=cause)
