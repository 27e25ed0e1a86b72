"""One page about a run: what was wasted where, how much memory that held, and what mends it."""
