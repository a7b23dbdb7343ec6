# Everything works on a fresh machine with Python 3.10 or later and make: each target makes .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Airflow has an environment of its own, since it holds boto3 and others to versions; 2.10 takes Python up to 3.12.
AIRFLOW_PYTHON ?= $(PYTHON)
AIRFLOW_2 := 'apache-airflow==2.10.5' 'apache-airflow-providers-amazon[aiobotocore]==9.17.0'
AIRFLOW_3 := 'apache-airflow==3.3.2' 'apache-airflow-providers-amazon[aiobotocore]==9.39.0'

.PHONY: help demo test check test-airflow test-airflow-2 test-airflow-3 golden bench clean

help:
	@echo "make demo    render the default orchestration, look it over, and draw it"
	@echo "make test    run the tests"
	@echo "make check   format, lint, types, layers, then the tests with branch coverage"
	@echo "make test-airflow"
	@echo "             load and run the exported DAGs in Airflow 3 and 2.10"
	@echo "make golden  renew the committed renderings and generated parts of the README; read the diff"
	@echo "make bench   time whole commands (Node.js and aws-cdk-lib to compare with CDK, the AWS CLI with deploy)"

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/ready
	$(BIN)/sfnorch render --summary
	$(BIN)/sfnorch lint SAM-template.yaml
	$(BIN)/sfnorch graph SAM-template.yaml

test: $(VENV)/ready
	$(BIN)/pytest -n auto --dist worksteal

check: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term

$(VENV)-airflow-%/ready:
	$(AIRFLOW_PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check pytest $(AIRFLOW_$*)
	@touch $@

test-airflow: test-airflow-3 test-airflow-2

test-airflow-2 test-airflow-3: test-airflow-%: $(VENV)-airflow-%/ready
	$(VENV)-airflow-$*/bin/python -m pytest -c tests/airflow/pytest.ini tests/airflow

golden: $(VENV)/ready
	$(BIN)/python -m tests.golden.renew

bench: $(VENV)/ready
	$(BIN)/python benchmarks/commands.py
	$(BIN)/python -m benchmarks.deploy

clean:
	rm -rf $(VENV) $(VENV)-airflow-* .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
