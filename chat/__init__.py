"""Tandem's application: private chat for two."""
