from __future__ import annotations

from tool_specs.docstring import read_docstring


def test_body_and_arguments() -> None:
    doc = read_docstring(
        """Look a loan up.

        It may be closed;
        that is fine.

        Args:
            loan_id: The loan's id,
                such as 'L1': printed on the slip.
            closed (bool): Also closed ones.

        Returns:
            loan: not an argument.
        """
    )
    assert doc.body == "Look a loan up.\n\nIt may be closed; that is fine."
    assert doc.arguments == {
        "loan_id": "The loan's id, such as 'L1': printed on the slip.",
        "closed": "Also closed ones.",
    }


def test_no_docstring() -> None:
    assert read_docstring(None).body == ""
