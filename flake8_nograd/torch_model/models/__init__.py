"""Is it a model, and has it anything to train."""
