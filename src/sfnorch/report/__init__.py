"""The output of commands: text for the terminal with rich, or JSON."""
