"""The parts of a verification: `state_tests` builds tests of states, and `comparison` compares their results."""
