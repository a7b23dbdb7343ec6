"""The documents of the effective plan, and of a command for several plans or environments."""

from __future__ import annotations

from typing import TypedDict

from sfnorch.documents.errors import Error
from sfnorch.json_values import Json


class SettingsData(TypedDict):
    """The deployment settings of an environment."""

    stackName: str
    """Name of the stack."""
    account: str | None
    """AWS account; null if the environment has none."""
    region: str | None
    """AWS Region; null if the environment has none."""
    profile: str | None
    """Profile of the AWS CLI; null if the environment has none."""
    roleArn: str | None
    """ARN of the role that CloudFormation assumes; null if the environment has none."""
    s3Bucket: str | None
    """S3 bucket; null if the environment has none."""
    parameters: dict[str, str]
    """Values of stack parameters, by name."""
    jobNames: dict[str, str]
    """Names of the Glue jobs in the environment, by their names in the plan; empty if they do not differ."""


class OriginData(TypedDict):
    """The place of a value in a file."""

    file: str
    """File that has the value."""
    line: int
    """Line in the file, from 1."""
    path: str
    """Path of the value in the file."""


class PlanDocument(TypedDict):
    """The effective plan, with the origins of its values."""

    file: str
    """File of the plan."""
    environment: str | None
    """Name of the environment; null without one."""
    settings: SettingsData | None
    """Deployment settings of the environment; null without one."""
    plan: dict[str, Json]
    """Effective plan: a plan with its included files, the environment and defaults."""
    origins: dict[str, OriginData]
    """Origin of each value, by its path in `plan`; empty for the default plan."""
    removed: list[OriginData]
    """Keys of the environment that remove something from the plan."""


class PlanResultData(TypedDict):
    """The result of a command for a plan in an environment."""

    plan: str
    """File of the plan."""
    environment: str | None
    """Name of the environment; null without one."""
    stack: str | None
    """Name of the stack; null if it is unknown."""
    exitCode: int
    """Exit code of the command for this plan and environment alone."""
    error: Error | None
    """What is wrong, and how to fix it; null without an error."""
    document: dict[str, Json] | None
    """Document of the command for this plan and environment alone, without `version`; null without one."""


class PlanResultsDocument(TypedDict):
    """The results of a command for several plans or environments."""

    results: list[PlanResultData]
    """Result for each plan and environment."""
