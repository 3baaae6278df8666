"""The desk's page of jobs: what the worker has to do, does, has done, and failed to do."""
