"""Behaviours: what each manner of telling is, where it fits, and how it is recognised in a finished dialogue.

A leaf that several stages share; it imports no stage. Each behaviour has three faces:

* a rule that a scripted user follows (`simulate_dialogues`, with `slips` and `second_thoughts` from here),
* the text that a language model follows (`instructions`),
* a detector (`detectors.detect`), which looks at messages and acts and never at the plan.
"""
