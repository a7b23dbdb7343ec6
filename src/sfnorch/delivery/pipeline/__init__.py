"""The pipeline that deploys a plan's stack: CodePipeline, CodeBuild, and their permissions.

Source → Build → Review → Approve → Deploy, in three trust zones. `build` runs the repository's buildspec.yml with
almost no permissions. `review` creates the change set by commands in the pipeline's stack. `stages` contains the
pipeline, which executes the change set. `creation` is the role with which CloudFormation creates the plan's stack,
`boundary` the permissions boundary of the roles in that stack, and `sources` starts the pipeline.
"""
