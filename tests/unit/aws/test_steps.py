"""What a deployment has to do, for every state that a stack can be in."""

from __future__ import annotations

import botocore.session
import pytest

from sfnorch.aws.stacks import Stack
from sfnorch.aws.steps import (
    DeploymentRequest,
    StepAction,
    build_change_set_request,
    build_token,
    derive_digest,
    find_own_verb,
    plan_steps,
)
from sfnorch.errors import SfnorchError

DIGEST = "0123456789abcdef"
CHANGE = [StepAction.CHANGE_SET, StepAction.REVIEW, StepAction.EXECUTE]


def stack(status: str, **more: object) -> Stack:
    return Stack(id="arn:stack/s/1", name="s", status=status, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "before"),
    [
        ("", []),
        ("REVIEW_IN_PROGRESS", []),
        ("CREATE_COMPLETE", []),
        ("UPDATE_COMPLETE", []),
        ("UPDATE_ROLLBACK_COMPLETE", []),
        ("IMPORT_COMPLETE", []),
        ("IMPORT_ROLLBACK_COMPLETE", []),
        ("ROLLBACK_COMPLETE", [StepAction.DELETE]),
        ("ROLLBACK_FAILED", [StepAction.DELETE]),
        ("CREATE_FAILED", [StepAction.DELETE]),
        ("DELETE_FAILED", [StepAction.DELETE]),
        ("UPDATE_FAILED", [StepAction.ROLL_BACK]),
        ("UPDATE_ROLLBACK_FAILED", [StepAction.CONTINUE_ROLLBACK]),
    ],
)
def test_a_stack_at_rest(status: str, before: list[StepAction]):
    planned = plan_steps(stack(status) if status else None, DIGEST)
    assert [step.verb for step in planned] == [*before, *CHANGE]
    assert all(step.says and step.question and not step.firm for step in planned[: len(before)])


def test_a_rollback_is_forced_only_on_request():
    failed = stack("UPDATE_ROLLBACK_FAILED")
    (step, *rest) = plan_steps(failed, DIGEST, force_rollback=True)
    assert (step.verb, step.question) == (
        StepAction.FORCE_ROLLBACK,
        "Skip these resources, and force the rollback first?",
    )
    assert [each.verb for each in rest] == CHANGE
    for status in ("UPDATE_FAILED", "ROLLBACK_COMPLETE", "UPDATE_COMPLETE"):
        verbs = [each.verb for each in plan_steps(stack(status), DIGEST, force_rollback=True)]
        assert StepAction.FORCE_ROLLBACK not in verbs
    waiting = plan_steps(
        stack("UPDATE_ROLLBACK_IN_PROGRESS"), DIGEST, build_token(DIGEST, StepAction.FORCE_ROLLBACK, "1a")
    )
    assert (waiting[0].verb, waiting[0].question) == (StepAction.AWAIT, "")


def test_a_failed_update_in_express_mode_without_rollback():
    """CloudFormation does not roll it back, and takes only another one of its kind."""
    failed = stack("UPDATE_FAILED", express=True)
    assert [step.verb for step in plan_steps(failed, DIGEST, retries=True)] == CHANGE
    with pytest.raises(SfnorchError) as error:
        plan_steps(failed, DIGEST)
    assert (error.value.message, error.value.hint) == (
        "s is UPDATE_FAILED after an update in express mode without rollback, which CloudFormation can't roll back",
        "deploy a template that succeeds, or the last one that did, with --express --on-failure keep",
    )
    assert plan_steps(stack("UPDATE_FAILED"), DIGEST, retries=True)[0].verb is StepAction.ROLL_BACK
    assert plan_steps(stack("UPDATE_ROLLBACK_FAILED", express=True), DIGEST)[0].verb is StepAction.CONTINUE_ROLLBACK


def test_every_status_that_cloudformation_has_leads_somewhere_or_is_told():
    statuses = botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").enum
    told = []
    for status in statuses:
        if status == "DELETE_COMPLETE":  # no stack any more
            continue
        try:
            assert plan_steps(stack(status), DIGEST)
        except SfnorchError as error:
            told.append(error.message)
    assert told == ["s is IMPORT_ROLLBACK_FAILED, from which sfnorch can't deploy"]


@pytest.mark.parametrize(
    ("status", "operation_token", "verb", "firm", "asks"),
    [
        ("CREATE_IN_PROGRESS", build_token(DIGEST, StepAction.EXECUTE, "1a"), StepAction.FOLLOW, False, False),
        ("UPDATE_ROLLBACK_IN_PROGRESS", build_token(DIGEST, StepAction.EXECUTE, "1a"), StepAction.FOLLOW, False, False),
        ("DELETE_IN_PROGRESS", build_token(DIGEST, StepAction.DELETE, "1a"), StepAction.AWAIT, False, False),
        (
            "UPDATE_ROLLBACK_IN_PROGRESS",
            build_token(DIGEST, StepAction.ROLL_BACK, "1a"),
            StepAction.AWAIT,
            False,
            False,
        ),
        ("UPDATE_IN_PROGRESS", build_token("f" * 16, StepAction.EXECUTE, "1a"), StepAction.AWAIT, True, True),
        ("UPDATE_IN_PROGRESS", "Console-UpdateStack-1", StepAction.AWAIT, True, True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "", StepAction.AWAIT, True, True),
        ("DELETE_IN_PROGRESS", "", StepAction.AWAIT, False, True),
    ],
)
def test_an_operation_under_way(status: str, operation_token: str, verb: StepAction, firm: bool, asks: bool):
    (step,) = plan_steps(stack(status), DIGEST, operation_token)
    assert (step.verb, step.firm, bool(step.question)) == (verb, firm, asks)
    assert status in step.says


