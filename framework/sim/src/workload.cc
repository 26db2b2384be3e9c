// SPDX-License-Identifier: GPL-2.0-only
#include "scx/sim/workload.h"

#include <fmt/core.h>

#include <array>

namespace scx::sim {

// The kernel's table of weights is 1.25 to the power of the nice value, 1024 for 0; a scheduler
// sees it in the scale of cgroups, where 1024 is 100.
std::uint32_t weight_of(int nice) {
  static constexpr std::array<int, 40> kLoad = {
      88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904,
      3906,  3121,  2501,  1991,  1586,  1277,  1024,  820,   655,   526,   423,  335,  272,  215,
      172,   137,   110,   87,    70,    56,    45,    36,    29,    23,    18,   15};
  const int load = kLoad[static_cast<std::size_t>(nice + 20)];
  const int weight = (load * 100 + 512) / 1024;
  return static_cast<std::uint32_t>(weight < 1 ? 1 : weight > 10000 ? 10000 : weight);
}

Status check_group_path(std::string_view path) {
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is no path of a cgroup: {}", path, why),
                "name it from the root on, as \"/games/render\"");
  };
  if (!path.starts_with('/')) return wrong("it does not begin with /");
  if (path == "/") return {};
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (part.empty()) return wrong("a part of it is empty");
    if (part == "." || part == "..") return wrong("it goes by . or ..");
    rest.remove_prefix(part.size());
  }
  return {};
}

}  // namespace scx::sim
