"""What is known before a run of the data of states in JSONPath: shapes of inputs, and paths that always fail."""
