"""Speaking with a base service: one that knows the seed's messages and nothing of ours."""
