"""The notebook's side: the widget base, Markdown to nodes, the static fallback, identity."""
