"""`import wavetrain as tf`."""

import numpy as np
import pytest

import wavetrain as tf


def test_random():
    x = tf.random.normal((2000, 3), mean=2.0, stddev=0.5)
    assert x.shape == (2000, 3) and x.dtype == tf.float32 and isinstance(x, tf.Tensor)
    assert abs(float(tf.reduce_mean(x)) - 2) < 0.05 and abs(np.std(x) - 0.5) < 0.03
    u = tf.random.uniform((1000,), maxval=10, dtype=tf.int32)
    assert u.dtype == np.int32 and set(np.unique(u.numpy())) == set(range(10))
    f = tf.random.uniform([500], -1.0, 3.0)
    assert f.dtype == "float32" and -1 <= f.min() and f.max() < 3
    assert tf.random.uniform((), dtype=tf.float64).dtype == np.float64
    with pytest.raises(ValueError):
        tf.random.uniform((3,), dtype=tf.int32)
    tf.random.set_seed(3)
    a = tf.random.normal((4,))
    tf.random.set_seed(3)
    assert (a == tf.random.normal((4,))).all() and not (a == tf.random.normal((4,))).all()
    assert (tf.random.normal((4,), seed=1) == tf.random.normal((4,), seed=1)).all()
    assert sorted(tf.random.shuffle(tf.range(10)).numpy()) == list(range(10))
    assert tf.random.Generator.from_seed(1).normal((2, 2)).shape == (2, 2)


def test_tensors():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert t.dtype == tf.float32 and type(t.numpy()) is np.ndarray and t.shape.__class__ is tuple
    assert repr(t) == "<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\n[[1., 2.],\n [3., 4.]]>"
    assert repr(tf.constant(3)) == "<tf.Tensor: shape=(), dtype=int32, numpy=3>"
    assert "tf.Tensor(" in str(t) and f"{tf.constant(2.5):.2f}" == "2.50"
    assert tf.constant([1, 2]).dtype == tf.int32 and tf.constant(5, shape=(2, 2)).shape == (2, 2)
    assert isinstance(t + 1, tf.Tensor) and isinstance(t[0], tf.Tensor) and isinstance(t @ t, tf.Tensor)
    assert tf.convert_to_tensor(np.arange(3)).dtype == np.int64 and tf.is_tensor(t) and not tf.is_tensor(3)
    with pytest.raises(TypeError):
        hash(t)
    assert t.get_shape().as_list() == [2, 2]


def test_functions():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert tf.cast(t, tf.int32).dtype == tf.int32 and tf.cast([1.7], "int64")[0] == 1
    assert tf.reshape(t, [-1]).shape == (4,) and tf.reshape(t, (1, 2, 2)).shape == (1, 2, 2)
    assert tf.expand_dims(t, axis=-1).shape == (2, 2, 1) and tf.squeeze(tf.expand_dims(t, 0)).shape == (2, 2)
    assert tf.concat([t, t], axis=1).shape == (2, 4) and tf.stack([t, t]).shape == (2, 2, 2)
    np.testing.assert_array_equal(tf.one_hot([0, 2], depth=3), [[1, 0, 0], [0, 0, 1]])
    assert tf.one_hot([0, 2], 3).dtype == tf.float32
    np.testing.assert_allclose(tf.reduce_mean(t, axis=0), [2, 3])
    assert float(tf.reduce_sum(t)) == 10 and float(tf.reduce_max(t)) == 4
    assert tf.transpose(t, perm=[1, 0])[0, 1] == 3 and tf.shape(t)[0] == 2
    np.testing.assert_allclose(tf.math.log(tf.exp(t)), t, rtol=1e-6)
    np.testing.assert_allclose(tf.nn.softmax(t).sum(-1), [1, 1], rtol=1e-6)
    np.testing.assert_array_equal(tf.clip_by_value(t, 1.5, 3), [[1.5, 2], [3, 3]])
    np.testing.assert_array_equal(tf.where(t > 2, t, 0.0), [[0, 0], [3, 4]])
    assert tf.zeros((2, 3)).shape == (2, 3) and tf.ones([4]).sum() == 4 and tf.fill([2], 3.0)[1] == 3
    assert tf.range(5).dtype == tf.int32 and len(tf.split(t, 2)) == 2 and tf.gather(t, [1])[0, 0] == 3
    assert tf.newaxis is None and tf.function(lambda x: x)(3) == 3
    assert float(tf.norm(tf.constant([3.0, 4.0]))) == 5
    assert tf.dtypes.float32 == tf.float32 == np.float32 and tf.float32.is_floating
    assert tf.config.list_physical_devices("GPU") == []


def test_what_is_not_offered():
    with pytest.raises(AttributeError, match="It offers: .*reduce_mean"):
        tf.nonsense
    with pytest.raises(AttributeError, match="Did you mean 'Conv1D'"):
        tf.keras.layers.Conv1d
    with pytest.raises(AttributeError, match="It offers"):
        tf.keras.layers.Conv2D
    with pytest.raises(ImportError):
        from wavetrain.keras.layers import Conv3D  # noqa: F401
    with pytest.raises(NotImplementedError):
        tf.GradientTape()
    with pytest.raises(NotImplementedError):
        type("Mine", (tf.keras.layers.Layer,), {})()
    with pytest.raises(NotImplementedError):
        type("Mine", (tf.keras.Model,), {})()


