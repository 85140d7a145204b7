"""Runs in an object store: `s3://bucket/run` wherever the command line takes a folder of a run.

`path` makes such an address behave as a path whose writes are whole puts, `lease` keeps a second driver out, `local`
has what cannot be there (journals, files that grow) on a disk of this machine. A run's shards, manifests, data set and
report are all in the store, so machines of a cluster share them with nothing else.
"""
