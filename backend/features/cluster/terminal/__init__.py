"""A terminal in a container: typed in a browser, ended with its page."""
