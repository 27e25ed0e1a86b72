"""Who needs what a stretch of code records: what a guard may cover without changing a result."""
