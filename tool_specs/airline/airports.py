"""The airports of the network, in listing order: the code, the city it is listed under, and where it lies."""

from __future__ import annotations

AIRPORTS: tuple[tuple[str, str], ...] = (
    ("SFO", "San Francisco"),
    ("JFK", "New York"),
    ("LAX", "Los Angeles"),
    ("ORD", "Chicago"),
    ("DFW", "Dallas"),
    ("DEN", "Denver"),
    ("SEA", "Seattle"),
    ("ATL", "Atlanta"),
    ("MIA", "Miami"),
    ("BOS", "Boston"),
    ("PHX", "Phoenix"),
    ("IAH", "Houston"),
    ("LAS", "Las Vegas"),
    ("MCO", "Orlando"),
    ("EWR", "Newark"),
    ("CLT", "Charlotte"),
    ("MSP", "Minneapolis"),
    ("DTW", "Detroit"),
    ("PHL", "Philadelphia"),
    ("LGA", "LaGuardia"),
)

PLACES: dict[str, tuple[float, float]] = {
    "SFO": (37.6, -122.4),
    "JFK": (40.6, -73.8),
    "LAX": (33.9, -118.4),
    "ORD": (42.0, -87.9),
    "DFW": (32.9, -97.0),
    "DEN": (39.9, -104.7),
    "SEA": (47.4, -122.3),
    "ATL": (33.6, -84.4),
    "MIA": (25.8, -80.3),
    "BOS": (42.4, -71.0),
    "PHX": (33.4, -112.0),
    "IAH": (30.0, -95.3),
    "LAS": (36.1, -115.2),
    "MCO": (28.4, -81.3),
    "EWR": (40.7, -74.2),
    "CLT": (35.2, -80.9),
    "MSP": (44.9, -93.2),
    "DTW": (42.2, -83.4),
    "PHL": (39.9, -75.2),
    "LGA": (40.8, -73.9),
}
"""Latitude and longitude in degrees; generated schedules take their flying times from them."""
