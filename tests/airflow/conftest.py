"""Airflow with a database and a folder of DAGs of its own, set up before Airflow is imported."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

DAGS = Path(__file__).parents[1] / "golden" / "airflow"
FAN_OUTS = ("EVERY_TABLE", "OBJECTS", "ASKED")

if find_spec("airflow"):
    from tests.airflow.aws import Aws

    _HOME = Path(tempfile.mkdtemp(prefix="airflow-"))
    _AWS = Aws()
    (_HOME / "dags").mkdir()
    for file in DAGS.glob("*_dag.py"):
        shutil.copy(file, _HOME / "dags")
    for name in [name for name in os.environ if name.startswith(("AWS_", "AIRFLOW_")) or "proxy" in name.lower()]:
        del os.environ[name]
    os.environ |= {
        "AIRFLOW_HOME": str(_HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(_HOME / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW_VAR_AWS_REGION": "eu-west-1",
        "AIRFLOW_VAR_AWS_ACCOUNT_ID": "123456789012",
        "AIRFLOW_VAR_ORDERS_FLOW_RESULTS_BUCKET": "results",
        "AIRFLOW_VAR_ORDERS_FLOW_STACK_NAME": "etl",
        "AWS_ENDPOINT_URL": _AWS.url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    for dag in (
        "MASTER-STEP-FUNCTION-STACK",
        "NIGHTLY_ETL",
        "ON_DEMAND",
        "NIGHTLY_TASKS",
        "ORDERS_FLOW",
        "DATED_ETL",
        *FAN_OUTS,
    ):
        os.environ[f"AIRFLOW_VAR_{dag}_TOPIC_ARN"] = "arn:aws:sns:eu-west-1:123456789012:told"

    @pytest.fixture(scope="session")
    def dags() -> Iterator[Path]:
        """The folder with the DAGs, of an Airflow whose database is there."""
        from airflow.utils.db import initdb

        initdb()
        yield _HOME / "dags"
        shutil.rmtree(_HOME)

    @pytest.fixture
    def aws() -> Aws:
        """The AWS that the DAGs call."""
        return _AWS
