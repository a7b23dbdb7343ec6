"""The kinds of steps and tasks in exported DAGs, a file each.

A file has the export of a step of a flow (`STEP`) and, where a task can do the same, of a task of a dag (`TASK`): the
call of an operator, its imports, and the Airflow variables that it reads. `registry` finds the export of a kind.
"""
