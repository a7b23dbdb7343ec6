"""`sfnorch export airflow`: the plan as a DAG for Apache Airflow, such as Amazon MWAA."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.documents import print_document
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import add_plan_option
from sfnorch.cli.templates import choose_plan


@click.command()
@add_plan_option
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Output file; - is standard output.",
    show_default="the ID of the DAG, and _dag.py",
)
def airflow(plan_file: Path | None, out: Path | None) -> None:
    """Export the plan as a DAG for Apache Airflow.

    The command writes a Python file for Airflow 3 and 2.10 with the Amazon provider. If Airflow does not support a part
    of the plan, the command reports all such parts and writes no file.
    """
    from sfnorch.app.exporting import export_airflow

    exported = export_airflow(choose_plan(None, plan_file))
    if str(out) == "-":
        print_document(exported.text)
        return
    out = out or Path(f"{exported.dag_id}_dag.py")
    write_whole(out, exported.text)
    click.echo(f"Wrote {out}: the DAG {exported.dag_id}.")
    for name, meaning in exported.variables.items():
        click.echo(f"  Airflow variable {name}: {meaning}")
