"""The deployment settings of an environment, beside its changes to the plan."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.plan import names
from sfnorch.plan.fields import reject_code
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.parameters import ParameterName, ParameterValue
from sfnorch.plan.scalars import write_scalar
from sfnorch.plan.values import ScalarText

NAME_HOLE, ENVIRONMENT_HOLE = "{name}", "{environment}"
"""What `job_name` has in place of the name of a job in the plan, and of the name of the environment."""


def _check_job_name(template: str) -> str:
    if template.count(NAME_HOLE) != 1 or re.search(r"[{}]", _fill(template, "", "")):
        raise PydanticCustomError(
            "job_name_template",
            "{template} is invalid: it must contain {name} once, and can contain {environment}",
            {"template": repr(template), "name": NAME_HOLE, "environment": ENVIRONMENT_HOLE},
        )
    return template


def _fill(template: str, name: str, environment: str) -> str:
    return template.replace(ENVIRONMENT_HOLE, environment).replace(NAME_HOLE, name)


class EnvironmentSettings(Model):
    """Where and how the stack of an environment is deployed."""

    account: (
        Annotated[
            str,
            BeforeValidator(write_scalar),
            Field(pattern=names.ACCOUNT),
            WithJsonSchema({"type": ["string", "integer"]}),
        ]
        | None
    ) = Field(
        default=None,
        description="AWS account of the stack. Commands refuse credentials of another account.",
        examples=["123456789012"],
    )
    region: Annotated[str, Field(pattern=names.REGION)] | None = Field(
        default=None, description="AWS Region of the stack.", examples=["eu-central-1"]
    )
    profile: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None,
        description="Profile of the AWS CLI with the credentials. It is not used if variables such as "
        "AWS_ACCESS_KEY_ID have credentials.",
        examples=["data-prod"],
    )
    stack_name: Annotated[str, Field(pattern=names.STACK)] | None = Field(
        default=None,
        description="Name of the stack. Default: the name of the plan and the name of the environment.",
        examples=["nightly-etl-prod"],
    )
    role_arn: Annotated[str, Field(pattern=names.ROLE_ARN)] | None = Field(
        default=None,
        description="ARN of the IAM role that CloudFormation assumes.",
        examples=["arn:aws:iam::123456789012:role/deployment"],
    )
    s3_bucket: Annotated[str, Field(pattern=names.BUCKET)] | None = Field(
        default=None,
        description="S3 bucket for large templates and the code of functions.",
        examples=["our-deployments"],
    )
    parameters: dict[Annotated[str, Field(pattern=names.STACK_PARAMETER)], ScalarText] = Field(
        default={},
        description="Values of stack parameters. `--parameter-overrides` overrides them.",
        examples=[{"PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary"}],
    )
    params: dict[ParameterName, ParameterValue | None] = Field(
        default={},
        description="Defaults of run parameters, by name. null removes a default.",
        examples=[{"mode": "delta"}],
    )
    job_name: Annotated[str, AfterValidator(reject_code), AfterValidator(_check_job_name)] | None = Field(
        default=None,
        description="Names of the Glue jobs in the environment: {name} is the name in the plan, {environment} the name "
        "of the environment.",
        examples=["{name}-{environment}"],
    )
    job_suffix: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(reject_code)] | None = Field(
        default=None, description="Suffix of the names of the Glue jobs in the environment.", examples=["-prod"]
    )

    @model_validator(mode="after")
    def _refuse_two_names(self) -> EnvironmentSettings:
        if self.job_name and self.job_suffix:
            raise PydanticCustomError("two_names", "job_name and job_suffix exclude each other; remove one of them")
        return self

    def name_job(self, name: str, environment: str) -> str:
        """Return the name of a job of the plan in the environment of this name."""
        if self.job_name:
            return _fill(self.job_name, name, environment)
        return name + (self.job_suffix or "")

    def name_prefix(self, prefix: str, environment: str) -> str:
        """Return the prefix of the names in the environment of the jobs with a `prefix` that ends in `*`."""
        before, _, _ = (self.job_name or NAME_HOLE).partition(NAME_HOLE)
        return _fill(before, "", environment) + prefix
