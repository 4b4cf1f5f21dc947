"""Every page and state there is to see, led through by people who talk: for the pictures of screenshots.py, and for axe.

Mira and Jonas talk, Noor is one too many. People are led by ids, names of fields and data attributes, because the words differ
between languages.
"""
