"""What becomes of the result of a forward pass."""
