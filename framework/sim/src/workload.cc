// SPDX-License-Identifier: GPL-2.0-only
#include "scx/sim/workload.h"

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

}  // namespace scx::sim
