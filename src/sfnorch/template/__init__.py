"""What stands in a template, ours or anyone's: its values with their lines, its state machines, roles and alarms."""
