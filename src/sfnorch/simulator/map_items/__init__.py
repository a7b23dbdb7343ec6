"""The items of a Map: where they come from, how they are batched and run, and where the results go.

`datasets` are the items. `readers` has a function for each resource of an ItemReader and `formats` for each format of
an object. `batches` makes inputs from items, `workers` runs them with limited concurrency, in the same execution
(`iterations`) or as child executions (`map_runs`). `results` is what a ResultWriter writes.
"""
