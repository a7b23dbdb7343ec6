"""Uploads to S3 for a deployment: large templates, and the code of functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.aws.artifacts import INLINE_LIMIT, LIMIT, DeploymentBucket
from sfnorch.aws.steps import Step, StepAction
from sfnorch.errors import SfnorchError
from sfnorch.packages import CodeError, build_package, build_package_key, read_code
from sfnorch.workflow import CODE_BUCKET

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.app.deployment.deployable import Deployable
    from sfnorch.app.stack_updates import StackReporter


class Uploads:
    """The uploads of a deployment to one bucket.

    `resolve`: whether the bucket is created if it is missing. Otherwise the reporter asks; without a reporter, it is
    not created.
    """

    def __init__(
        self, account: AwsAccount, bucket_name: str, *, resolve: bool, reporter: StackReporter | None = None
    ) -> None:
        self._account = account
        self._bucket_name = bucket_name
        self._resolve = resolve
        self._reporter = reporter

    def upload_template(self, deployable: Deployable, stack_name: str) -> str | None:
        """Upload a template that is too large for a call, and return its URL; empty for a smaller template.

        Return None if the bucket is missing and is not created. Raises SfnorchError for a template that exceeds the
        limit of CloudFormation, and if the question for the bucket is declined.
        """
        size = len(deployable.text.encode())
        if size <= INLINE_LIMIT:
            return ""
        if size > LIMIT:
            raise SfnorchError(
                f"{deployable.template.source.file}: the template has {size:,} bytes, and the limit of CloudFormation "
                f"is {LIMIT:,}; split the plan"
            )
        why = f"The template has {size:,} bytes; templates larger than {INLINE_LIMIT:,} bytes require an S3 bucket."
        bucket = self._find_bucket(why, "the template requires an S3 bucket")
        if bucket is None:
            return None
        with self._account.waits(f"Uploading the template to {bucket.name}"):
            return bucket.upload_template(stack_name, deployable.text)

    def upload_code(self, deployable: Deployable) -> dict[str, str]:
        """Upload the code of functions that the template does not contain, and return the parameter with its bucket.

        Return no parameter if the template contains the code. Raises SfnorchError if the code has changed since the
        template was rendered, and if the question for the bucket is declined.
        """
        packages = _read_packages(deployable)
        if not packages:
            return {}
        why = f"The code of {len(packages)} function{'s' if len(packages) > 1 else ''} is too large for the template."
        bucket = self._find_bucket(why, "the code of the functions requires an S3 bucket")
        if bucket is None:
            return {}
        for key, files in packages.items():
            if self._reporter is not None:
                self._reporter.show_line(
                    f"Uploading {len(files)} file{'s' if len(files) > 1 else ''} of code to {bucket.name}."
                )
            with self._account.waits(f"Uploading code to {bucket.name}"):
                bucket.upload_package(key, build_package(files))
        return {CODE_BUCKET: bucket.name}

    def _find_bucket(self, why: str, wanted: str) -> DeploymentBucket | None:
        """Return the bucket, created if necessary; None if it is missing, and nothing allows to create it."""
        session, reporter = self._account.session, self._reporter
        with self._account.waits("Looking up the bucket"):
            bucket = DeploymentBucket(session.s3, session.account, name=self._bucket_name, partition=session.partition)
            if bucket.is_ready():
                return bucket
        if not self._resolve:
            if reporter is None:
                return None
            reporter.show_line(why)
            question = f"Create the private, encrypted, versioned bucket {bucket.name} for templates?"
            if not reporter.confirm_step(Step(verb=StepAction.MAKE_BUCKET, question=question)):
                hint = "pass --resolve-s3 to create it without a prompt, or --s3-bucket for another bucket"
                raise SfnorchError(f"Nothing was deployed: {wanted}", hint=hint)
        if reporter is not None and self._resolve:
            reporter.show_line(f"{why} Creating the private, encrypted, versioned bucket {bucket.name}.")
        with self._account.waits(f"Creating the bucket {bucket.name}"):
            bucket.create_or_update()
        return bucket


def _read_packages(deployable: Deployable) -> dict[str, Mapping[str, bytes]]:
    """Return the code of functions that the template does not contain, by its S3 key."""
    found: dict[str, Mapping[str, bytes]] = {}
    for function in deployable.template.functions:
        if not function.code_from:
            continue
        # the template of a pipeline is not in the folder of its plan
        places = dict.fromkeys((deployable.folder, Path()))
        folder = next((place for place in places if (place / function.code_from).exists()), deployable.folder)
        try:
            files = read_code(folder, function.code_from)
        except CodeError as error:
            message = f"{function.logical_id}: the code {function.code_from} {error}"
            raise SfnorchError(
                message, hint="the code is in the folder of the plan that the template was rendered from"
            ) from None
        if (key := build_package_key(files)) != function.package_key:
            raise SfnorchError(
                f"{function.logical_id}: the code {function.code_from} has changed since the template was rendered",
                hint="render the template again with `sfnorch render`",
            )
        found[key] = files
    return found
