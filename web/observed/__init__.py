"""What an operator sees of the server: figures, logs, traces."""
