"""Phrasing: a grammar that puts tasks and results into words, and reads the words again. Knows no domain.

All words come from a `Lexicon`; these are the conventions by which it is read:

* A phrase for a value stands after the noun (`that has been delivered`); a phrase of one word stands before it
  (`pending`, `{value}`); one that starts with `my` or `the` is the whole noun phrase (`my gift card`); a phrase of a
  column of kind `text` is the noun (`office chair`).
* A superlative stands before the noun; one that starts with `with` stands after it (`with the highest balance`).
* A column id falls back from `rows.*.options.color` to `rows.*.options.*`, and from positions to `*`.
* `ColumnWords.any_value` of a column of kind `id` are the words for "not the same row": `other`, `different`.
* `ColumnWords.agent_values["*"]` is what an agent says for any other value, with `{value}` and `{key}`.
* The second text of `agent_values` is a clause about the row: `{it} {is} still pending`; `{them}` where it is an
  object; the verbs are `{is}`, `{has}`, `{was}`.
* `Lexicon.refusals` is keyed by `rule:tool` (with slots `{parameter.column}` for such a clause), an error's text, or a
  rule.
* `WriteWords.say[""]` are sentences that tell nothing, for colour; `{it}` is the object's pronoun.
* `Lexicon.facts` is keyed by semantic type, by types joined with a comma (`first_name,last_name`), or by a role whose
  parameters are told together (`address`, with the parameters' names as slots).
* `Lexicon.originals` also holds objects (`get_reader.address`) and may have `{object}` for whose it is.
* `questions` may have `{object}` (the row or rows) and `{objects}` (the plural without an article).
"""
