"""The vocabulary: what library calls and names mean. All of it is data; `lookup` reads it."""
