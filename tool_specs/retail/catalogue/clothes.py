"""Clothes and shoes."""

from __future__ import annotations

from tool_specs.retail.catalogue.grid import Grid

CLOTHES: dict[str, tuple[float, Grid]] = {
    "Rain Jacket": (
        78.0,
        {
            "color": ("navy", "olive", "yellow", "black"),
            "size": ("XS", "S", "M", "L", "XL"),
            "lining": ("unlined", "mesh", "fleece"),
        },
    ),
    "Wool Sweater": (
        64.0,
        {
            "color": ("cream", "charcoal", "rust", "forest green"),
            "size": ("S", "M", "L", "XL"),
            "neckline": ("crew neck", "turtleneck", "V-neck"),
        },
    ),
    "Denim Jeans": (
        52.0,
        {
            "wash": ("light", "medium", "dark", "black"),
            "waist": ("28 inch", "30 inch", "32 inch", "34 inch", "36 inch"),
            "fit": ("straight", "slim", "relaxed"),
        },
    ),
    "Linen Shirt": (
        41.0,
        {
            "color": ("white", "sky blue", "sand", "coral"),
            "size": ("S", "M", "L", "XL"),
            "sleeve": ("short", "long"),
            "collar": ("band", "button-down"),
        },
    ),
    "Trail Shoes": (
        96.0,
        {
            "size": ("7", "8", "9", "10", "11", "12"),
            "color": ("grey", "orange", "teal"),
            "cushioning": ("light", "medium", "maximum"),
        },
    ),
    "Leather Boots": (
        142.0,
        {
            "size": ("7", "8", "9", "10", "11"),
            "color": ("tan", "brown", "black"),
            "sole": ("rubber", "lug", "leather"),
        },
    ),
    "Sun Hat": (
        22.0,
        {
            "color": ("natural", "white", "navy"),
            "size": ("small", "medium", "large"),
            "material": ("cotton", "straw", "raffia"),
        },
    ),
    "Ski Gloves": (
        38.0,
        {
            "size": ("S", "M", "L", "XL"),
            "color": ("black", "red", "blue"),
            "insulation": ("light", "standard", "extra warm"),
        },
    ),
}
