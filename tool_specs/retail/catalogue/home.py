"""For the kitchen and the other rooms."""

from __future__ import annotations

from tool_specs.retail.catalogue.grid import Grid

HOME: dict[str, tuple[float, Grid]] = {
    "Stand Mixer": (
        214.0,
        {
            "bowl": ("4 quart", "5 quart", "7 quart"),
            "color": ("white", "red", "pistachio", "black"),
            "drive": ("belt", "gear"),
        },
    ),
    "Pour-Over Set": (
        36.0,
        {
            "material": ("plastic", "glass", "ceramic", "steel"),
            "size": ("2 cups", "4 cups", "6 cups"),
            "filter": ("paper", "metal"),
        },
    ),
    "Chef's Knife": (
        66.0,
        {
            "blade length": ("6 inch", "8 inch", "10 inch"),
            "steel": ("stainless", "high-carbon", "layered"),
            "handle": ("polymer", "walnut", "maple"),
        },
    ),
    "Cast Iron Pan": (
        39.0,
        {
            "diameter": ("8 inch", "10 inch", "12 inch"),
            "finish": ("raw", "pre-seasoned", "enameled"),
            "handle": ("single", "double"),
        },
    ),
    "Rice Cooker": (
        71.0,
        {
            "capacity": ("3 cups", "5 cups", "10 cups"),
            "heating": ("plate", "induction", "pressure induction"),
            "color": ("white", "black", "red"),
        },
    ),
    "Glass Teapot": (
        27.0,
        {
            "capacity": ("600 ml", "900 ml", "1200 ml"),
            "infuser": ("none", "mesh", "glass"),
            "lid": ("glass", "bamboo", "steel"),
        },
    ),
    "Reading Lamp": (
        49.0,
        {
            "color": ("white", "black", "brass"),
            "base": ("clamp", "desk", "floor"),
            "light": ("warm", "cool", "adjustable"),
        },
    ),
    "Standing Desk": (
        338.0,
        {
            "width": ("40 inch", "48 inch", "55 inch", "63 inch"),
            "top": ("laminate", "bamboo", "solid oak"),
            "lift": ("manual", "electric"),
        },
    ),
    "Duvet": (
        83.0,
        {
            "size": ("twin", "queen", "king"),
            "filling": ("polyester", "wool", "down"),
            "warmth": ("summer", "all-season", "winter"),
        },
    ),
    "Throw Blanket": (
        33.0,
        {
            "color": ("ivory", "mustard", "terracotta", "denim blue"),
            "material": ("acrylic", "cotton", "merino"),
            "size": ("50 x 60 inch", "60 x 80 inch"),
        },
    ),
    "Plant Pot": (
        16.0,
        {
            "diameter": ("5 inch", "8 inch", "12 inch"),
            "material": ("plastic", "terracotta", "glazed clay", "concrete"),
            "saucer": ("without", "with"),
        },
    ),
    "Board Game": (
        29.0,
        {
            "theme": ("trains", "farming", "space", "pirates"),
            "players": ("2", "2-4", "3-6"),
            "edition": ("standard", "deluxe"),
        },
    ),
}
