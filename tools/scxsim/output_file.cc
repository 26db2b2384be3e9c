// SPDX-License-Identifier: GPL-2.0-only
#include "output_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace scx::scxsim {
namespace {

constexpr std::size_t kBuffer = 1 << 16;

}  // namespace

Result<OutputFile> OutputFile::create(const std::filesystem::path& file) {
  std::error_code error;
  const auto there = std::filesystem::status(file, error);
  const bool as_it_is = std::filesystem::exists(there) && !std::filesystem::is_regular_file(there);
  std::filesystem::path part;
  if (!as_it_is) part = file.string() + ".part";
  const auto& name = as_it_is ? file : part;
  const int flags = O_WRONLY | O_CLOEXEC | (as_it_is ? 0 : O_CREAT | O_TRUNC | O_NOFOLLOW);
  Fd fd{::open(name.c_str(), flags, 0666)};
  if (!fd) return fail_errno(errno, fmt::format("cannot write {}", name.string()));
  return OutputFile(std::move(fd), file, std::move(part));
}

OutputFile::~OutputFile() {
  if (fd_ && !part_.empty()) ::unlink(part_.c_str());
}

void OutputFile::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBuffer) flush();
}

void OutputFile::flush() {
  std::string_view rest = buffer_;
  while (!failed_ && !rest.empty()) {
    const ssize_t n = ::write(fd_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) failed_ = errno;
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  }
  buffer_.clear();
}

Status OutputFile::commit() {
  flush();
  if (!failed_ && !part_.empty() && std::rename(part_.c_str(), file_.c_str()) != 0) failed_ = errno;
  if (failed_) return fail_errno(failed_, fmt::format("cannot write {}", file_.string()));
  fd_ = Fd();
  part_.clear();
  return {};
}

}  // namespace scx::scxsim
