"""The pipeline that deploys a plan's stack: CodePipeline and CodeBuild, and what each may do.

Source → Build → Review → Approve → Deploy, in three trust zones. `build` runs the repository's buildspec.yml and may do
almost nothing; `review` creates the change set by commands of the pipeline's own stack; `stages` holds the pipeline,
which executes the change set; `creation` is the role by which CloudFormation creates the plan's stack, `boundary` the
permissions boundary of the roles in it, `sources` what starts the pipeline.
"""
