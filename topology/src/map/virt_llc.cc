// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>

#include "scx/base/file.h"
#include "scx/topology/domains.h"

namespace scx {
namespace {

// A number of cores, 0 for anything else.
int cores_in(std::string_view text) {
  const bool digits =
      !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  const auto value = digits ? parse_int(text) : std::nullopt;
  return value && *value <= VirtLlc::kMostCores ? static_cast<int>(*value) : 0;
}

}  // namespace

Result<VirtLlc> VirtLlc::parse(std::string_view text) {
  VirtLlc parsed;
  if (text.empty()) return parsed;
  const std::size_t dash = text.find('-');
  const bool both = dash != std::string_view::npos;
  parsed.min_cores = both ? cores_in(text.substr(0, dash)) : 1;
  parsed.max_cores = cores_in(both ? text.substr(dash + 1) : text);
  if (parsed.min_cores >= 1 && parsed.min_cores <= parsed.max_cores) return parsed;
  return fail(ErrorKind::usage,
              fmt::format("--virt-llc '{}' is no range of cores", text.substr(0, 40)),
              fmt::format("expected MIN-MAX or MAX with 1 ≤ MIN ≤ MAX ≤ {}, for example {}-{}",
                          kMostCores, VirtLlc{}.min_cores, VirtLlc{}.max_cores));
}

}  // namespace scx
