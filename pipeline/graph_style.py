"""The styles of API graphs, by themselves: a page that shows one allows its style by digest, before it is drawn."""

from __future__ import annotations

FEW = (
    "svg{background:#fff}text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1f2933}"
    ".t{font-weight:600}.p{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:11px}.o{text-anchor:end}"
    ".h{font-size:16px;font-weight:600}.s{fill:#52606d}"
    ".read{fill:#eef4fb;stroke:#9db8d6}.write{fill:#fdf1e7;stroke:#dba97c}"
    "path{fill:none;stroke-width:1.4;opacity:.75}path.no{stroke-dasharray:5 4;stroke-width:1.8}"
    "g.l:hover path{stroke-width:4;opacity:1}"
)
MANY = (
    "svg{background:#fff}text{font:10px ui-monospace,Menlo,Consolas,monospace;fill:#1f2933}"
    ".h{font:600 16px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    ".t{font:600 13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    ".s{font:11px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#52606d}"
    ".c{fill:#fff;stroke:#cbd2d9}.e{text-anchor:end}.r{fill:#2563a8}.w{fill:#b45309}.g{fill:#7b8794}.z{font-weight:700}"
    "path{fill:none;stroke:#7b9cc4;stroke-width:.8}path.w{fill:none;stroke:#d9a066}"
    "path:hover{stroke:#111;stroke-width:2}"
)
