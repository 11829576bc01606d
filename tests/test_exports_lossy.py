"""The command's part of the lossy exports: a folder of files, and what is dropped on stderr."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from export_fixtures import make_store, tale_quads

from nkgraph.cli import main
from nkgraph.cli.exporting import EXAMPLE_CLAIM
from nkgraph.exports.ftm import export_ftm
from nkgraph.exports.htcds import export_htcds
from nkgraph.exports.lossy import LossyExport
from nkgraph.exports.table import EXPORTS
from nkgraph.iris import expand
from nkgraph.project import default_project
from nkgraph.store import read_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the fictional graph as a built one."""
    folder = tmp_path_factory.mktemp("tale")
    data = ox.serialize(sorted(tale_quads(), key=str), format=ox.RdfFormat.N_QUADS)
    assert data is not None
    (folder / "nkgraph.nq").write_bytes(data)
    return folder


@pytest.mark.parametrize(("form", "make"), [("ftm", export_ftm), ("htcds", export_htcds)])
def test_what_is_dropped_is_printed(
    form: str, make: LossyExport, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files are those of the export; stdout stays empty, stderr has the sums and the kinds; a second run replaces them."""
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            main(["export", "--format", form, "--coarse", "--out", str(folder), "--output", str(tmp_path / "out")])
        assert ended.value.code == 0

        made = make(make_store(tale_quads()), coarse=True)
        written = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").glob("[!.]*")}
        assert written == dict(made.files)
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.endswith(made.losses.describe())
        assert f"{made.losses.count('dropped')} dropped" in printed.err
        assert "dropped: ConsentStatement " in printed.err
        assert "dropped: Payment " in printed.err


def test_the_example_of_messages_is_a_claim(built_graph: Path) -> None:
    """What a message tells the user to write names a claim of the graph."""
    example = ox.NamedNode(expand(EXAMPLE_CLAIM, strict=True))

    assert any(quad.graph_name == example for quad in read_dataset(built_graph))


def test_the_page_says_which_formats_take_another_base() -> None:
    """The lossy formats keep our IRIs, all others move them; the page says it so."""
    page = (default_project().root / "docs" / "exports.md").read_text("utf-8")

    assert {name for name, export in EXPORTS.items() if "base" not in export.options} == {"htcds", "ftm"}
    assert "every format takes it but `htcds` and `ftm`" in page
