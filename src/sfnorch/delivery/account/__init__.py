"""The roles with which a delivery reaches an account: GitHub, GitLab, or a pipeline in another account.

Each environment has a stack with these roles in its account. A role reviews, and can only create change
sets. Another one deploys, and can only execute them. CloudFormation has the role with which it creates the plan's
stack, within a permissions boundary.
"""
