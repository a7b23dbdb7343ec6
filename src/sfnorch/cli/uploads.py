"""Uploads to S3 for a deployment: large templates, and the code of functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting
from sfnorch.workflow import CODE_BUCKET

if TYPE_CHECKING:
    from sfnorch.aws.artifacts import DeploymentBucket
    from sfnorch.aws.session import Session
    from sfnorch.cli.deployable import Deployable
    from sfnorch.report.onlooker import Screen


def template_url(
    deployable: Deployable,
    session: Session,
    stack_name: str,
    bucket_name: str,
    screen: Screen | None = None,
    *,
    resolve: bool = False,
) -> str | None:
    """Upload a template that is too large for a call, and return its URL; empty for a smaller template.

    A missing bucket is created with `resolve`, or if the user confirms the prompt. Without a screen for the prompt,
    None is returned. Raises SfnorchError for a template that exceeds the limit of CloudFormation.
    """
    from sfnorch.aws.artifacts import INLINE_LIMIT, LIMIT

    size = len(deployable.text.encode())
    if size <= INLINE_LIMIT:
        return ""
    if size > LIMIT:
        raise SfnorchError(
            f"{deployable.template.source.file}: the template has {size:,} bytes, and the limit of CloudFormation is "
            f"{LIMIT:,}; split the plan"
        )
    why = f"The template has {size:,} bytes; templates larger than {INLINE_LIMIT:,} bytes require an S3 bucket."
    bucket = _bucket(session, bucket_name, screen, why, "the template requires an S3 bucket", resolve=resolve)
    if bucket is None:
        return None
    with waiting(f"Uploading the template to {bucket.name}"):
        return bucket.put(stack_name, deployable.text)


def put_code(
    deployable: Deployable, session: Session, bucket_name: str, screen: Screen, *, resolve: bool = False
) -> dict[str, str]:
    """Upload the code of functions that the template does not contain, and return the parameter with its bucket.

    Return no parameter if the template contains the code. Raises SfnorchError if the code has changed since the
    template was rendered.
    """
    from sfnorch.packages import package

    packages = _packages(deployable)
    if not packages:
        return {}
    why = f"The code of {len(packages)} function{'s' if len(packages) > 1 else ''} is too large for the template."
    bucket = _bucket(
        session, bucket_name, screen, why, "the code of the functions requires an S3 bucket", resolve=resolve
    )
    assert bucket is not None  # noqa: S101 - only without a screen
    for key, files in packages.items():
        screen.says(f"Uploading {len(files)} file{'s' if len(files) > 1 else ''} of code to {bucket.name}.")
        with waiting(f"Uploading code to {bucket.name}"):
            bucket.put_package(key, package(files))
    return {CODE_BUCKET: bucket.name}


def _packages(deployable: Deployable) -> dict[str, Mapping[str, bytes]]:
    """Return the code of functions that the template does not contain, by its S3 key."""
    from sfnorch.packages import CodeError, package_key, read_code

    found: dict[str, Mapping[str, bytes]] = {}
    for function in deployable.template.functions:
        if not function.code_from:
            continue
        places = dict.fromkeys(
            (deployable.folder, Path())
        )  # the template of a pipeline is not in the folder of its plan
        folder = next((place for place in places if (place / function.code_from).exists()), deployable.folder)
        try:
            files = read_code(folder, function.code_from)
        except CodeError as error:
            message = f"{function.logical_id}: the code {function.code_from} {error}"
            raise SfnorchError(
                message, hint="the code is in the folder of the plan that the template was rendered from"
            ) from None
        if (key := package_key(files)) != function.package_key:
            raise SfnorchError(
                f"{function.logical_id}: the code {function.code_from} has changed since the template was rendered",
                hint="render the template again with `sfnorch render`",
            )
        found[key] = files
    return found


def _bucket(
    session: Session, name: str, screen: Screen | None, why: str, wanted: str, *, resolve: bool
) -> DeploymentBucket | None:
    """Return the bucket, created if necessary; None if it is missing, and neither `resolve` nor a screen allows it."""
    from sfnorch.aws.artifacts import DeploymentBucket
    from sfnorch.aws.steps import Step, Verb

    with waiting("Looking up the bucket"):
        bucket = DeploymentBucket(session.s3, session.account, name=name, partition=session.partition)
        if bucket.ready():
            return bucket
    if not resolve:
        if screen is None:
            return None
        screen.says(why)
        question = f"Create the private, encrypted, versioned bucket {bucket.name} for templates?"
        if not screen.asks(Step(verb=Verb.MAKE_BUCKET, question=question)):
            hint = "pass --resolve-s3 to create it without a prompt, or --s3-bucket for another bucket"
            raise SfnorchError(f"Nothing was deployed: {wanted}", hint=hint)
    if screen is not None and resolve:
        screen.says(f"{why} Creating the private, encrypted, versioned bucket {bucket.name}.")
    with waiting(f"Creating the bucket {bucket.name}"):
        bucket.make()
    return bucket
