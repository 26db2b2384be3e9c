// SPDX-License-Identifier: GPL-2.0-only
#include "scx/base/file.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "scx/base/fd.h"

namespace scx {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  // O_NONBLOCK: a snapshot's tree may hold a FIFO, and opening one must not hang.
  Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return fail_errno(errno, fmt::format("cannot open {}", path.native()));
  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t n = ::read(fd.get(), chunk.data(), chunk.size());
    if (n == 0) return text;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, fmt::format("cannot read {}", path.native()));
    text.append(chunk.data(), static_cast<std::size_t>(n));
    if (text.size() > kMaxBytes)
      return fail(ErrorKind::invalid,
                  fmt::format("{} is larger than {} bytes", path.native(), kMaxBytes));
  }
}

Result<std::string> read_line(const std::filesystem::path& path) {
  return std::string(trim(SCX_TRY(read_file(path))));
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::int64_t> read_int(const std::filesystem::path& path) {
  const std::string text = SCX_TRY(read_line(path));
  if (auto value = parse_int(text)) return *value;
  return fail(ErrorKind::invalid, fmt::format("{} holds '{}' where a number was expected",
                                              path.native(), text.substr(0, 40)));
}

std::filesystem::path under(const std::filesystem::path& root, std::string_view absolute) {
  return root / std::filesystem::path(absolute).relative_path();
}

}  // namespace scx
