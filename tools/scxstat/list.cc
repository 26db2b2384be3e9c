// SPDX-License-Identifier: GPL-2.0-only
#include "list.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "scx/base/file.h"
#include "scx/stats/client.h"
#include "scx/stats/json.h"
#include "scx/stats/printable.h"

namespace scx::scxstat {
namespace {

namespace fs = std::filesystem;
using stats::printable;

constexpr char kSockets[] = "/var/run/scx";
constexpr char kSchedExt[] = "/sys/kernel/sched_ext";
constexpr char kCgroups[] = "/sys/fs/cgroup";
constexpr std::string_view kRoot = "root";
constexpr std::string_view kSub = "sub-";

// The first folder below `top` that `wanted` says is it.
template <typename Wanted>
std::optional<fs::path> find_folder(const fs::path& top, const Wanted& wanted) {
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(top, options, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (!at->is_symlink(ignored) && at->is_directory(ignored) && wanted(at->path()))
      return at->path();
  }
  return std::nullopt;
}

// A sub-scheduler's is a folder of its name somewhere below its parents'.
std::string ops_of(const fs::path& root, const std::string& name) {
  const fs::path top = under(root, kSchedExt);
  if (name == kRoot) return read_line(top / "root/ops").value_or("");
  const auto folder =
      find_folder(top, [&](const fs::path& path) { return path.filename() == name; });
  return folder ? read_line(*folder / "ops").value_or("") : "";
}

// A cgroup's number is that of its folder's inode.
std::string cgroup_of(const fs::path& root, const std::string& name) {
  if (!name.starts_with(kSub)) return {};
  const auto id = parse_int(std::string_view(name).substr(kSub.size()));
  if (!id) return {};
  const fs::path top = under(root, kCgroups);
  const auto folder = find_folder(top, [&](const fs::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && found.st_ino == static_cast<ino_t>(*id);
  });
  return folder ? "/" + folder->lexically_relative(top).native() : "";
}

// Empty where it answers.
std::string why_silent(const std::string& socket, std::chrono::milliseconds timeout) {
  auto client = stats::Client::connect({.path = socket, .timeout = timeout});
  if (!client && client.error().kind == ErrorKind::missing) {
    std::error_code ignored;
    return fs::exists(socket, ignored) ? "nobody listens there any more" : "no socket is there";
  }
  if (!client) return client.error().message();
  const auto metadata = client->request("stats_meta");
  return metadata ? "" : metadata.error().message();
}

}  // namespace

bool Listing::any_answers() const {
  return std::ranges::any_of(schedulers, [](const Scheduler& one) { return one.answers; });
}

Listing look_around(const fs::path& root, std::chrono::milliseconds timeout) {
  Listing listing;
  listing.state = read_line(under(root, kSchedExt) / "state").value_or("");
  const fs::path sockets = under(root, kSockets);
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(sockets, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (fs::exists(at->path() / "stats", ignored)) names.push_back(at->path().filename());
  }
  const bool root_runs = !ops_of(root, std::string(kRoot)).empty();
  if (root_runs && std::ranges::find(names, kRoot) == names.end()) names.emplace_back(kRoot);
  std::ranges::sort(names, {},
                    [](const std::string& name) { return std::pair(name != kRoot, name); });
  for (const std::string& name : names) {
    Scheduler one{name, ops_of(root, name), cgroup_of(root, name), sockets / name / "stats", false,
                  {}};
    one.why = why_silent(one.socket, timeout);
    one.answers = one.why.empty();
    listing.schedulers.push_back(std::move(one));
  }
  return listing;
}

std::string as_text(const Listing& listing) {
  std::string text = fmt::format(
      "sched_ext: {}\n", listing.state.empty() ? "this kernel has none" : printable(listing.state));
  if (listing.schedulers.empty()) return text + "no scheduler serves statistics\n";
  std::vector<std::array<std::string, 4>> rows{{"NAME", "SCHEDULER", "CGROUP", "STATISTICS"}};
  std::array<std::size_t, 3> widths{};
  const auto or_dash = [](const std::string& cell) { return cell.empty() ? "-" : printable(cell); };
  for (const Scheduler& one : listing.schedulers) {
    rows.push_back({printable(one.name), or_dash(one.ops), or_dash(one.cgroup),
                    one.answers ? printable(one.socket)
                                : printable(fmt::format("{}: {}", one.socket, one.why))});
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    text += fmt::format("{:<{}}  {:<{}}  {:<{}}  {}\n", row[0], widths[0], row[1], widths[1],
                        row[2], widths[2], row[3]);
  }
  return text;
}

std::string as_json(const Listing& listing) {
  stats::JsonWriter out;
  const stats::Json null{"null"};
  const auto member = [&](const char* key, const std::string& text) {
    out.key(key);
    if (text.empty()) {
      out.value(null);
    } else {
      out.value(std::string_view(text));
    }
  };
  out.begin_object();
  member("state", listing.state);
  out.key("schedulers");
  out.begin_array();
  for (const Scheduler& one : listing.schedulers) {
    out.begin_object();
    member("name", one.name);
    member("ops", one.ops);
    member("cgroup", one.cgroup);
    member("socket", one.socket);
    out.member("answers", stats::Json{one.answers ? "true" : "false"});
    member("why", one.why);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take().text + '\n';
}

}  // namespace scx::scxstat
