"""Transports of frames, by WebSocket, event stream and polls, and the choice of the next one."""
