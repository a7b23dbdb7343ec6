"""The plan as pydantic models: one class a mapping, each key with its description, default and example.

`sfnorch schema`, editors and the plan reference show the descriptions. `plan.checks` checks rules across several keys.
"""
