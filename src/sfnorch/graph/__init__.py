"""Draw state machines: Mermaid, Graphviz's DOT, SVG, and a tree for the terminal."""
