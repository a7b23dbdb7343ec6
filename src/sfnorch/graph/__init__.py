"""Pictures of state machines, and of the tasks of a plan.

The input is a `Template` and the machines of it to draw. The output is the text of a picture in one of four languages.
`mermaid` writes flowcharts, which many pages show as pictures, and `dot` the language of Graphviz. `svg` has Graphviz
draw the latter. `text` writes trees for the terminal, for which it needs the console.

What all pictures share is in four modules. `words` contains the labels of states and transitions, the order of the
states, and the machine that a task starts. `nodes` contains the nodes and edges of a drawing, also between a machine
and those that it starts. `colors` contains the colors of states. `missed` is what a picture of coverage shows: the
parts of state machines that runs have not reached.
"""
