"""What is wrong with a template, or risky: cfn-lint, statelint and the project's own rules, one file a rule."""
