"""Which calls of a function that trains do not train, as their literal arguments say."""
