"""`writ view`: a place to look at a run, as pages over HTTP or as files.

`opened` holds a run, its `index` answers which rows fit a filter, `address` says where a page is; `overview`, `lists`,
`dialogue_page` and `dropped_page` make pages, `server` and `static` hand them out. Nothing here writes into a run.
"""
