"""Findings about a template, from cfn-lint, statelint and the project's own rules, one file per rule."""
