"""The chat of the Channels tutorial, made asynchronous as its third part does."""
