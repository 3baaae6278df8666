"""What happens to a request around every view."""
