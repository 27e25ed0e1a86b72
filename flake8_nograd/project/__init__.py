"""The other files of a project: where they are and what they say. They are read, never run."""
