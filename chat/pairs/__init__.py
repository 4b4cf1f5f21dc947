"""Private chat for two."""
