"""Words of the retail desk, by what is talked about. `tool_specs.retail.lexicon` puts them together."""
