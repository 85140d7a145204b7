"""Checklists (CM2's form): derived from proofs, decided by rule where these suffice, linted."""

from stages.derive_checklists.derive import derive as derive
from stages.derive_checklists.stage import DeriveChecklists as DeriveChecklists
