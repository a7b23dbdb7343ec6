"""Render a workflow as a template. Only this package and `delivery` import troposphere.

The input is a `Workflow`: state machines, permissions, alarms and functions as data without any CloudFormation. The
output is the text of a template, for SAM or for plain CloudFormation, which is the same for the same plan.

`template` puts the resources together: state machines from `machines`, roles from `roles`, and the others from
`alarms`, `functions`, `buckets` and `schedule`. `values` turns what is known only at deploy into intrinsic functions.
`checkov` adds to a resource why it is right although checkov reports it. `assembly` orders the result as JSON data.
`references` and `limits` reject data that CloudFormation would misread or that is too large for AWS. `yaml_text` writes
it as YAML for people to read. `render` does these steps in order, and also renders the definition of one machine.
"""
