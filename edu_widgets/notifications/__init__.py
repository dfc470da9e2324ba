"""Notifications: what people are told beside the chat, with read marks and actions."""
