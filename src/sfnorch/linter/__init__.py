"""Findings about a template: what AWS rejects, what fails when it runs, and what is less safe than it could be.

The input is a `Template`. `run` combines the findings of four sources, each with the line of its cause: the reader of
the template, cfn-lint (`cloudformation`), statelint (`language`), and the rules in `rules`. cfn-lint and statelint get
corrected copies of the template where they reject what AWS accepts. `call_limit` stops cfn-lint on a template that
would take it hours. One mistake is one finding: `definition_findings` keeps one for each fault of a definition, and
`repeated` removes findings that follow from another.

`rules` has one file per rule. A rule is data (`sfnorch.rule`) with a function that gets a `Subject`: the template, and
what several rules need of it. These are `expressions` with the names in them, the `variables` that are set, and the
`loops` with their limits. `catalogue` lists all rules for the command line and for the documentation, and
`explanations` has their pages.

`selection` ignores rules and changes severities, as a `configuration` file says, whose `path_patterns` select files.
`template_ignores` applies the rules that a template ignores itself. `baseline` has the findings that a project accepts.
"""
