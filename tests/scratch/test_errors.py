import pytest

from thesiscode.scratch import GraphError, LabelError, NonFiniteError, ShapeError


@pytest.mark.parametrize("error", [GraphError, LabelError, NonFiniteError, ShapeError])
def test_every_error_is_a_value_error(error):
    assert issubclass(error, ValueError)
