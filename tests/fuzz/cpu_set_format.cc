// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

namespace scx::fuzz {

void check_format(const Format& format, std::string_view text) {
  constexpr std::int32_t kLow = 100;
  const auto set = format.parse(text, kMaxCpu);
  const auto low = format.parse(text, kLow);
  if (!set) {
    require(set.error().kind == ErrorKind::invalid, "a text that cannot be read is invalid");
    require_readable(set.error());
    require(!low, "a lower limit takes no more than a higher one");
    return;
  }
  require(set->count() <= std::size_t{kMaxCpu} + 1 && set->last().value() <= kMaxCpu,
          "no CPU is above the limit");
  if (low) require(*low == *set && set->last().value() <= kLow, "the limit changes no member");

  const std::string printed = format.print(*set);
  const auto again = format.parse(printed, kMaxCpu);
  require(again && *again == *set, "what is printed reads as the same set");
  require(format.print(*again) == printed, "a set has one way to be printed");
  const auto list = parse_cpu_list(to_cpu_list(*set));
  const auto mask = parse_cpu_mask(to_cpu_mask(*set));
  require(list && mask && *list == *mask, "list and mask say the same");

  std::size_t members = 0;
  CpuId before;
  for (const CpuId cpu : *set) {
    require(cpu > before && set->contains(cpu), "members come in ascending order");
    before = cpu;
    ++members;
  }
  require(members == set->count() && before == set->last(), "the walk passes every member");
}

}  // namespace scx::fuzz
