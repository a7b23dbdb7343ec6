"""The syntax of JSONPath in state machines: paths (`paths`), and calls of intrinsic functions (`intrinsic_calls`).

The check of definitions and the simulator read the same texts with these parsers. A parsed path can return its value
from data. What a value means, and which functions exist, is not known here.
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""
