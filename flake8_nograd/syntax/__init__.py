"""What linter and fixer both read from a syntax tree; nothing here knows torch."""
