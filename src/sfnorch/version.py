"""The version of sfnorch, which no other file contains."""

__version__ = "0.1.0"
