#include "cpu/processors.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace wavetrain::cpu {
namespace {

namespace fs = std::filesystem;

// A machine of our own: files under a fresh directory.
class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            ("cgroup_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  fs::path root_;
};

TEST_F(CgroupTest, NoFilesMeanNoLimit) { EXPECT_FALSE(cgroup_quota(root_)); }

TEST_F(CgroupTest, Version2) {
  write("proc/self/cgroup", "0::/user.slice/job\n");
  write("sys/fs/cgroup/user.slice/job/cpu.max", "150000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root_).value(), 1.5);
}

TEST_F(CgroupTest, TheTightestAncestorBinds) {
  write("proc/self/cgroup", "0::/user.slice/job\n");
  write("sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/user.slice/cpu.max", "300000 100000\n");
  write("sys/fs/cgroup/cpu.max", "800000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root_).value(), 3.0);
}

TEST_F(CgroupTest, PathsOfTheHostAreNotMountedInAContainer) {
  write("proc/self/cgroup", "0::/docker/0123\n");
  write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root_).value(), 0.5);
}

TEST_F(CgroupTest, Version1) {
  write("proc/self/cgroup", "9:memory:/a\n4:cpu,cpuacct:/a/b\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "200000\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "50000\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root_).value(), 4.0);
}

TEST_F(CgroupTest, GarbageMeansNoLimit) {
  write("proc/self/cgroup", "nonsense\n0::/\n");
  write("sys/fs/cgroup/cpu.max", "0 0\n");
  EXPECT_FALSE(cgroup_quota(root_));
}

TEST(Processors, AtLeastOne) {
  EXPECT_GE(affinity_processors(), 1);
  EXPECT_GE(usable_processors(), 1);
  EXPECT_LE(usable_processors(), affinity_processors());
}

}  // namespace
}  // namespace wavetrain::cpu
