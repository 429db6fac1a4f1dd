"""What `compile` is given, as the library takes it."""

from .. import _core
from . import losses as keras_losses
from . import metrics as keras_metrics


def _flat(value):
    if value is None:
        return []
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, (list, tuple)):
        return [value]
    result = []
    for item in value:
        result.extend(_flat(item) if isinstance(item, (list, tuple)) else [item])
    return result


def metrics(given):
    """The library's metrics, and the objects that were given."""
    handles, objects = [], []
    for metric in _flat(given):
        handle, kept = keras_metrics._for_compile(metric)
        handles.append(handle)
        if kept is not None:
            objects.append(kept)
    return handles, objects


def loss(given):
    given = _flat(given)
    if len(given) > 1:
        raise ValueError(f"A Sequential model has one output and one loss. Received: loss={given}")
    if not given or given[0] is None:
        return None
    return one_loss(given[0])


def one_loss(given):
    if isinstance(given, (str, dict)):
        return given
    if isinstance(given, type) and issubclass(given, keras_losses.Loss):
        given = given()
    if isinstance(given, keras_losses.Loss) and given._handle is not None:
        return given._handle
    if getattr(given, "_wavetrain_name", None):
        return given._wavetrain_name
    if callable(given):
        from .._record import PythonLoss

        return _core.python_loss(PythonLoss(given))
    raise ValueError(f"Could not interpret loss identifier: {given}")


def scalar(loss_weights):
    weights = _flat(loss_weights)
    return None if not weights else float(weights[0])
