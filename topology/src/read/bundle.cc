// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/bundle.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "bundle_text.h"
#include "input_file.h"
#include "readers.h"
#include "scx/base/fd.h"
#include "scx/base/file.h"

namespace scx {
namespace {

namespace fs = std::filesystem;

// The processor's name as /proc/cpuinfo has it: in each architecture under another key, on Arm
// under none. The first CPU's lines are enough; the whole file has megabytes on a large machine.
std::string model_name(const fs::path& root) {
  constexpr std::array<std::string_view, 4> kKeys = {"model name", "cpu model", "cpu", "uarch"};
  const std::string text = read_head(under(root, "/proc/cpuinfo"), 1 << 16).value_or("");
  for (std::string_view key : kKeys) {
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const std::size_t colon = line.find(':');
      if (colon != std::string_view::npos && trim(line.substr(0, colon)) == key)
        return std::string(trim(line.substr(colon + 1)));
    }
  }
  return {};
}

std::string architecture() {
  utsname name{};
  return ::uname(&name) == 0 ? name.machine : "";
}

Result<Bundle> record(const Source& source) {
  DiskTree disk(source.path);
  RecordingTree recorder(disk);
  // A machine that cannot be read is just the one that somebody else should look at: the bundle has
  // all that was read until then, and fails in the same way. But there has to be something.
  if (const auto read = read_sysfs(recorder); !read && read.error().kind != ErrorKind::invalid)
    return std::unexpected(read.error());
  Bundle bundle;
  bundle.tree = recorder.take();
  bundle.kernel =
      trim(read_head(under(source.path, "/proc/sys/kernel/osrelease"), 1 << 12).value_or(""));
  bundle.model = model_name(source.path);
  if (!source.is_this_machine()) return bundle;

  bundle.machine = architecture();
  if (auto xml = hwloc_xml_of_this_machine()) {
    bundle.hwloc_xml = *std::move(xml);
  } else {
    bundle.hwloc_error = xml.error().message();
  }
  return bundle;
}

Status write_all(int fd, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, fmt::format("cannot write {}", path.native()));
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd) != 0) return fail_errno(errno, fmt::format("cannot write {}", path.native()));
  return {};
}

// Renaming would put a file in the place of a link or a device such as /dev/stdout.
Status check_target(const fs::path& path) {
  std::error_code none;
  const fs::file_status there = fs::symlink_status(path, none);
  if (!fs::exists(there) || fs::is_regular_file(there)) return {};
  return fail(ErrorKind::invalid, fmt::format("{} is there and is no regular file", path.native()),
              "name a new file, or one to replace");
}

}  // namespace

Result<std::string> make_bundle(const Source& source) {
  switch (source.kind) {
    case Source::Kind::directory:
      return to_text(SCX_TRY(record(source)));
    case Source::Kind::bundle:
      return to_text(SCX_TRY(read_bundle(source.path)));
    case Source::Kind::xml:
    case Source::Kind::synthetic:
      break;
  }
  const bool xml = source.kind == Source::Kind::xml;
  return fail(ErrorKind::unsupported,
              fmt::format("cannot bundle '{}'", xml ? source.path.native() : source.synthetic),
              fmt::format("{} replays as it is", xml ? "an XML file" : "a description"));
}

Status write_bundle(const Source& source, const fs::path& path) {
  const std::string text = SCX_TRY(make_bundle(source));
  SCX_TRY(check_target(path));
  fs::path part = path;
  part += fmt::format(".part-{}", ::getpid());
  // 0666, so that the user's umask decides who may read it.
  Fd fd{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
  if (!fd) return fail_errno(errno, fmt::format("cannot create {}", part.native()));
  Status written = write_all(fd.get(), text, part);
  if (written && ::rename(part.c_str(), path.c_str()) != 0)
    written =
        fail_errno(errno, fmt::format("cannot rename {} to {}", part.native(), path.native()));
  if (!written) ::unlink(part.c_str());
  return written;
}

}  // namespace scx
