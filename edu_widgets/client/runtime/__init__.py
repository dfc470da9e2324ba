"""A session brought to life: threads, connections, the outbox on disk, receipts."""
