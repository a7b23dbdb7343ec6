"""The plan: what a user writes, as pydantic models, and the way there from a file."""
