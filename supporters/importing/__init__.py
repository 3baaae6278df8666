"""Gifts from a file: read, looked at row by row, recorded all together."""
