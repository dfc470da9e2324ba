"""A service and its clients without a network: a feature's rules on a store in memory."""
