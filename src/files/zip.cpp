#include "wavetrain/files/zip.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

// What deflate can reach at most: 258 bytes from 2 bits, plus a block's frame.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::uint64_t kBombBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kBombRatio = 100;
// Years count from 1980 in the upper seven bits; month 1, day 1.
constexpr std::uint16_t kEpochDate = (1 << 5) | 1;

// Why `name` would be dangerous to extract; empty when it is not.
std::string_view name_problem(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (name.find('\0') != std::string_view::npos) return "it holds a zero byte";
  if (name.find('\\') != std::string_view::npos) return "it holds a backslash";
  if (name.front() == '/' || (name.size() > 1 && name[1] == ':')) return "it is absolute";
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    if (name.substr(start, end - start) == "..") return "it leaves the archive";
    start = end + 1;
  }
  return {};
}

// zip_error_t that frees itself.
struct ZipError {
  zip_error_t value;
  ZipError() { zip_error_init(&value); }
  ~ZipError() { zip_error_fini(&value); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  const char* text() { return zip_error_strerror(&value); }
};

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;

struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Source = std::unique_ptr<zip_source_t, FreeSource>;

struct CloseMember {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

struct ZipReader::Impl {
  struct Member {
    zip_uint64_t index;
    std::uint64_t size;
  };

  std::string source;
  std::uint64_t stored_left = 0;  // bytes of the archive that no member has claimed yet
  Archive archive;
  std::vector<std::string> names;
  std::map<std::string, Member, std::less<>> members;

  [[noreturn]] void fail(std::string_view reason) const { throw FileError(fmt::format("{}: {}", source, reason)); }
  [[noreturn]] void fail(std::string_view member, std::string_view reason) const {
    throw FileError(fmt::format("{}, member '{}': {}", source, member, reason));
  }

  // The whole archive has `size` bytes.
  void open(Source content, std::uint64_t size, ZipError& error, const ZipLimits& limits) {
    if (!content) fail(error.text());
    stored_left = size;
    archive.reset(zip_open_from_source(content.get(), ZIP_RDONLY, &error.value));
    if (!archive) fail(fmt::format("not a readable zip archive: {}.", error.text()));
    (void)content.release();  // the archive owns it now
    const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    if (count < 0 || static_cast<std::uint64_t>(count) > limits.members) {
      fail(fmt::format("has {} members, the limit is {}.", count, limits.members));
    }
    for (zip_int64_t i = 0; i < count; ++i) add_member(static_cast<zip_uint64_t>(i), limits);
  }

  void add_member(zip_uint64_t index, const ZipLimits& limits) {
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat_index(archive.get(), index, ZIP_FL_ENC_GUESS, &status) != 0) fail(zip_strerror(archive.get()));
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((status.valid & kNeeded) != kNeeded) fail("a member's entry is incomplete.");
    const std::string name = status.name;
    if (const std::string_view problem = name_problem(name); !problem.empty()) {
      fail(name, fmt::format("refused, because its name is not safe: {}.", problem));
    }
    if (name.back() == '/') return;
    if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE) {
      fail(name, "is encrypted, which is not supported.");
    }
    check_size(name, status, limits);
    if (!members.emplace(name, Member{index, status.size}).second) fail(name, "occurs twice.");
    names.push_back(name);
  }

  void check_size(const std::string& name, const zip_stat_t& status, const ZipLimits& limits) {
    const bool stored = status.comp_method == ZIP_CM_STORE;
    if (!stored && status.comp_method != ZIP_CM_DEFLATE) {
      fail(name, fmt::format("uses compression method {}; only stored (0) and deflated (8) are supported.",
                             status.comp_method));
    }
    if (status.size > limits.member_bytes) {
      fail(name, fmt::format("holds {} bytes, the limit is {}.", status.size, limits.member_bytes));
    }
    // Members that overlap, each inflating the same bytes, are a bomb that no single member's sizes give away.
    if (status.comp_size > stored_left) {
      fail(name, fmt::format("claims {} bytes of the archive, which has only {} left for it.", status.comp_size,
                             stored_left));
    }
    stored_left -= status.comp_size;
    // Sizes come from the file; no memory is asked for before they are known to be possible.
    const std::uint64_t ratio = status.comp_size == 0 ? status.size : status.size / status.comp_size;
    if ((stored && status.size != status.comp_size) || ratio > kMaxDeflateRatio ||
        (status.size > kBombBytes && ratio > kBombRatio)) {
      fail(name, fmt::format("declares {} bytes but stores {}; refused as a decompression bomb.", status.size,
                             status.comp_size));
    }
  }
};

ZipReader::ZipReader(ByteSpan bytes, std::string source, const ZipLimits& limits) : impl_(std::make_unique<Impl>()) {
  impl_->source = std::move(source);
  ZipError error;
  Source content(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error.value));
  impl_->open(std::move(content), bytes.size(), error, limits);
}

ZipReader::ZipReader(const std::filesystem::path& path, const ZipLimits& limits) : impl_(std::make_unique<Impl>()) {
  impl_->source = fmt::format("'{}'", path.string());
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(path, missing);
  if (missing) throw FileError(fmt::format("Cannot open {}: {}.", impl_->source, missing.message()));
  ZipError error;
  Source content(zip_source_file_create(path.c_str(), 0, -1, &error.value));
  impl_->open(std::move(content), size, error, limits);
}

