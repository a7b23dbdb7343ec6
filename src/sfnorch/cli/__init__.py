"""The command line: options in, text or JSON out.

A module for each command parses its options into a request, calls the use case in `app`, and prints the result with
`report`. `main` is the group of all commands; `lazy` imports a command when it is called, so that `--help` is fast.
`options`, `parameters` and `account` have options that several commands share. `process` runs the group and turns
errors into messages and exit codes (`exit_codes`): nothing that a user can cause ends in a traceback.

A command imports what it needs in its function, so that each command loads only that. `documents` prints the one JSON
document of a command. `following` shows an execution or a deployment while it changes. Data is on stdout, progress on
stderr. Nothing outside of this package reads options, prints, or ends the process.
"""
