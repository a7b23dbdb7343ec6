"""Delivery: the pipeline that deploys a plan's stack, and what the linter knows of any pipeline.

`pipeline` renders the pipeline's template, with its roles and the buildspec of its Review stage. `repository` contains
the files beside a plan in its repository: the buildspec of the Build stage and a README. It also finds the requirement
with which a build installs sfnorch. These two packages write.

The other modules read, and accept pipelines that sfnorch did not render. `reading` finds the pipelines and the build
projects in a template. `commands` finds the calls in a buildspec and the permissions of each call. `uses` combines
both: the permissions that a build or a pipeline requires. `rules` compares them with the roles. The linter applies
these rules.
"""
