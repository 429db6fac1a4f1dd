// Zip archives, in memory and in files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/files/io.hpp"

namespace wavetrain::files {

struct ZipLimits {
  std::size_t members = 100'000;
  std::uint64_t member_bytes = std::uint64_t{4} << 30;  // after inflating
};

// Reads members, stored or deflated. What cannot come from an honest writer is refused with FileError when the archive
// is opened: names that leave the archive ("../x", "/x", "C:x", backslashes), equal names, encryption, other methods,
// sizes that deflate cannot reach. A member that expands to more than 256 MiB and more than a hundredfold is refused as
// a bomb.
class ZipReader {
 public:
  // Borrows `bytes`, which must outlive the reader. `source` names the archive in messages.
  explicit ZipReader(ByteSpan bytes, std::string source = "zip archive", const ZipLimits& limits = {});
  // Reads members from the file when they are asked for; it must not be changed meanwhile.
  explicit ZipReader(const std::filesystem::path& path, const ZipLimits& limits = {});
  ~ZipReader();
  ZipReader(ZipReader&&) noexcept;
  ZipReader& operator=(ZipReader&&) noexcept;

  // True when `bytes` start like a zip archive.
  static bool recognises(ByteSpan bytes);
  // The same of a regular file; false for all others, such as pipes, and when it cannot be read.
  static bool recognises(const std::filesystem::path& path);

  // In the archive's order; directories are left out.
  const std::vector<std::string>& names() const;
  bool contains(std::string_view name) const;
  // Throws FileError when there is no such member, its checksum is wrong, or its data are damaged. Not thread-safe.
  Bytes read(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Collects members, stored without compression and dated 1980-01-01 as Python's `ZipFile.open(name, "w")` does, so that
// equal content gives equal archives.
class ZipWriter {
 public:
  // Throws ValueError for a name that ZipReader would refuse.
  void add(std::string name, Bytes content);
  void add(std::string name, std::string_view content);
  // The archive; members in the order in which they were added.
  Bytes finish() const;

 private:
  std::vector<std::pair<std::string, Bytes>> members_;
};

}  // namespace wavetrain::files