def test_datasets():
    x, y = np.arange(10), np.arange(10) * 2
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    assert len(ds) == 10 and int(ds.cardinality()) == 10
    batches = list(ds.batch(4))
    assert [len(b[0]) for b in batches] == [4, 4, 2] and len(ds.batch(4, drop_remainder=True)) == 2
    shuffled = ds.shuffle(100)
    assert sorted(a for a, _ in shuffled) == list(x) and [a for a, _ in shuffled] != [a for a, _ in shuffled]
    assert sorted(a for a, _ in ds.shuffle(3, seed=1)) == list(x)
    assert list(tf.data.Dataset.range(4).map(lambda v: v * 2).as_numpy_iterator()) == [0, 2, 4, 6]
    assert [list(w) for w in tf.data.Dataset.range(5).window(3, shift=1, drop_remainder=True)] == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    windows = tf.data.Dataset.range(6).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))
    assert [list(w) for w in windows] == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert len(list(ds.repeat(3))) == 30 and len(ds.take(3)) == 3 and len(ds.skip(3)) == 7
    assert [a for a, _ in ds.filter(lambda a, b: a > 7)] == [8, 9]
    zipped = tf.data.Dataset.zip((tf.data.Dataset.range(3), tf.data.Dataset.range(3)))
    assert list(zipped) == [(0, 0), (1, 1), (2, 2)]
    assert ds.prefetch(tf.data.AUTOTUNE) is not None and len(list(ds.batch(5).unbatch())) == 10
    with pytest.raises(TypeError):
        len(ds.repeat())


@pytest.mark.parametrize("expression", [
    "k.utils.to_categorical([0, 2, 1])", "k.utils.to_categorical([[0], [2]], 4)", "k.utils.to_categorical([0, 5], 3)",
    "k.utils.to_categorical(np.array([[0, 1], [2, 0]]))", "k.utils.normalize(np.arange(6.).reshape(2, 3))",
    "k.utils.pad_sequences([[1], [2, 3], [4, 5, 6]])",
    "k.utils.pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2, padding='post', truncating='post', value=9)",
    "k.utils.pad_sequences([[[1., 2]], [[3, 4], [5, 6]]], dtype='float32')", "k.utils.pad_sequences([[1]], padding='nonsense')",
    "k.utils.pad_sequences(3)", "k.utils.set_random_seed('a')", "k.backend.floatx()", "k.config.epsilon()", "k.backend.epsilon()",
    "k.backend.is_float_dtype('float16')", "k.backend.is_int_dtype('uint8')", "k.backend.is_int_dtype('float32')",
    "k.backend.is_keras_tensor(k.Input((3,)))", "k.backend.is_keras_tensor(3)",
    "[k.backend.get_uid('a'), k.backend.get_uid('a'), k.backend.get_uid('b')]",
    "k.config.image_data_format()", "k.utils.standardize_dtype('float32')", "k.saving.deserialize_keras_object(None)",
    *(f"k.ops.{f}(np.array([[1., 2, 3], [4, 0.5, 6]], 'float32'){a})" for f, a in (
        ("mean", ""), ("mean", ", axis=0"), ("sum", ", axis=-1, keepdims=True"), ("max", ", axis=1"), ("min", ""), ("std", ", axis=0"),
        ("var", ""), ("abs", ""), ("square", ""), ("sqrt", ""), ("log", ""), ("exp", ""), ("sigmoid", ""), ("softplus", ""),
        ("relu", ""), ("softmax", ""), ("cumsum", ", axis=1"), ("argmax", ", axis=1"), ("reshape", ", (3, 2)"), ("transpose", ""),
        ("expand_dims", ", 1"), ("clip", ", 1., 3."), ("maximum", ", 2."), ("where", " > 2, 1., 0."), ("flip", ", axis=1"),
        ("logsumexp", ", axis=1"), ("round", ""), ("floor", ""), ("sign", ""), 
        ("one_hot", "[0].astype('int32'), 7"), ("power", ", 2."), ("roll", ", 1, axis=1"), ("take", ", [0, 2], axis=1"))),
])
def test_utilities(expression, real):
    from both import check

    check(expression, tf.keras, real)


def test_windows_over_a_series(real):
    data = np.arange(30, dtype="float32").reshape(15, 2)
    for options in ({}, {"sequence_stride": 2}, {"sampling_rate": 2}, {"start_index": 3}, {"end_index": 12}):
        ours = tf.keras.utils.timeseries_dataset_from_array(data, data[4:, 0], sequence_length=4, batch_size=3, **options)
        try:
            theirs = list(real.utils.timeseries_dataset_from_array(data, data[4:, 0], sequence_length=4, batch_size=3, **options))
        except Exception as error:  # it needs TensorFlow
            pytest.skip(str(error))
        ours = list(ours)
        assert len(ours) == len(theirs)
        for (x, y), (a, b) in zip(ours, theirs):
            np.testing.assert_array_equal(x, np.asarray(a))
            np.testing.assert_array_equal(y, np.asarray(b))


def test_show_config(capsys):
    tf.show_config()
    assert "threads" in capsys.readouterr().out and tf.__version__
