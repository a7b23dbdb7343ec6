"""Query languages: how a state reads its input and makes its output.

`language.py` is the interface: `QueryLanguage` has an operation for each part of a state that a language evaluates,
and `EvaluationContext` is what an expression can read. The engine and the states use the interface only.
`languages.py` finds the language of a state. `jsonata.py` says where a state contains JSONata, `fields.py` prepares a
field once, `evaluator.py` evaluates it within limits, and `jsonata_functions.py` has the functions that Step Functions
adds. Another language is another file that implements the interface, and a line in `languages.py`.
"""
