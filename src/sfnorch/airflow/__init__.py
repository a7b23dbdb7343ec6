"""A plan as a DAG for Apache Airflow.

`export` chooses the function for the pattern of a plan: `chains` for chains of jobs, `tasks` for tasks with
dependencies, `given` for jobs from the input, `flow` for steps, `fan_out` for a chain for every item. Each returns a
`Dag` (`dag`): groups, tasks and their order as plain data. `kinds/` has a file for each kind of step and task, with the
call of its operator.

`jinja` and `conditions` translate expressions to Airflow's templates, and raise an error for those that they cannot
express. `literals` and `source` write the DAG as the text of a Python file, which runs without sfnorch. `parts/` has
functions that the file contains. `ending` adds the last tasks, which find what failed and notify.
"""
