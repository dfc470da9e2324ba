"""What carries frames: WebSocket, event stream, and which of them is tried next."""
