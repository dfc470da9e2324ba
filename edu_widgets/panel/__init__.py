"""The whole lesson in one widget: its features' widgets as tabs, with what is new in each."""
