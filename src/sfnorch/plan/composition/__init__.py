"""The effective plan: the plan's file with the files that it includes, an environment, and defaults.

`includes` reads and joins the files, `overlays` applies an environment by the rules in `merging` and `named_items`,
`job_parts` finds the jobs of every pattern, `defaults` fills in their settings. `compose` calls them in this order. The
models of a plan see only the effective plan, in which each value has its place in a file.
"""
