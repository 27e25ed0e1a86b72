"""Who may be whom: objects, classes, the call graph."""
