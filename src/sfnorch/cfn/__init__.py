"""Render a workflow as a template. No other package imports troposphere."""
