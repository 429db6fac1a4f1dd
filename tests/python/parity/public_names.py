"""Keras' public names and where they are here: what the library describes, what its headers declare, or why it is left out.

`compare(keras, descriptions)` looks at the installed Keras, so that a name that a new release brings is noticed.
"""

import re
from pathlib import Path

INCLUDE = Path(__file__).resolve().parents[3] / "include/wavetrain"
NOT_SERIES = "for images or volumes, not series"
MANY_INPUTS = "needs more than one input, which a Sequential does not have"
PYTHON = "holds Python code; a C++ layer of one's own does (examples/own_layer.cpp)"
BASE = "a base class; here a struct with a description of itself (describe.hpp)"
LOOK_UP = "made from its name, e.g. Loss(\"mse\"), or from its config"
TEXT = "for text or keys, not series of numbers"
INSIDE = "inner workings of Keras' Python"

# module: how its names are found here. "described": among the descriptions of that family; else the headers.
MODULES = {
    "layers": ("described", "layers"), "losses": ("described", "losses"), "metrics": ("described", "metrics"),
    "optimizers": ("described", "optimizers"), "optimizers.schedules": ("headers", ["learning_rate.hpp"]),
    "initializers": ("described", "initializers"), "regularizers": ("described", "regularizers"), "constraints": ("described", "constraints"),
    "callbacks": ("headers", ["callbacks.hpp", "callback.hpp"]), "activations": ("source", "activations"),
    "utils": ("headers", ["utils.hpp", "random.hpp", "layer.hpp", "data_source.hpp", "console.hpp"]),
    "models": ("headers", ["sequential.hpp", "files/keras_model.hpp"]), "Sequential": ("headers", ["sequential.hpp", "callback.hpp"]),
}

# Regular expressions for "module.name" and the reason why it is not here.
NOT_HERE = [
    (r"\w+(\.\w+)?\.(serialize|deserialize|get|Config|\w*serializ\w*|\w*register\w*|CustomObjectScope|\w*custom_object\w*)", LOOK_UP),
    (r"layers\.(Wrapper|Layer|InputSpec)|losses\.Loss|metrics\.Metric|optimizers\.Optimizer|initializers\.Initializer|"
     r"regularizers\.Regularizer|constraints\.Constraint|optimizers\.schedules\.LearningRateSchedule", BASE),
    (r"layers\.(Lambda|TFSMLayer|TorchModuleWrapper|JaxLayer|FlaxLayer|Pipeline)", PYTHON),
    (r"layers\.(Add|Average|Concatenate|Dot|Maximum|Minimum|Multiply|Subtract|add|average|concatenate|dot|maximum|minimum|multiply|subtract|"
     r"Attention|AdditiveAttention|MultiHeadAttention|GroupQueryAttention)", MANY_INPUTS),
    (r"layers\.(TextVectorization|StringLookup|IntegerLookup|Hashing|HashedCrossing)|utils\.(text_dataset\w*|FeatureSpace)", TEXT),
    (r"layers\.(\w+[23]D(Transpose)?|Random\w+|RandAugment|AugMix|AutoContrast|CenterCrop|CutMix|MixUp|Equalization|Contrast\w+|Solarization|Resizing|"
     r"MaxNumBoundingBoxes)|utils\.(\w*im(g|age)\w*|\w*img|bounding_boxes)", NOT_SERIES),
    (r"layers\.(STFTSpectrogram|MelSpectrogram)|utils\.audio_dataset\w*",
     "spectra of sound; a Conv1D with the STFT initializer computes the transform"),
    (r"layers\.ReversibleEmbedding", "its reverse call has no place in a Sequential"),
    (r"metrics\.(huber|log_cosh|binary_focal_crossentropy|categorical_focal_crossentropy)", "among the losses"),
    (r"optimizers\.(MultiOptimizer|OptimizerMap)", "Keras makes it for its own use when layers have optimizers of their own"),
    (r"optimizers\.LossScaleOptimizer", "read from files: float32 needs no scaling, so the optimizer in it is taken"),
    (r"optimizers\.(legacy|schedules)|utils\.legacy", "a module"),
    (r"callbacks\.RemoteMonitor", "sends over HTTP; LambdaCallback can"),
    (r"callbacks\.OrbaxCheckpoint", "a format of JAX"),
    (r"activations\.threshold", "needs arguments, so no layer can name it"),
    (r"activations\.glu", "halves its axis: Keras' layers refuse it, too, when they infer shapes"),
    (r"utils\.(Sequence|PyDataset)", "DataSource (data_source.hpp)"),
    (r"utils\.(Progbar|\w*interactive_logging\w*|is_keras_tensor|standardize_dtype|get_source_inputs|get_file|\w*_x_y_sample_weight)", INSIDE),
    (r"models\.(Model|clone_model)", "only Sequential models; Sequential::from_config copies one"),
    (r"models\.save_model", "Sequential::save"),
    (r"Sequential\.(compiled_loss|compiled_metrics|distribute_strategy|distribute_reduction_method)", "compile_options(); one device"),
    (r"Sequential\.(add_loss|add_metric|add_variable|add_weight|compute_loss\w*|compute_metrics|compute_mask|compute_output_spec|"
     r"stateless_\w+|symbolic_call|rematerialized_call|\w+_step|make_\w+_function|jax_state_sync|get_state_tree|set_state_tree|"
     r"load_own_variables|save_own_variables|metrics_variables|get_metrics_result|input_spec|path|run_eagerly|jit_compile|supports_masking)", INSIDE),
    (r"Sequential\.(quantiz\w+|get_quantization_layer_structure)", "no quantisation"),
    (r"Sequential\.export", "a format of TensorFlow; files are .keras, .h5 and .npz"),
    (r"Sequential\.(dtype|dtype_policy|compute_dtype|input_dtype|variable_dtype)", "float32 throughout"),
    (r"Sequential\.(build_from_config|get_build_config|get_config|compile_from_config|get_compile_config)",
     "config(), from_config() and compile_options()"),
    (r"Sequential\.(trainable|\w*trainable_(variables|weights))", "set_trainable; Layer::trainable_variables of layers()"),
    (r"Sequential\.(weights|losses|metrics|metrics_names|input|inputs|output|outputs)",
     "variables(), compile_options(), input_shape() and output_shape()"),
]
# What a name is called here.
CALLED = {"layers.Input": "Input", "layers.InputLayer": "Input", "losses.ctc": "CTC"}


