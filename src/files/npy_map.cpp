#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "npy_header.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/npy.hpp"

namespace wavetrain::files {

struct MappedNpy::Mapping {
  void* start = nullptr;
  std::size_t size = 0;

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (start != nullptr) ::munmap(start, size);
  }

  void open(const std::filesystem::path& path) {
    const auto fail = [&](int error) {
      throw FileError(fmt::format("Cannot map '{}': {}.", path.string(), std::strerror(error)));
    };
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(errno);
    struct stat status {};
    int error = ::fstat(file, &status) == 0 ? 0 : errno;
    if (error == 0 && S_ISDIR(status.st_mode)) error = EISDIR;
    if (error == 0 && status.st_size > 0) {
      void* mapped = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
      if (mapped == MAP_FAILED) {
        error = errno;
      } else {
        start = mapped;
        size = static_cast<std::size_t>(status.st_size);
      }
    }
    ::close(file);  // the mapping stays
    if (error != 0) fail(error);
  }
};

MappedNpy::MappedNpy(const std::filesystem::path& path) : mapping_(std::make_unique<Mapping>()) {
  mapping_->open(path);
  const ByteSpan file(static_cast<const std::byte*>(mapping_->start), mapping_->size);
  try {
    const NpyHeader header = parse_npy_header(file, file.size());
    // A bool's bytes have to be looked at before they may be used as such.
    const bool usable = !header.half && header.type != ElementType::boolean &&
                        (header.order == std::endian::native || size_of(header.type) == 1);
    if (usable) {
      view_ = DataView(file.data() + header.data_at, header.type, header.shape, header.byte_strides);
      return;
    }
    copy_ = parse_npy(file);
  } catch (const FileError& error) {
    throw FileError(fmt::format("'{}': {}", path.string(), error.what()));
  }
  mapping_.reset();
  view_ = copy_.view();
}

MappedNpy::~MappedNpy() = default;
MappedNpy::MappedNpy(MappedNpy&&) noexcept = default;
MappedNpy& MappedNpy::operator=(MappedNpy&&) noexcept = default;

}  // namespace wavetrain::files
