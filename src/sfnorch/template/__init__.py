"""The content of a template of any origin: its values with their lines, its state machines, roles and alarms."""
