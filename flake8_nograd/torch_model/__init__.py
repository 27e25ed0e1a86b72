"""Torch's side of the analysis: what is a module, what records, what becomes of a result."""
