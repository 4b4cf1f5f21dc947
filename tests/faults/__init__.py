"""What the product must survive: real processes, a real Valkey, faults from outside, histories checked afterwards.

`make faults` runs every fault with many seeds and writes docs/reliability.md; `make test` runs each once.
"""
