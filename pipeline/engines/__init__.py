"""Engines: everything between a stage's `Engine.complete` and the wire.

`settings` says what a recipe may ask for, `build` makes a worker's engines of it, `http_engine` speaks to endpoints.
"""
