"""The sync engine of one person at one service, without sockets, files, clocks or chance."""
