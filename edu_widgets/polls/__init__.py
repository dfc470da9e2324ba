"""Live polls: questions to everybody, counted by the service, revealed when it is time."""