def test_without_execution_the_change_set_is_the_end():
    assert [step.verb for step in plan_steps(None, DIGEST, execute=False)] == [StepAction.CHANGE_SET]


def test_a_digest_is_found_again_in_names_and_tokens():
    wish = DeploymentRequest(stack_name="s", body="x")
    assert derive_digest(f"sfnorch-{wish.digest}-12ab34cd") == wish.digest
    assert len(derive_digest("anyone's")) == 16
    assert find_own_verb(build_token(wish.digest, StepAction.EXECUTE, "0f"), wish.digest) is StepAction.EXECUTE
    assert find_own_verb(build_token(wish.digest, StepAction.EXECUTE, "0f"), DIGEST) is None


def test_a_digest_is_another_for_all_that_matters():
    first = DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}, secret=("P",))
    others = [
        DeploymentRequest(stack_name="t", body="x", parameters={"P": "a"}, secret=("P",)),
        DeploymentRequest(stack_name="s", body="y", parameters={"P": "a"}, secret=("P",)),
        DeploymentRequest(stack_name="s", body="x", parameters={"P": "b"}, secret=("P",)),
        DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}),
        DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}, secret=("P",), tags={"a": "b"}),
        DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}, secret=("P",), role_arn="r"),
        DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}, secret=("P",), on_failure="keep"),
        DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}, secret=("P",), express=True),
        DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}, secret=("P",), revert_drift=True),
    ]
    assert len({wish.digest for wish in (first, *others)}) == 10
    forced = DeploymentRequest(stack_name="s", body="x", parameters={"P": "a"}, secret=("P",), force_rollback=True)
    assert forced.digest == first.digest  # the same change set follows
    assert (
        first.digest
        == DeploymentRequest(stack_name="s", body="x", url="u", parameters={"P": "a"}, secret=("P",)).digest
    )


def test_a_request_for_a_new_stack():
    wish = DeploymentRequest(
        stack_name="s",
        body="x",
        url="https://b/k",
        declared=("P", "Q"),
        parameters={"P": "a"},
        tags={"team": "data"},
        role_arn="arn:role",
        on_failure="delete",
    )
    for before in (None, stack("REVIEW_IN_PROGRESS", parameters={"Q": "old"})):
        assert build_change_set_request(wish, before, "n") == {
            "StackName": "s",
            "ChangeSetName": "n",
            "ChangeSetType": "CREATE",
            "Parameters": [{"ParameterKey": "P", "ParameterValue": "a"}],
            "Capabilities": ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
            "ClientToken": "n",
            "OnStackFailure": "DELETE",
            "Description": "created by sfnorch deploy",
            "TemplateURL": "https://b/k",
            "RoleARN": "arn:role",
            "Tags": [{"Key": "team", "Value": "data"}],
        }


@pytest.mark.parametrize(
    ("on_failure", "told"), [("rollback", "ROLLBACK"), ("delete", "ROLLBACK"), ("keep", "DO_NOTHING")]
)
def test_a_request_for_an_update(on_failure: str, told: str):
    wish = DeploymentRequest(
        stack_name="s", body="x", declared=("P", "Q", "R"), parameters={"P": "a"}, on_failure=on_failure
    )  # type: ignore[arg-type]
    assert build_change_set_request(wish, stack("CREATE_COMPLETE", parameters={"P": "o", "Q": "o", "Z": "o"}), "n") == {
        "StackName": "s",
        "ChangeSetName": "n",
        "ChangeSetType": "UPDATE",
        "Parameters": [
            {"ParameterKey": "P", "ParameterValue": "a"},
            {"ParameterKey": "Q", "UsePreviousValue": True},
        ],
        "Capabilities": ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        "ClientToken": "n",
        "OnStackFailure": told,
        "Description": "created by sfnorch deploy",
        "TemplateBody": "x",
    }


@pytest.mark.parametrize("status", ["", "REVIEW_IN_PROGRESS", "UPDATE_COMPLETE"])
def test_a_request_in_express_mode_that_reverts_drift(status: str):
    wish = DeploymentRequest(stack_name="s", body="x", express=True, revert_drift=True)
    request = build_change_set_request(wish, stack(status) if status else None, "n")
    assert request["DeploymentConfig"] == {"Mode": "EXPRESS", "DisableRollback": False}
    assert request.get("DeploymentMode") == ("REVERT_DRIFT" if status == "UPDATE_COMPLETE" else None)
    assert "OnStackFailure" not in request
    assert (wish.settled, wish.is_reusable) == (True, False)


def test_a_request_in_express_mode_without_rollback():
    wish = DeploymentRequest(stack_name="s", body="x", express=True, on_failure="keep")
    request = build_change_set_request(wish, None, "n")
    assert request["DeploymentConfig"] == {"Mode": "EXPRESS", "DisableRollback": True}
    assert "DeploymentMode" not in request
