// How many processors this process may use.
#pragma once

#include <filesystem>
#include <optional>

namespace wavetrain::cpu {

// Processors in the affinity mask of the calling thread (where the system has one, else all of the machine), at
// least 1.
int affinity_processors();

// The tightest CPU quota among this process's control groups, in processors (1.5 = 150 ms of CPU time per 100 ms), or
// nothing when unlimited. Reads cgroup version 2 (`cpu.max`) and version 1 (`cpu.cfs_quota_us`). `root` is where /proc
// and /sys lie; tests pass a directory of their own.
std::optional<double> cgroup_quota(const std::filesystem::path& root = "/");

// The smaller of both, a fractional quota rounded up: two threads that are throttled now and then finish sooner than
// one.
int usable_processors();

}  // namespace wavetrain::cpu
