"""Which guards do not guard, and why."""
