"""The public search over what is live: what was typed becomes a query, the newest that answer it are ranked."""
