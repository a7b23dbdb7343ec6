"""Glue's worker types, from botocore's service model; `make golden` renews this file.

The enum of the model lacks types that its descriptions name (G.12X, R.1X …); they are included here.
https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
"""

WORKER_TYPES = (
    "Standard",
    "G.025X",
    "G.1X",
    "G.2X",
    "G.4X",
    "G.8X",
    "G.12X",
    "G.16X",
    "R.1X",
    "R.2X",
    "R.4X",
    "R.8X",
    "Z.2X",
)
