"""What the generated stores sell: product name -> (lowest price, options). Options are listed cheapest first.

The order of the products is part of a generated world: new ones go to the end.
"""

from __future__ import annotations

from tool_specs.retail.catalogue.clothes import CLOTHES
from tool_specs.retail.catalogue.electronics import ELECTRONICS
from tool_specs.retail.catalogue.grid import Grid
from tool_specs.retail.catalogue.home import HOME
from tool_specs.retail.catalogue.outdoors import OUTDOORS

__all__ = ["CATALOGUE", "Grid"]

CATALOGUE: dict[str, tuple[float, Grid]] = {**CLOTHES, **OUTDOORS, **ELECTRONICS, **HOME}
