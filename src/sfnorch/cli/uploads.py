"""What is put into a bucket for a deployment: a template that is too large to be sent, and the code of functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting
from sfnorch.workflow import CODE_BUCKET

if TYPE_CHECKING:
    from sfnorch.aws.artifacts import Bucket
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
    """Return the URL of a template that is too large to be sent, put into a bucket; empty where it isn't.

    A bucket that isn't there is made, with `resolve` or if the screen's person agrees; None where there is nobody to
    ask.
    """
    from sfnorch.aws.artifacts import INLINE_LIMIT, LIMIT

    size = len(deployable.text.encode())
    if size <= INLINE_LIMIT:
        return ""
    if size > LIMIT:
        raise SfnorchError(f"{deployable.template.source.file}: {size:,} bytes, and CloudFormation takes {LIMIT:,}")
    why = f"The template has {size:,} bytes; CloudFormation takes {INLINE_LIMIT:,} without a bucket."
    bucket = _bucket(session, bucket_name, screen, why, "the template needs a bucket", resolve=resolve)
    if bucket is None:
        return None
    with waiting(f"Uploading the template to {bucket.name}"):
        return bucket.put(stack_name, deployable.text)


def put_code(
    deployable: Deployable, session: Session, bucket_name: str, screen: Screen, *, resolve: bool = False
) -> dict[str, str]:
    """Return the parameter that says where the code of functions lies which the template doesn't hold; it is put there now.

    Nothing where the template holds all. Raises SfnorchError where the code is another than the template was made for.
    """
    from sfnorch.packages import package

    packages = _packages(deployable)
    if not packages:
        return {}
    why = f"The code of {len(packages)} function{'s' if len(packages) > 1 else ''} is too much for the template."
    bucket = _bucket(session, bucket_name, screen, why, "the functions' code needs a bucket", resolve=resolve)
    assert bucket is not None  # noqa: S101 - there is a screen
    for key, files in packages.items():
        screen.says(f"Putting {len(files)} file{'s' if len(files) > 1 else ''} of code into {bucket.name}.")
        with waiting(f"Uploading code to {bucket.name}"):
            bucket.put_package(key, package(files))
    return {CODE_BUCKET: bucket.name}


def _packages(deployable: Deployable) -> dict[str, Mapping[str, bytes]]:
    """Return the code of functions that the template doesn't hold, by where it is to lie."""
    from sfnorch.packages import CodeError, package_key, read_code

    found: dict[str, Mapping[str, bytes]] = {}
    for function in deployable.template.functions:
        if not function.code_from:
            continue
        places = dict.fromkeys((deployable.folder, Path()))  # a pipeline's template lies apart from its plan
        folder = next((place for place in places if (place / function.code_from).exists()), deployable.folder)
        try:
            files = read_code(folder, function.code_from)
        except CodeError as error:
            message = f"{function.logical_id}: its code {function.code_from} {error}"
            raise SfnorchError(message, hint="it lies beside the plan that the template was rendered from") from None
        if (key := package_key(files)) != function.package_key:
            raise SfnorchError(
                f"{function.logical_id}: its code {function.code_from} is not what the template was rendered for",
                hint="sfnorch render makes the template anew",
            )
        found[key] = files
    return found


def _bucket(
    session: Session, name: str, screen: Screen | None, why: str, wanted: str, *, resolve: bool
) -> Bucket | None:
    """Return the bucket for what can't be sent; None where it isn't there, is not to be made, and there is nobody to ask."""
    from sfnorch.aws.artifacts import Bucket
    from sfnorch.aws.steps import Step, Verb

    with waiting("Looking up the bucket"):
        bucket = Bucket(session.s3, session.account, name=name, partition=session.partition)
        if bucket.ready():
            return bucket
    if not resolve:
        if screen is None:
            return None
        screen.says(why)
        question = f"Make the private, encrypted, versioned bucket {bucket.name} for templates?"
        if not screen.asks(Step(verb=Verb.MAKE_BUCKET, question=question)):
            hint = "--resolve-s3 creates it without a question, --s3-bucket names another"
            raise SfnorchError(f"Nothing was deployed: {wanted}", hint=hint)
    if screen is not None and resolve:
        screen.says(f"{why} Creating the private, encrypted, versioned bucket {bucket.name}.")
    with waiting(f"Creating the bucket {bucket.name}"):
        bucket.make()
    return bucket
