// The attributes of a group or dataset, whichever way they are stored.
#pragma once

#include "global_heap.hpp"
#include "object.hpp"

namespace wavetrain::files::hdf5 {

Attributes read_attributes(Source& source, GlobalHeap& heap, const Object& object);

}  // namespace wavetrain::files::hdf5
