// Whole files in and out of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace wavetrain::files {

using Bytes = std::vector<std::byte>;
using ByteSpan = std::span<const std::byte>;

// More than this is never read at once: a wrong path should not fill the memory.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{16} << 30;

// The content of a regular file (or of a pipe). Throws FileError naming the path and the reason: missing, a directory,
// not readable, or longer than `max_bytes`.
Bytes read_file(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxFileBytes);

// Replaces the file at `path` as a whole: writes a temporary file in the same directory, flushes it to the disk and
// renames it. A reader sees the old content or the new one, never a part, even when the machine stops half way. An
// existing file's permissions are kept; a symbolic link is followed. Throws FileError naming the path and the reason,
// leaving nothing behind.
void write_file_atomically(const std::filesystem::path& path, ByteSpan bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

// Text seen as bytes, and bytes seen as text; nothing is copied.
ByteSpan as_bytes(std::string_view text);
std::string_view as_text(ByteSpan bytes);

}  // namespace wavetrain::files
