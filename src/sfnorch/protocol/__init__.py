"""What the state machines of sfnorch write, and what the code that reads them relies on.

`patterns` builds state machines, and `runs` reads their executions. Neither imports the other. The names that both
sides use are here, once for each pattern:

- the names of states and variables, and of the errors with which an execution ends;
- the keys of inputs, causes and outcomes, which the JSONata of a state machine writes as text;
- the mark that identifies a state machine of the pattern, in its definition and in the history of an execution.

The modules import only the types of JSON values. A test compares them with the state machines that the patterns build.
"""
