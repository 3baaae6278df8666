"""The desk's pages of sources, besides Django's admin."""
