"""`sfnorch export`: the plan in the format of another orchestrator."""

from __future__ import annotations

import click

from sfnorch.cli.lazy import LazyGroup

EXPORT_COMMANDS = {"airflow": "Export the plan as a DAG for Apache Airflow."}


@click.group(cls=LazyGroup, package=__name__, listed=EXPORT_COMMANDS)
def export() -> None:
    """Export the plan to another orchestrator."""
