"""`edu-widgets load`: people who chat, to see what one's own service carries."""
