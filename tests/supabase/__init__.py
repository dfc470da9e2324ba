"""Supabase Realtime, emulated from its published protocol, and lessons on it."""
