"""Typed clients and watchers, one folder per upstream system."""
