"""`writ serve-scripted`: an OpenAI-compatible server that speaks both roles from the proofs, well or badly.

`answers` finds the scenario of a request and speaks, `server` is the HTTP around it, `mischief` is what goes wrong.
"""
