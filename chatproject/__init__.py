"""Configuration and wiring of the Tandem site; no behaviour."""
