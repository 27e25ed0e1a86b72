"""What a forgotten guard costs: time and memory of evaluations with and without it."""
