"""Results worth reading, kept in `.build/tables` beside the verdicts of the tests."""

import pathlib

folder = pathlib.Path(__file__).resolve().parents[3] / ".build" / "tables"


def add_row(table: str, *cells) -> None:
    """Appends a row; several test processes may do so at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.md").open("a") as file:
        file.write("| " + " | ".join(str(cell) for cell in cells) + " |\n")
