"""`python -m sfnorch` is `sfnorch`."""

from sfnorch.cli.main import main

main()
