"""The record of a lesson: one page of what was said and shown, read without a service."""
