"""Stacks, as text and as data: `stack` shows changes and events, and `screen` an operation while it runs.

`ending` explains what failed. `status` shows the state of a stack, `difference` that of a template and a stack, and
`drift` what was changed outside of CloudFormation. `comment` writes changes as Markdown.
"""
