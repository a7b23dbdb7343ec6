"""The exported DAGs in a real Airflow, which has an environment of its own: `make test-airflow`."""
