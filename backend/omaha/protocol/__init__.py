"""Omaha v3 on the wire: XML to a typed request, a typed answer to XML."""
