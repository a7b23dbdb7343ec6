"""From a workflow to a template: troposphere lives here, and here alone."""
