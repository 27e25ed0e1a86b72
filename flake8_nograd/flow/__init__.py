"""Python's side of the analysis: names, scopes, a structured interpreter and a value-flow graph."""
