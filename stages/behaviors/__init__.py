"""Behaviours: what each manner of telling is, where it fits, and how it is recognised in a finished dialogue.

A leaf that several stages share; it imports no stage. `behaviors.yaml` lists all behaviours with their playbooks. Each
has four faces:

* the predicate that says which tasks have room for it (`rules.FITS`),
* a rule that a scripted user follows (`simulate_dialogues/habits`, with `slips` and `second_thoughts` from here),
* the text that a language model follows (the playbook itself, put together by `instructions`),
* a detector (`detectors.DETECTORS`), which looks at messages and acts and never at the plan.

Which behaviours a user gets is drawn by `sampling`.
"""
