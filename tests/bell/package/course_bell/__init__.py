"""A bell for the lesson: whoever rings it is heard by everybody."""
