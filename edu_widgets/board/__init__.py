"""The board that a class draws on."""