ZipReader::~ZipReader() = default;
ZipReader::ZipReader(ZipReader&&) noexcept = default;
ZipReader& ZipReader::operator=(ZipReader&&) noexcept = default;

bool ZipReader::recognises(ByteSpan bytes) {
  const std::string_view text = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 4)));
  return text == std::string_view("PK\3\4", 4) || text == std::string_view("PK\5\6", 4);
}

bool ZipReader::recognises(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> start{};
  return file.read(start.data(), start.size()) && recognises(as_bytes({start.data(), start.size()}));
}

const std::vector<std::string>& ZipReader::names() const { return impl_->names; }

bool ZipReader::contains(std::string_view name) const { return impl_->members.contains(name); }

Bytes ZipReader::read(std::string_view name) const {
  const auto found = impl_->members.find(name);
  if (found == impl_->members.end()) impl_->fail(fmt::format("has no member '{}'.", name));
  const std::unique_ptr<zip_file_t, CloseMember> file(zip_fopen_index(impl_->archive.get(), found->second.index, 0));
  if (!file) impl_->fail(name, zip_strerror(impl_->archive.get()));
  Bytes bytes(static_cast<std::size_t>(found->second.size));
  std::size_t count = 0;
  // Reading on until the end makes libzip compare the checksum; the end is only seen by a call that returns nothing.
  for (;;) {
    std::byte beyond;
    const bool full = count == bytes.size();
    const zip_int64_t received =
        zip_fread(file.get(), full ? &beyond : bytes.data() + count, full ? 1 : bytes.size() - count);
    if (received < 0) impl_->fail(name, fmt::format("is damaged: {}.", zip_file_strerror(file.get())));
    if (received == 0) break;
    if (full) impl_->fail(name, fmt::format("is damaged: it holds more than the {} bytes declared.", bytes.size()));
    count += static_cast<std::size_t>(received);
  }
  if (count != bytes.size()) {
    impl_->fail(name, fmt::format("is damaged: it ends after {} of {} bytes.", count, bytes.size()));
  }
  return bytes;
}

void ZipWriter::add(std::string name, Bytes content) {
  if (const std::string_view problem = name_problem(name); !problem.empty()) {
    throw ValueError(fmt::format("'{}' cannot name a zip member: {}.", name, problem));
  }
  for (const auto& [other, unused] : members_) {
    if (other == name) throw ValueError(fmt::format("The zip archive already has a member '{}'.", name));
  }
  members_.emplace_back(std::move(name), std::move(content));
}

void ZipWriter::add(std::string name, std::string_view content) {
  const ByteSpan bytes = as_bytes(content);
  add(std::move(name), Bytes(bytes.begin(), bytes.end()));
}

Bytes ZipWriter::finish() const {
  ZipError error;
  const auto check = [&](bool ok, const char* reason) {
    if (!ok) throw FileError(fmt::format("Cannot write the zip archive: {}.", reason));
  };
  // Kept beyond the archive, which frees its own reference when it is closed.
  Source buffer(zip_source_buffer_create(nullptr, 0, 0, &error.value));
  check(buffer != nullptr, error.text());
  zip_source_keep(buffer.get());
  Archive archive(zip_open_from_source(buffer.get(), ZIP_CREATE | ZIP_TRUNCATE, &error.value));
  if (!archive) zip_source_free(buffer.get());
  check(archive != nullptr, error.text());

  for (const auto& [name, content] : members_) {
    Source member(zip_source_buffer(archive.get(), content.data(), content.size(), 0));
    check(member != nullptr, zip_strerror(archive.get()));
    const zip_int64_t index = zip_file_add(archive.get(), name.c_str(), member.get(), ZIP_FL_ENC_UTF_8);
    check(index >= 0, zip_strerror(archive.get()));
    (void)member.release();
    const auto position = static_cast<zip_uint64_t>(index);
    check(zip_set_file_compression(archive.get(), position, ZIP_CM_STORE, 0) == 0 &&
              zip_file_set_dostime(archive.get(), position, 0, kEpochDate, 0) == 0,
          zip_strerror(archive.get()));
  }
  // An archive without members is 22 bytes; libzip would delete it instead.
  if (members_.empty()) {
    Bytes end(22);
    std::copy_n(as_bytes("PK\5\6").begin(), 4, end.begin());
    return end;
  }
  check(zip_close(archive.get()) == 0, zip_strerror(archive.get()));
  (void)archive.release();

  check(zip_source_open(buffer.get()) == 0, "the result cannot be read back");
  check(zip_source_seek(buffer.get(), 0, SEEK_END) == 0, "the result cannot be read back");
  const zip_int64_t size = zip_source_tell(buffer.get());
  check(size >= 0 && zip_source_seek(buffer.get(), 0, SEEK_SET) == 0, "the result cannot be read back");
  Bytes result(static_cast<std::size_t>(size));
  const zip_int64_t count = zip_source_read(buffer.get(), result.data(), result.size());
  zip_source_close(buffer.get());
  check(count == size, "the result cannot be read back");
  return result;
}

}  // namespace wavetrain::files
