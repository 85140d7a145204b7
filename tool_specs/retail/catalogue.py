"""What the generated stores sell: product name -> (lowest price, options). Options are listed cheapest first."""

from __future__ import annotations

Grid = dict[str, tuple[str, ...]]

CATALOGUE: dict[str, tuple[float, Grid]] = {
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
    "Ultrabook": (
        1089.0,
        {
            "screen": ("13 inch", "14 inch", "16 inch"),
            "memory": ("8 GB", "16 GB", "32 GB"),
            "storage": ("256 GB", "512 GB", "1 TB"),
            "color": ("silver", "midnight"),
        },
    ),
    "Drawing Tablet": (
        236.0,
        {
            "active area": ("small", "medium", "large"),
            "pressure levels": ("4096", "8192"),
            "connection": ("USB", "Bluetooth"),
            "color": ("white", "black"),
        },
    ),
    "Portable Monitor": (
        189.0,
        {
            "size": ("14 inch", "15.6 inch", "17.3 inch"),
            "resolution": ("1080p", "1440p", "4K"),
            "panel": ("IPS", "OLED"),
        },
    ),
    "Wireless Router": (
        92.0,
        {
            "standard": ("Wi-Fi 5", "Wi-Fi 6", "Wi-Fi 6E", "Wi-Fi 7"),
            "bands": ("dual", "triple"),
            "ports": ("4", "6", "8"),
        },
    ),
    "External Drive": (
        76.0,
        {
            "capacity": ("500 GB", "1 TB", "2 TB", "4 TB"),
            "type": ("hard disk", "solid state"),
            "color": ("black", "red", "silver"),
        },
    ),
    "Trackball": (
        44.0,
        {
            "hand": ("left", "right", "either"),
            "connection": ("wired", "wireless"),
            "ball": ("grey", "blue", "ruby"),
        },
    ),
    "Noise Cancelling Headset": (
        157.0,
        {
            "style": ("on-ear", "over-ear"),
            "color": ("white", "black", "navy"),
            "microphone": ("built-in", "boom"),
            "battery": ("20 hours", "35 hours", "60 hours"),
        },
    ),
    "Shelf Speaker": (
        128.0,
        {
            "finish": ("black", "white", "walnut", "oak"),
            "driver": ("4 inch", "5 inch", "6.5 inch"),
            "input": ("wired", "Bluetooth", "Wi-Fi"),
        },
    ),
    "Fitness Band": (
        58.0,
        {
            "band": ("silicone", "nylon", "metal"),
            "color": ("black", "pink", "sage"),
            "display": ("LED", "AMOLED"),
            "size": ("small", "large"),
        },
    ),
    "Instant Camera": (
        84.0,
        {
            "film": ("mini", "square", "wide"),
            "color": ("mint", "white", "lilac", "black"),
            "flash": ("fixed", "automatic"),
        },
    ),
    "Action Gimbal": (
        143.0,
        {
            "axes": ("2", "3"),
            "payload": ("200 g", "350 g", "500 g"),
            "battery": ("6 hours", "10 hours", "14 hours"),
        },
    ),
    "Doorbell Camera": (
        99.0,
        {
            "resolution": ("1080p", "2K", "4K"),
            "power": ("battery", "wired"),
            "color": ("black", "white", "bronze"),
        },
    ),
    "Robot Mop": (
        287.0,
        {
            "navigation": ("gyroscope", "camera", "laser"),
            "tank": ("200 ml", "300 ml", "400 ml"),
            "dock": ("charging", "self-washing"),
        },
    ),
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
