"""Is recording on, here and in the callers."""
