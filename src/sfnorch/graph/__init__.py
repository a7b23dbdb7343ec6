"""State machines as pictures: Mermaid, Graphviz's DOT, and a tree for the terminal."""
