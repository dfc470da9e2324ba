"""`edu-widgets doctor`: looks at an address and this computer, and names what is wrong."""
