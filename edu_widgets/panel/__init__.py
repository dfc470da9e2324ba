"""The whole lesson in one widget: its features' widgets as tabs, with counts of news in each."""
