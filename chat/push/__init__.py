"""Web Push: whoever has closed the page is told that somebody came with their token. Never who, and never a word of text."""
