"""The lobby and rooms: named places for several people."""
