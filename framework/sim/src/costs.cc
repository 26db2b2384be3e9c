// SPDX-License-Identifier: GPL-2.0-only
#include "scx/sim/costs.h"

#include <fmt/core.h>

#include "scx/base/file.h"

namespace scx::sim {

std::span<const CostField> cost_fields() {
  static constexpr CostField fields[] = {
      {"context_switch_ns", &Costs::context_switch_ns},
      {"wakeup_ns", &Costs::wakeup_ns},
      {"kick_ns", &Costs::kick_ns},
      {"idle_exit_ns", &Costs::idle_exit_ns},
      {"interrupt_ns", &Costs::interrupt_ns},
      {"tick_ns", &Costs::tick_ns},
      {"refill_core_ns", &Costs::refill_core_ns},
      {"refill_llc_ns", &Costs::refill_llc_ns},
      {"refill_node_ns", &Costs::refill_node_ns},
      {"refill_far_ns", &Costs::refill_far_ns},
      {"smt_speed", &Costs::smt_speed},
      {"slowest_speed", &Costs::slowest_speed},
      {"hz", &Costs::hz},
      {"restart_ns", &Costs::restart_ns},
  };
  return fields;
}

Status set_cost(Costs& costs, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  const std::string_view name = assignment.substr(0, equals);
  std::string known;
  for (const CostField& field : cost_fields()) {
    if (!known.empty()) known += ", ";
    known += field.name;
    if (field.name != name || equals == assignment.npos) continue;
    const auto value = parse_int(assignment.substr(equals + 1));
    const bool is_speed = name.ends_with("_speed");
    const std::int64_t least = name == "hz" || is_speed ? 1 : 0;
    const std::int64_t most = name == "hz" ? 10'000 : is_speed ? 1024 : 1'000'000'000;
    if (!value || *value < least || *value > most)
      return fail(ErrorKind::usage, fmt::format("the cost {}", assignment),
                  fmt::format("{} is a number of {} to {}", name, least, most));
    costs.*field.field = static_cast<std::uint64_t>(*value);
    return {};
  }
  return fail(ErrorKind::usage, fmt::format("there is no cost such as {}", assignment),
              "write NAME=NUMBER; the names are " + known);
}

}  // namespace scx::sim
