"""Whether the tests notice faults that are put into the code: see `benchmarks/mutants/__main__.py`."""
