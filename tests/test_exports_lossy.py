"""The command's part of the lossy exports: a folder of files, and what is dropped on stderr."""

from __future__ import annotations

from pathlib import Path

import pytest
from export_fixtures import make_store, tale_quads

from nkgraph.cli.lossy import write_lossy_export
from nkgraph.errors import ParameterError
from nkgraph.exports.lossy import LOSSY


@pytest.mark.parametrize("form", sorted(LOSSY))
def test_what_is_dropped_is_printed(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files are those of the export; stdout stays empty, stderr has the sums and the kinds."""
    store = make_store(tale_quads())

    assert write_lossy_export(form, store, tmp_path / "out", coarse=True) == 0

    made = LOSSY[form](store, coarse=True)
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()} == dict(made.files)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.endswith(made.losses.describe())
    assert f"{made.losses.count('dropped')} dropped" in printed.err
    assert "dropped: ConsentStatement " in printed.err
    assert "dropped: Payment " in printed.err


def test_a_folder_is_needed() -> None:
    """A lossy export does not go to stdout."""
    with pytest.raises(ParameterError, match="--output"):
        write_lossy_export("htcds", make_store(tale_quads()), None, coarse=False)
