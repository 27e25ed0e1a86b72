"""From the answers to a verdict, and to the statements that a guard would cover."""
