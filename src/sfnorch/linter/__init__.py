"""Findings about a template: what AWS rejects, what fails when it runs, and what is less safe than it could be.

The input is a `Template`. `run` combines the findings of three sources, each with the line of its cause: the reader of
the template, cfn-lint (`cloudformation`), and the rules in `rules`. cfn-lint gets a copy of the template without nulls
and without the content of definitions, which `refused-definition` checks. `contradicted` has what cfn-lint reports
although AWS accepts it. `call_limit` stops cfn-lint on a template that would take it hours. One mistake is one finding:
`repeated` removes findings that follow from another.

`rules` has one file per rule. A rule is data (`sfnorch.rule`) with a function that gets a `Subject`: the template, and
what several rules need of it. These are `expressions` with the names in them, the `variables` that are set, and the
`loops` with their limits. `catalogue` lists all rules for the command line and for the documentation, and
`explanations` has their pages.

`selection` ignores rules and changes severities, as a `configuration` file says, whose `path_patterns` select files.
`template_ignores` applies the rules that a template ignores itself. `baseline` has the findings that a project accepts.
"""
