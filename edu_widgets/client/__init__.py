"""The kernel's side of the conversation: a sans-IO session, its outbox, and what carries it."""
