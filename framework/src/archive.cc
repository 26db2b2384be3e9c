// SPDX-License-Identifier: GPL-2.0-only
#include "archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

namespace scx {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512;

// The header of a member: fields at fixed places, numbers as octal text.
std::array<char, kBlock> tar_header(std::string_view name, std::size_t size, std::time_t when) {
  std::array<char, kBlock> header{};
  const auto put = [&header](std::size_t at, std::string_view text) {
    std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, name.substr(0, 99));
  put(100, "0000600");  // mode; owner and group are number 0, without names
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", size));
  put(136, fmt::format("{:011o}", when));
  put(148, "        ");  // the sum counts its own field as spaces
  put(156, "0");         // a regular file
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum));
  header[154] = '\0';
  return header;
}

struct CloseGz {
  void operator()(gzFile file) const { ::gzclose(file); }
};

// A regular file that does not have its name yet. What was not published is gone at its end.
class PartFile {
 public:
  static Result<PartFile> create(const fs::path& path) {
    std::error_code none;
    const fs::file_status there = fs::symlink_status(path, none);
    if (fs::exists(there) && !fs::is_regular_file(there))
      return fail(ErrorKind::invalid,
                  fmt::format("{} is there and is no regular file", path.native()),
                  "name a new file");
    fs::path part = path;
    part += fmt::format(".part-{}", ::getpid());
    ::unlink(part.c_str());  // of a process that had this number and was killed
    Fd fd{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!fd) return fail_errno(errno, fmt::format("cannot create {}", part.native()));
    return PartFile(std::move(part), std::move(fd));
  }
  PartFile(PartFile&&) = default;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile() {
    if (fd_) ::unlink(name_.c_str());
  }

  int fd() const { return fd_.get(); }

  // Gives it the first name of path, path-2, … that is free. Errors: of the last attempt.
  Result<fs::path> publish(const fs::path& path) {
    for (int number = 1; number <= Archive::kMostFiles; ++number) {
      const fs::path wanted = numbered(path, number);
      const bool replace = number == Archive::kMostFiles;
      if (rename_to(wanted, replace)) {
        fd_ = Fd{};
        return wanted;
      }
      if (errno != EEXIST)
        return fail_errno(errno,
                          fmt::format("cannot rename {} to {}", name_.native(), wanted.native()));
    }
    return fail(ErrorKind::io, fmt::format("every name like {} is taken", path.native()));
  }

 private:
  PartFile(fs::path name, Fd fd) : name_(std::move(name)), fd_(std::move(fd)) {}

  static fs::path numbered(const fs::path& path, int number) {
    if (number == 1) return path;
    const std::string name = path.filename();
    std::string_view stem = name, extension;
    for (const std::string_view known : {".tar.gz", ".tgz", ".tar", ".gz"}) {
      if (!name.ends_with(known) || name.size() == known.size()) continue;
      extension = known;
      stem.remove_suffix(known.size());
      break;
    }
    return path.parent_path() / fmt::format("{}-{}{}", stem, number, extension);
  }

  // False with errno; EEXIST where the name is taken.
  bool rename_to(const fs::path& wanted, bool replace) const {
    if (replace) return ::rename(name_.c_str(), wanted.c_str()) == 0;
    if (::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, wanted.c_str(), RENAME_NOREPLACE) == 0)
      return true;
    if (errno != EINVAL) return false;
    // Not every file system can do that in one step.
    std::error_code none;
    if (fs::exists(fs::symlink_status(wanted, none))) {
      errno = EEXIST;
      return false;
    }
    return ::rename(name_.c_str(), wanted.c_str()) == 0;
  }

  fs::path name_;
  Fd fd_;
};

}  // namespace

void Archive::add(std::string name, std::string content) {
  members_.emplace_back(std::move(name), std::move(content));
}

const std::string* Archive::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &std::pair<std::string, std::string>::first);
  return found == members_.end() ? nullptr : &found->second;
}

Status Archive::write_members(int fd, bool compress) const {
  const auto problem = [] {
    return fail_errno(errno != 0 ? errno : EIO, "cannot write the archive");
  };
  errno = 0;
  const int own = ::dup(fd);
  std::unique_ptr<gzFile_s, CloseGz> out(own < 0 ? nullptr : ::gzdopen(own, compress ? "w" : "wT"));
  if (!out) {
    if (own >= 0) ::close(own);
    return problem();
  }
  const auto put = [&out](std::string_view bytes) {
    return bytes.empty() || ::gzfwrite(bytes.data(), 1, bytes.size(), out.get()) == bytes.size();
  };
  const std::array<char, 2 * kBlock> zeros{};
  const std::time_t now = ::time(nullptr);
  for (const auto& [name, content] : members_) {
    const auto header = tar_header(fmt::format("{}/{}", folder_, name), content.size(), now);
    const std::size_t padding = (kBlock - content.size() % kBlock) % kBlock;
    if (!put({header.data(), header.size()}) || !put(content) || !put({zeros.data(), padding}))
      return problem();
  }
  if (!put({zeros.data(), zeros.size()})) return problem();
  if (::gzclose(out.release()) != Z_OK || ::fsync(fd) != 0) return problem();
  return {};
}

Result<fs::path> Archive::write(const fs::path& path) const {
  PartFile part = SCX_TRY(PartFile::create(path));
  SCX_TRY(write_members(part.fd(), !path.native().ends_with(".tar")));
  return part.publish(path);
}

Status Archive::check(const fs::path& path) {
  SCX_TRY(PartFile::create(path));
  return {};
}

}  // namespace scx
