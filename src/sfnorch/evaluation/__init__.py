"""Evaluate JSONata expressions of any origin within counted limits, which are the same on every machine.

An expression can come from a stranger's template, so its work is limited without a clock: `budget.py` counts steps,
sizes and nesting before the work is done. `engine.py` is the library's evaluator with these counts, `functions.py` does
the same for the library's functions, and `library.py` has types for what is read of the library.

Python's regexes cannot be stopped. `regex_cost.py` finds an upper limit of the work of a pattern; if it is small, `re`
does the work. If not, `regex_programs.py` compiles the pattern, and `regex_machine.py` runs it step by step.
"""
