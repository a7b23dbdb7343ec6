r"""JSONata that searches a cause: the id of the job run, its log group, and Glue's message.

A cause is searched and not parsed: it can be cut off, or be plain text. `\x5c` is the backslash: JSONata treats a
bracket after a literal one as escaped, and then finds no end of the regular expression.
"""

from __future__ import annotations

from sfnorch.asl import Expression, jsonata, read_program


def find_run_id(cause: Expression) -> Expression:
    """Return the expression for the id of the job run in a cause."""
    return jsonata(r"$match(<{cause}>, /\bjr_\w+/)[0].match", cause=cause)


def find_log_group(cause: Expression) -> Expression:
    """Return the expression for the log group in the description of a job run; nothing if it has no whole one.

    The last match counts, because the arguments of the run, which can have any key, are before it.
    """
    return jsonata(r"""$match(<{cause}>, /"LogGroupName": ?"([^"]+)"/)[-1].groups[0]""", cause=cause)


def find_nested_log_group(cause: Expression) -> Expression:
    """Return the same, also if the cause is the failure of a step or an execution that contains the description."""
    code = r"""$match(<{cause}>, /"[lL]ogGroup\w*\x5c*": ?\x5c*"([^"\x5c]+)\x5c*"/)[-1].groups[0]"""
    return jsonata(code, cause=cause)


def find_glue_message(cause: Expression) -> Expression:
    """Return the expression for Glue's message in a cause, or else for the cause without its first line."""
    return read_program(__package__, "glue_message").fill(cause=cause)


def unquote(message: Expression) -> Expression:
    """Return the expression for a message from a JSON text, without the escapes before quotes and backslashes."""
    return jsonata(r"""$replace(<{message}>, /\x5c(["\x5c])/, "$1")""", message=message)
