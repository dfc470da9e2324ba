"""Course chat."""
