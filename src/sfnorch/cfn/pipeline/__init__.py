"""The pipeline by which a plan's stack reaches AWS: CodePipeline and CodeBuild, and what they may do.

Source → Build → Review → Approve → Deploy. `build` makes the project that runs buildspec.yml in every stage, `stages`
the pipeline, `sources` what it starts from, `creation` the role by which CloudFormation makes the plan's stack.
"""
