"""All pages of one or two runs: an address in, HTML out.

site = Site((Opened(path, 1),), Served(), (Worlds(path),))
site.page(Address(1, "kept", filters=(("kind", "mixed"),)))        # "<!doctype html>..."; None: there is none
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.view.address import Address, Links
from pipeline.view.dialogue_page import both_page, dialogue_page
from pipeline.view.dropped_page import dropped_page
from pipeline.view.graph_page import graph_page
from pipeline.view.lists import dropped_list, kept_list
from pipeline.view.opened import Opened
from pipeline.view.overview import overview
from pipeline.view.replay import Worlds

_LISTS = {"kept": kept_list, "dropped": dropped_list}
_SINGLE = {"dialogue": dialogue_page, "both": both_page, "drop": dropped_page, "graph": graph_page}


@dataclass(frozen=True)
class Site:
    """See the module's text. `runs` and `worlds` go together, by the runs' numbers."""

    runs: tuple[Opened, ...]
    links: Links
    worlds: tuple[Worlds, ...]

    def page(self, address: Address) -> str | None:
        """Returns a page.

        Raises:
            StorageError: what it shows is damaged.
        """
        if not address.page:
            return overview(self.runs, self.links)
        if not 1 <= address.run <= len(self.runs):
            return None
        run = self.runs[address.run - 1]
        if address.page in _LISTS:
            return _LISTS[address.page](run, address, self.runs, self.links)
        return _SINGLE[address.page](run, address, self.runs, self.links, self.worlds)
