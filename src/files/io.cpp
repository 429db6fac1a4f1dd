#include "wavetrain/files/io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path, int error) {
  throw FileError(fmt::format("Cannot {} '{}': {}.", what, path.string(), std::strerror(error)));
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  // Closes now and returns whether that worked: on network file systems errors of earlier writes show up here.
  bool close() { return ::close(std::exchange(value_, -1)) == 0; }

 private:
  int value_;
};

// Removes the temporary file unless it became the real one.
struct TemporaryFile {
  std::string path;
  ~TemporaryFile() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

void write_all(int descriptor, ByteSpan bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    // Linux transfers at most 2 GiB a call.
    const std::size_t count = std::min<std::size_t>(bytes.size(), std::size_t{1} << 30);
    const ssize_t written = ::write(descriptor, bytes.data(), count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// A new file takes the permissions that open() would have given it.
mode_t new_file_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Bytes read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail("open", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("read", path, errno);
  if (S_ISDIR(status.st_mode)) throw FileError(fmt::format("Cannot read '{}': it is a directory.", path.string()));
  const auto too_large = [&] {
    throw FileError(fmt::format("Cannot read '{}': it is larger than {} bytes.", path.string(), max_bytes));
  };
  const auto stated = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
  if (stated > max_bytes) too_large();

  // The size is only a hint: pipes and /proc state none, and a file may grow. One byte more finds its end at once.
  Bytes bytes(static_cast<std::size_t>(stated) + 1);
  std::size_t count = 0;
  for (;;) {
    if (count == bytes.size()) bytes.resize(2 * bytes.size());
    const std::size_t wanted = std::min<std::size_t>(bytes.size() - count, std::size_t{1} << 30);
    const ssize_t received = ::read(file.get(), bytes.data() + count, wanted);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) fail("read", path, errno);
    if (received == 0) break;
    count += static_cast<std::size_t>(received);
    if (count > max_bytes) too_large();
  }
  bytes.resize(count);
  return bytes;
}

void write_file_atomically(const std::filesystem::path& path, ByteSpan bytes) {
  std::error_code ignored;
  std::filesystem::path target = path;
  if (std::filesystem::is_symlink(path, ignored)) {
    target = std::filesystem::weakly_canonical(path, ignored);
    if (ignored) fail("write", path, ignored.value());
  }
  struct stat status {};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail("write", path, EISDIR);
  // Devices and pipes (/dev/stdout) are written in place; there is nothing to replace.
  if (exists && !S_ISREG(status.st_mode)) {
    Descriptor device(::open(target.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0) fail("write", path, errno);
    write_all(device.get(), bytes, path);
    return;
  }

  const std::filesystem::path directory = target.has_parent_path() ? target.parent_path() : ".";
  // A short name of its own: the target's may already be as long as a name can be.
  std::string name = (directory / ".wavetrain-XXXXXX").string();
  Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (file.get() < 0) fail("write", path, errno);
  TemporaryFile temporary{name};
  write_all(file.get(), bytes, path);
  if (::fchmod(file.get(), exists ? status.st_mode & 07777 : new_file_mode()) != 0) fail("write", path, errno);
  if (::fsync(file.get()) != 0) fail("write", path, errno);
  if (!file.close()) fail("write", path, errno);
  if (::rename(name.c_str(), target.c_str()) != 0) fail("write", path, errno);
  temporary.path.clear();

  // The new name is safe only once the directory is. Not every file system can do this; the content is safe either way.
  const Descriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() >= 0) ::fsync(parent.get());
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, as_bytes(text));
}

ByteSpan as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string_view as_text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace wavetrain::files
