"""The repository of a plan: the files beside the plan, and how its builds install sfnorch."""