def _words(*headers):
    text = "".join((INCLUDE / header).read_text() for header in headers)
    return set(re.findall(r"\w+", re.sub(r"//.*", "", text)))


def _snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _named(keras, module):
    """Pairs of a public name and the object's own name, which differs for an alias."""
    place = keras
    for part in module.split("."):
        place = getattr(place, part)
    for name in dir(place):
        if not name.startswith("_"):
            yield name, getattr(getattr(place, name), "__name__", name)


def present(name, own_name, how, descriptions):
    kind, where = how
    if kind == "headers":
        return name in _words(*where)
    if kind == "source":
        text = (INCLUDE.parents[1] / "src/core/activations.cpp").read_text()
        return f'"{name}"' in text
    members = descriptions[where]
    folded = {_snake(member).replace("_", "") for member in members}
    return name in members or own_name in members or name.lower().replace("_", "") in folded


def compare(keras, descriptions):
    """{module: ([names that are here], {name: reason}, [missing names])}"""
    result = {}
    for module, how in MODULES.items():
        here, left_out, missing = [], {}, []
        for name, own_name in _named(keras, module):
            reason = next((why for pattern, why in NOT_HERE if re.fullmatch(pattern, f"{module}.{name}")), None)
            if present(CALLED.get(f"{module}.{name}", name), own_name, how, descriptions) or f"{module}.{name}" in CALLED:
                here.append(name)
            elif reason:
                left_out[name] = reason
            else:
                missing.append(name)
        result[module] = (here, left_out, missing)
    return result


def section(result):
    """For the coverage document."""
    lines = ["", "## Public names of Keras", ""]
    for module, (here, left_out, missing) in result.items():
        lines.append(f"* keras.{module}: {', '.join(here)}")
        reasons = {}
        for name, why in left_out.items():
            reasons.setdefault(why, []).append(name)
        lines += [f"    * not here, {why}: {', '.join(names)}" for why, names in reasons.items()]
        lines += [f"    * MISSING: {', '.join(missing)}"] * bool(missing)
    return "\n".join(lines) + "\n"
