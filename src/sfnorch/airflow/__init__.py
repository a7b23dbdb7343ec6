"""Export a plan as a DAG for Apache Airflow: the same orchestration as Python source, for MWAA or any Airflow."""
