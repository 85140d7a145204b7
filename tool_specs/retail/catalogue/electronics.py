"""Computers, sound, cameras and what else has a battery."""

from __future__ import annotations

from tool_specs.retail.catalogue.grid import Grid

ELECTRONICS: dict[str, tuple[float, Grid]] = {
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
}
