"""From a plan to a DAG for Apache Airflow: the same orchestration as Python source, for MWAA or any other Airflow."""
