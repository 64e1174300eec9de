"""The doors: pages, sockets, the admin API, the command."""
