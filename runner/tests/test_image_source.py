"""Copies of the repository out of the notebook's image."""

import os
import stat

import pytest

from nbv_runner.image_source import ImageSourceError, copy_source


@pytest.fixture
def image(tmp_path):
    source = tmp_path / "image"
    (source / "notebooks").mkdir(parents=True)
    (source / "notebooks" / "a.ipynb").write_text("{}")
    return source


def test_everything_is_copied_and_can_be_written_to(image, tmp_path):
    (image / "data").mkdir()
    (image / "data" / "x.csv").write_text("1\n")
    (image / "data" / "x.csv").chmod(0o444)
    (image / "run.sh").write_text("#!/bin/sh\n")
    (image / "run.sh").chmod(0o555)
    (image / "empty").mkdir()
    into = tmp_path / "into"
    into.mkdir()
    assert copy_source(str(image), str(into), "notebooks/a.ipynb") == 3
    assert (into / "data" / "x.csv").read_text() == "1\n"
    assert stat.S_IMODE((into / "data" / "x.csv").stat().st_mode) == 0o644
    assert stat.S_IMODE((into / "run.sh").stat().st_mode) == 0o755
    assert (into / "empty").is_dir()


def test_links_stay_links_and_other_things_stay_where_they_are(image, tmp_path):
    (image / "to-file").symlink_to("notebooks/a.ipynb")
    (image / "to-folder").symlink_to("notebooks")
    (image / "to-nothing").symlink_to("nowhere")
    os.mkfifo(image / "pipe")
    into = tmp_path / "into"
    into.mkdir()
    assert copy_source(str(image), str(into), "notebooks/a.ipynb") == 4
    assert os.readlink(into / "to-folder") == "notebooks"
    assert os.readlink(into / "to-nothing") == "nowhere"
    assert not (into / "pipe").exists()


@pytest.mark.parametrize("notebook", ["notebooks/b.ipynb", "notebooks"])
def test_an_image_without_the_notebook_is_named(image, tmp_path, notebook):
    with pytest.raises(ImageSourceError) as caught:
        copy_source(str(image), str(tmp_path), notebook)
    assert caught.value.reason == "NotebookNotFound"


def test_a_place_that_can_not_be_written_to_is_named(image, tmp_path):
    (tmp_path / "into").write_text("a file")
    with pytest.raises(ImageSourceError) as caught:
        copy_source(str(image), str(tmp_path / "into"), "notebooks/a.ipynb")
    assert caught.value.reason == "PermissionDenied"
    assert "into" in str(caught.value)
