"""The files with which GitHub Actions or GitLab CI/CD delivers the stacks of a plan.

On a request for a merge they test, render, simulate and compare. On the main branch they deploy to one environment
after another: a job creates the change set, and another one executes it, after an approval.
"""

CODEPIPELINE, GITHUB, GITLAB = "codepipeline", "github", "gitlab"
CIS = (CODEPIPELINE, GITHUB, GITLAB)
"""The CIs that `sfnorch init --ci` knows."""
