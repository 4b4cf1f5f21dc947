"""What every kind of chat stands on: sockets, the channel layer, limits. It knows no rule of any chat."""
