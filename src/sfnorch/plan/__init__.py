"""The plan that a user writes: its pydantic models, and the code that loads it from a file."""
