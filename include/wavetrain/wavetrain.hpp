// Everything: what a program that trains or deploys models includes.
//
// The parts for files and series are there when the program links wavetrain::files and wavetrain::series, whose CMake
// targets say so.
#pragma once

#include "wavetrain/activations.hpp"
#include "wavetrain/array.hpp"
#include "wavetrain/callback.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/config.hpp"
#include "wavetrain/console.hpp"
#include "wavetrain/constraints.hpp"
#include "wavetrain/data_source.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/initializers.hpp"
#include "wavetrain/layer.hpp"
#include "wavetrain/layer_list.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/learning_rate.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/losses.hpp"
#include "wavetrain/metrics.hpp"
#include "wavetrain/optimizer.hpp"
#include "wavetrain/optimizers.hpp"
#include "wavetrain/predictor.hpp"
#include "wavetrain/presets.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/regularizers.hpp"
#include "wavetrain/sequential.hpp"
#include "wavetrain/stft.hpp"
#include "wavetrain/target.hpp"
#include "wavetrain/threads.hpp"
#include "wavetrain/utils.hpp"

#if defined(WAVETRAIN_WITH_FILES)
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/keras_model.hpp"
#include "wavetrain/files/npy.hpp"
#endif

#if defined(WAVETRAIN_WITH_SERIES)
#include "wavetrain/series/generators.hpp"
#include "wavetrain/series/labels.hpp"
#include "wavetrain/series/missing.hpp"
#include "wavetrain/series/nearest_neighbor.hpp"
#include "wavetrain/series/normalize.hpp"
#include "wavetrain/series/read.hpp"
#include "wavetrain/series/series_set.hpp"
#include "wavetrain/series/table.hpp"
#include "wavetrain/series/windows.hpp"
#include "wavetrain/series/write.hpp"
#endif
