"""For travel, camping, cycling and sport."""

from __future__ import annotations

from tool_specs.retail.catalogue.grid import Grid

OUTDOORS: dict[str, tuple[float, Grid]] = {
    "Rolling Suitcase": (
        118.0,
        {
            "size": ("carry-on", "medium", "large"),
            "color": ("graphite", "rose", "mint", "navy"),
            "shell": ("fabric", "ABS", "polycarbonate", "aluminum"),
        },
    ),
    "Messenger Bag": (
        57.0,
        {
            "color": ("black", "khaki", "burgundy"),
            "material": ("canvas", "nylon", "waxed cotton", "leather"),
            "laptop size": ("13 inch", "15 inch", "17 inch"),
        },
    ),
    "Travel Pillow": (
        19.0,
        {
            "filling": ("microbeads", "memory foam", "inflatable"),
            "color": ("grey", "blue", "plum"),
            "cover": ("polyester", "velour", "bamboo"),
        },
    ),
    "Folding Umbrella": (
        17.0,
        {
            "color": ("black", "red", "checked", "green"),
            "canopy": ("38 inch", "42 inch", "46 inch"),
            "opening": ("manual", "automatic"),
        },
    ),
    "Camping Tent": (
        164.0,
        {
            "capacity": ("1 person", "2 person", "4 person", "6 person"),
            "season": ("summer", "three-season", "four-season"),
            "color": ("green", "orange", "sand"),
        },
    ),
    "Sleeping Bag": (
        73.0,
        {
            "length": ("short", "regular", "long"),
            "filling": ("synthetic", "duck down", "goose down"),
            "rating": ("40F", "20F", "0F"),
        },
    ),
    "Camp Stove": (
        48.0,
        {
            "burners": ("1", "2", "3"),
            "fuel": ("butane", "propane", "multi-fuel"),
            "ignition": ("match", "piezo"),
        },
    ),
    "Insulated Bottle": (
        24.0,
        {
            "capacity": ("12 oz", "18 oz", "24 oz", "32 oz"),
            "color": ("white", "slate", "lilac", "copper"),
            "lid": ("screw cap", "straw", "flip top"),
        },
    ),
    "Trekking Poles": (
        59.0,
        {
            "material": ("aluminum", "composite", "carbon"),
            "grip": ("rubber", "foam", "cork"),
            "lock": ("twist", "lever"),
        },
    ),
    "Climbing Rope": (
        134.0,
        {
            "length": ("40 m", "50 m", "60 m", "70 m"),
            "diameter": ("9.2 mm", "9.5 mm", "9.8 mm"),
            "treatment": ("none", "dry sheath", "fully dry"),
        },
    ),
    "Road Helmet": (
        69.0,
        {
            "size": ("S", "M", "L"),
            "color": ("white", "black", "lime"),
            "impact system": ("standard", "slip liner"),
            "vents": ("12", "18", "24"),
        },
    ),
    "Bike Light": (
        31.0,
        {
            "brightness": ("200 lumen", "400 lumen", "800 lumen", "1200 lumen"),
            "mount": ("strap", "clamp"),
            "power": ("batteries", "USB-C"),
        },
    ),
    "Swim Goggles": (
        18.0,
        {
            "lens": ("clear", "smoke", "mirrored"),
            "fit": ("narrow", "standard", "wide"),
            "frame": ("black", "blue", "pink"),
        },
    ),
    "Exercise Mat": (
        28.0,
        {
            "thickness": ("4 mm", "6 mm", "8 mm"),
            "color": ("purple", "teal", "charcoal", "peach"),
            "material": ("PVC", "TPE", "natural rubber"),
        },
    ),
    "Kettlebell": (
        34.0,
        {
            "weight": ("8 kg", "12 kg", "16 kg", "20 kg", "24 kg"),
            "coating": ("bare iron", "vinyl", "powder"),
            "handle": ("standard", "wide"),
        },
    ),
    "Rowing Machine": (
        412.0,
        {
            "resistance": ("hydraulic", "magnetic", "air", "water"),
            "frame": ("steel", "aluminum", "ash wood"),
            "display": ("basic", "backlit", "touchscreen"),
        },
    ),
    "Tennis Racket": (
        87.0,
        {
            "weight": ("light", "medium", "heavy"),
            "head size": ("95 sq in", "100 sq in", "105 sq in"),
            "grip size": ("1", "2", "3", "4"),
        },
    ),
}
