// SPDX-License-Identifier: GPL-2.0-only
#include "input_file.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "scx/base/fd.h"

namespace scx {

namespace fs = std::filesystem;

Result<std::string> read_head(const fs::path& path, std::size_t bytes) {
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (fs::exists(status) && !fs::is_regular_file(status))
    return fail(ErrorKind::invalid, fmt::format("{} is no regular file", path.native()));
  Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return fail_errno(errno, fmt::format("cannot open {}", path.native()));
  std::string text;
  while (text.size() < bytes) {
    const std::size_t had = text.size(), room = std::min(bytes - had, std::size_t{1} << 20);
    text.resize(had + room);
    const ssize_t n = ::read(fd.get(), text.data() + had, room);
    text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n == 0) break;
    if (n < 0 && errno != EINTR)
      return fail_errno(errno, fmt::format("cannot read {}", path.native()));
  }
  return text;
}

Result<std::string> read_input(const fs::path& path) {
  std::error_code none;
  const bool large = fs::is_regular_file(path, none) && fs::file_size(path, none) > kMaxInputBytes;
  std::string text = large ? "" : SCX_TRY(read_head(path, kMaxInputBytes + 1));
  if (large || text.size() > kMaxInputBytes)
    return fail(ErrorKind::invalid,
                fmt::format("{} is larger than {} MiB", path.native(), kMaxInputBytes >> 20));
  return text;
}

}  // namespace scx
