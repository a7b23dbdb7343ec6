"""The recorded runs of Glue jobs in a file, which `sfnorch history` writes and `sfnorch simulate --durations` reads.

`models` is the content of the file. `files` reads it with the line of each error, and writes it.
"""
