"""The embedded service: one process with rooms, rules, a store and an HTTP door.

Features add their rules through `edu_widgets.service.features`; nothing here knows them by name.
"""
