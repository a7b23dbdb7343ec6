"""Use the deployment settings of an environment: values of parameters, and the account and Region."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.app.account import AwsAccount
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.plan.errors import PlanError
from sfnorch.template.parameters import find_parameter_faults
from sfnorch.workflow import ENVIRONMENT

if TYPE_CHECKING:
    from sfnorch.origin import Origin
    from sfnorch.plan.composition.environment import Environment
    from sfnorch.template.located import Object

_PARAMETERS = "parameters"
_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
"""Variables with credentials, with the token for them, or with the place where a container gets them.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html (documented)
"""


def list_parameter_values(
    environment: Environment | None, declared: Object, given: Mapping[str, str]
) -> dict[str, str]:
    """Return the values of stack parameters: those of the environment, and the `given` ones, which override them.

    The parameter Environment is the name of the environment. Raises PlanError for parameters that the template does not
    declare, and for values that it does not allow.
    """
    if environment is None:
        return dict(given)
    own = environment.settings.parameters
    findings = [
        environment.node.members[_PARAMETERS].members[name].place.create_finding(fault)
        for name, value in own.items()
        for fault in find_parameter_faults(declared, {name: value}, kept=declared)
    ]
    if findings:
        raise PlanError(findings)
    named = {ENVIRONMENT: environment.name} if ENVIRONMENT in declared else {}
    return {**named, **own, **given}


def choose_bucket(environment: Environment | None, given: str, *, resolve: bool) -> str:
    """Return the bucket of a request, else that of the environment; empty for the default bucket.

    `resolve`: whether the request is for the default bucket.
    """
    own = environment.settings.s3_bucket if environment and not resolve else None
    return given or own or ""


def open_environment_account(environment: Environment | None, account: AwsAccount | None) -> AwsAccount:
    """Return the account of a use case: the given one, or that of the environment.

    Raises SfnorchError if its Region or the account of its credentials is not that of the environment.
    """
    if environment is None:
        return account or AwsAccount()
    settings = environment.settings
    account = account or AwsAccount(region=settings.region, profile=choose_profile(environment))
    refuse_foreign_account(environment, account)
    return account


def choose_profile(environment: Environment) -> str | None:
    """Return the profile of the environment; None if the variables of the process have credentials, as in a CI.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
    """
    return None if any(os.environ.get(name) for name in _CREDENTIALS) else environment.settings.profile


def refuse_foreign_account(environment: Environment, account: AwsAccount) -> None:
    """Raise SfnorchError if the Region, or the account of the credentials, is not that of the environment."""
    settings, name = environment.settings, environment.name
    if settings.region and account.session.region != settings.region:
        raise SfnorchError(
            f"The Region is {account.session.region or 'unknown'}, and the environment {name} is in {settings.region}",
            hint="nothing was changed; remove --region, or choose another environment",
        )
    if settings.account is None:
        return
    with account.waits("Reading the account of the credentials"):
        own = account.session.account
    if own != settings.account:
        raise SfnorchError(
            f"The credentials are those of the account {own}, and the environment {name} is in {settings.account}",
            hint="nothing was changed; choose another profile with --profile, or another environment",
        )


def refuse_base_plan(environments: Sequence[str], environment: Environment | None) -> None:
    """Raise RequestError for a plan with environments of which none is chosen."""
    if environments and environment is None:
        raise RequestError(f": the plan has environments; choose one: {', '.join(environments)}", field="environment")


def refuse_other_environment(origin: Origin | None, environment: Environment | None) -> None:
    """Raise SfnorchError for a template that was rendered for another environment."""
    if origin and environment and origin.environment not in ("", environment.name):
        raise SfnorchError(
            f"The template is that of the environment {origin.environment}, not of {environment.name}",
            hint=f"render it again with --env {environment.name}, or choose the other environment",
        )
