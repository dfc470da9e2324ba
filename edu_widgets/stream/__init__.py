"""The live stream of a lesson: where its picture comes from, and how it stands with it."""
