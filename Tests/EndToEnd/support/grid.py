"""The table of what works between which client and which server, gathered over all suites in `.build/tables`."""

import json

from . import tables

cells = ("legacy client, legacy server", "legacy client, modern server", "modern client, legacy server")
cells += ("modern client, modern server",)


def cell(client_is_modern: bool, server_is_modern: bool) -> str:
    return cells[2 * client_is_modern + server_is_modern]


def keep(suite: str, rows: list[dict]) -> None:
    """Renews what is known of the pairs of one suite; a row has client, server, cell and outcomes by feature."""
    tables.folder.mkdir(parents=True, exist_ok=True)
    file = tables.folder / f"eras-{suite}.json"
    pairs = (
        {(row["client"], row["server"], row["cell"]): row for row in json.loads(file.read_text())}
        if file.exists()
        else {}
    )
    pairs.update({(row["client"], row["server"], row["cell"]): row for row in rows})
    file.write_text(json.dumps([*pairs.values()], indent=1))
    (tables.folder / "eras.md").write_text(summary(known()) + "\n" + detail(known()))


def known() -> list[dict]:
    """Returns the rows of all suites that were run."""
    return [row for file in sorted(tables.folder.glob("eras-*.json")) for row in json.loads(file.read_text())]


def detail(rows: list[dict]) -> str:
    """Returns a table with a column for each pair of a client and a server."""
    rows = sorted(rows, key=lambda row: (cells.index(row["cell"]), row["client"], row["server"]))
    features = [*dict.fromkeys(feature for row in rows for feature in row["outcomes"])]
    lines = [
        "| | " + " | ".join(row["cell"] for row in rows) + " |",
        "|---" * (len(rows) + 1) + "|",
        "| | " + " | ".join(f"{row['client']} → {row['server']}" for row in rows) + " |",
    ]
    for feature in features:
        lines.append(f"| {feature} | " + " | ".join(row["outcomes"].get(feature, "?") for row in rows) + " |")
    return "\n".join(lines) + "\n"


def summary(rows: list[dict]) -> str:
    """Returns a table with a column for each cell: green where every pair that offers the feature is."""
    features = [*dict.fromkeys(feature for row in rows for feature in row["outcomes"])]
    lines = ["| | " + " | ".join(cells) + " |", "|---" * (len(cells) + 1) + "|"]
    for feature in features:
        line = []
        for name in cells:
            outcomes = [row["outcomes"].get(feature, "?") for row in rows if row["cell"] == name]
            tried = [outcome for outcome in outcomes if outcome != "not offered"]
            green = tried.count("green")
            line.append(
                "not tried" if not tried else "green" if green == len(tried) else f"red, {green} of {len(tried)}"
            )
        lines.append(f"| {feature} | " + " | ".join(line) + " |")
    return "\n".join(lines) + "\n"
