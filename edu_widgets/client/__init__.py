"""The kernel's side of the protocol: a sans-IO session, its outbox, and the transports."""
