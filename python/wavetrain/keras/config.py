"""keras.config."""

_epsilon = 1e-7
_interactive = True


def backend():
    return "wavetrain"


def epsilon():
    return _epsilon


def set_epsilon(value):
    if value != 1e-7:
        raise NotImplementedError(f"set_epsilon({value}): the library's formulas use 1e-7")


def floatx():
    return "float32"


def set_floatx(value):
    if value not in {"bfloat16", "float16", "float32", "float64"}:
        raise ValueError(f"Unknown `floatx` value: {value}. Expected one of {{'bfloat16', 'float16', 'float32', 'float64'}}")
    if value != "float32":
        raise NotImplementedError(f"set_floatx({value!r}): everything computes in float32")


def image_data_format():
    return "channels_last"


def set_image_data_format(data_format):
    if data_format != "channels_last":
        raise NotImplementedError(f"set_image_data_format({data_format!r}): data is (samples, timesteps, features)")


def dtype_policy():
    return "float32"


def set_dtype_policy(policy):
    name = getattr(policy, "name", policy)
    if name != "float32":
        raise NotImplementedError(f"set_dtype_policy({name!r}): everything computes in float32")


def enable_interactive_logging():
    global _interactive
    _interactive = True


def disable_interactive_logging():
    global _interactive
    _interactive = False


def is_interactive_logging_enabled():
    return _interactive


def is_traceback_filtering_enabled():
    return False


def enable_traceback_filtering():
    pass


def disable_traceback_filtering():
    pass


def enable_unsafe_deserialization():
    raise NotImplementedError("Python code in model files is never run")
