"""The text of an error: what is wrong and how to fix it, without secrets."""

from __future__ import annotations

import sys

from sfnorch.errors import SfnorchError


def explain_error(error: Exception) -> SfnorchError | None:
    """Return the error as one that the user can fix; None for a bug."""
    if isinstance(error, SfnorchError):
        return error
    if "botocore" in sys.modules:
        from sfnorch.aws.errors import explain_error as explain_aws_error

        if found := explain_aws_error(error):
            return found
    from sfnorch.cli.system_errors import explain_system_error

    return explain_system_error(error)


def describe_error(error: Exception, told: SfnorchError | None, *, debug: bool) -> str:
    """Return the lines about an error, which `told` explains; for a bug, how to report it."""
    trace = ""
    if debug:
        import traceback

        trace = "".join(traceback.format_exception(error))
    if told is None:
        return trace.rstrip() or (
            f"This is a bug in sfnorch: {type(error).__name__}: {error}\n"
            "Please report it with the output of `sfnorch --debug` for the same command."
        )
    lines = [f"Error: {line}" for line in told.message.splitlines()] + ([f"  {told.hint}"] if told.hint else [])
    return trace + "\n".join(lines)


def mask_secrets(text: str) -> str:
    """Return the text with all secret values masked."""
    if "sfnorch.aws.secrets" not in sys.modules:
        return text
    from sfnorch.aws.secrets import mask_secrets as mask_registered

    return mask_registered(text)
