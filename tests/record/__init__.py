"""The record of a lesson."""
