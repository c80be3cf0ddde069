import pytest


@pytest.fixture(scope="session")
def tiny_source():
    """Pre-training that takes a fraction of a second: three epochs on 16 images."""
    # here, not above: the shape checks must be in place before the package is imported
    from thesiscode.transfer.sources import SourceSettings

    return SourceSettings(
        which="related", n_images=16, n_test=8, fc_width=16, batch_size=8, zoom=1.2, shift=4, patience=1, max_epochs=1
    )


@pytest.fixture(scope="session")
def written():
    """A function of a folder: the files below it, and when each was written."""
    return lambda folder: {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}
