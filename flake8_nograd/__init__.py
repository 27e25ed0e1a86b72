"""Find and mend PyTorch forward passes that record a graph nobody needs."""
