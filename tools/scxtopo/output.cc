// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "scx/base/fd.h"

namespace scx::scxtopo {
namespace {

namespace fs = std::filesystem;

// Collects small pieces; the first error ends the writing.
class Buffered {
 public:
  explicit Buffered(int fd) : fd_(fd) {}

  void write(std::string_view text) {
    if (err_ != 0) return;
    text_ += text;
    if (text_.size() >= kChunk) flush();
  }
  // 0, or the errno of what failed.
  int finish() {
    flush();
    return err_;
  }

 private:
  static constexpr std::size_t kChunk = 1 << 16;

  void flush() {
    std::string_view rest = text_;
    while (err_ == 0 && !rest.empty()) {
      const ssize_t n = ::write(fd_, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) err_ = errno;
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    text_.clear();
  }

  int fd_;
  int err_ = 0;
  std::string text_;
};

int pour(int fd, const std::function<void(const Sink&)>& write) {
  Buffered out(fd);
  write([&out](std::string_view text) { out.write(text); });
  const int err = out.finish();
  return err == EPIPE ? 0 : err;
}

Status write_in_place(const std::string& path, const std::function<void(const Sink&)>& write) {
  const Fd fd{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!fd) return fail_errno(errno, fmt::format("cannot open {}", path));
  if (const int err = pour(fd.get(), write); err != 0)
    return fail_errno(err, fmt::format("cannot write {}", path));
  return {};
}

}  // namespace

Status write_to(const std::string& path, const std::function<void(const Sink&)>& write) {
  if (path == "-") {
    if (const int err = pour(STDOUT_FILENO, write); err != 0)
      return fail_errno(err, "cannot write to standard output");
    return {};
  }
  std::error_code none;
  const fs::file_status status = fs::status(path, none);
  if (fs::is_directory(status))
    return fail(ErrorKind::invalid, fmt::format("cannot write {}: it is a directory", path),
                "name a file");
  if (fs::exists(status) && !fs::is_regular_file(status)) return write_in_place(path, write);

  // A link stays a link: what it points to is replaced.
  const fs::path target = fs::exists(status) ? fs::canonical(path, none) : fs::path(path);
  const fs::path fresh =
      target.parent_path() / fmt::format(".{}.{}", target.filename().native(), ::getpid());
  ::unlink(fresh.c_str());
  int err = 0;
  {
    const Fd fd{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (!fd)
      return fail_errno(errno, fmt::format("cannot write {}", path),
                        "name a file in a directory that you may write to");
    err = pour(fd.get(), write);
  }
  if (err == 0 && ::rename(fresh.c_str(), target.c_str()) != 0) err = errno;
  if (err == 0) return {};
  ::unlink(fresh.c_str());
  return fail_errno(err, fmt::format("cannot write {}", path));
}

}  // namespace scx::scxtopo
