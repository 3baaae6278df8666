"""``make bench``: our pages against the least that could send the same bytes, on the same server in one run."""
