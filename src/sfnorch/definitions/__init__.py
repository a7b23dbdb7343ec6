"""What AWS refuses when a state machine is created, found without AWS, as data.

`find_faults` in `check` returns the faults of a definition: the code and the sentence of AWS's diagnostics where they
are known, the path in the definition, and how to fix it. The linter reports them with lines; the simulator refuses the
machine. Each module knows one subject: `fields`, `values`, `transitions`, `choices`, `handlers` (retriers and
catchers), `maps`, `paths` and `intrinsics` (JSONPath), `expressions` (JSONata), `variables`, `resources`. `machines`
checks each machine of a template once, and knows the places of its faults.

A fault is certain: AWS refuses the definition, by a recording, a measurement that others published, or the
documentation. What is not certain is not a fault. A text with a placeholder, whose value only AWS knows, has no fault.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
"""
