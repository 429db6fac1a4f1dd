#include "cpu/processors.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace wavetrain::cpu {
namespace {

namespace fs = std::filesystem;

std::optional<double> smaller(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::optional<double> ratio(double quota, double period) {
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

// Version 2: "max 100000" or "150000 100000".
std::optional<double> read_v2(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0, period = 0;
  if (!(file >> quota >> period)) return std::nullopt;  // "max" is no number: unlimited
  return ratio(quota, period);
}

// Version 1: two files, the quota is -1 when unlimited.
std::optional<double> read_v1(const fs::path& group) {
  std::ifstream quota_file(group / "cpu.cfs_quota_us"), period_file(group / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (!(quota_file >> quota) || !(period_file >> period)) return std::nullopt;
  return ratio(quota, period);
}

// A limit on any ancestor binds as well. Inside a container `path` may name directories of the host that are not
// mounted here; those simply have no files, and the walk ends at the mount's own root.
template <class Read>
std::optional<double> tightest(const fs::path& mount, const std::string& path, Read read) {
  std::optional<double> result;
  for (fs::path group = fs::path(path).relative_path();; group = group.parent_path()) {
    result = smaller(result, read(mount / group));
    if (group.empty()) return result;
  }
}

}  // namespace

int affinity_processors() {
#ifdef __linux__
  // Machines with more than 1024 processors need a larger mask; the call fails with EINVAL until it is large enough.
  for (std::size_t count = 1024; count <= (std::size_t{1} << 20); count *= 2) {
    cpu_set_t* set = CPU_ALLOC(count);
    if (set == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(count);
    CPU_ZERO_S(bytes, set);
    const bool known = sched_getaffinity(0, bytes, set) == 0;
    const int processors = known ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (known) return std::max(1, processors);
  }
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::optional<double> cgroup_quota(const fs::path& root) {
  std::ifstream groups(root / "proc/self/cgroup");
  const fs::path mounts = root / "sys/fs/cgroup";
  std::optional<double> result;
  // One line per hierarchy: "0::/path" is version 2, "4:cpu,cpuacct:/path" version 1.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (controllers.empty()) {
      result = smaller(result, tightest(mounts, path, read_v2));
      result = smaller(result, tightest(mounts / "unified", path, read_v2));
      continue;
    }
    std::istringstream names(controllers);
    for (std::string name; std::getline(names, name, ',');) {
      if (name == "cpu") result = smaller(result, tightest(mounts / controllers, path, read_v1));
    }
  }
  return result;
}

int usable_processors() {
  const int processors = affinity_processors();
  const std::optional<double> quota = cgroup_quota();
  if (!quota) return processors;
  return std::clamp(static_cast<int>(std::ceil(std::min(*quota, 1e6))), 1, processors);
}

}  // namespace wavetrain::cpu
