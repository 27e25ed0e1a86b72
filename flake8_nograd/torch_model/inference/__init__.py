"""Is this inference: by the mode of the model and the job of the function."""
