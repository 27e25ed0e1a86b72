"""What calls, attributes and `with` items mean for grad modes and graphs."""
