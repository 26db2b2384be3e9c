// SPDX-License-Identifier: GPL-2.0-only
//
// What sysfs has about the CPUs' frequency and their firmware's preference among them. `root` is
// "/" for this machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "power_mode.h"

namespace lavd {

// Every way in which a group of CPUs is set. Empty where there is no cpufreq; a file that cannot be
// read counts as one that is not there. With some drivers a reading disturbs each CPU's sleep.
std::set<CpufreqPolicy> read_cpufreq(const std::filesystem::path& root);

// How amd-pstate ranks the CPUs by what their cores can reach, by the policy's name; the higher the
// better. Firmware changes it at run time, with the cache mode of some processors for one. Empty
// with other drivers.
using PrefcoreRanking = std::map<std::string, std::int64_t>;
PrefcoreRanking read_prefcore(const std::filesystem::path& root);

// Whether the two put the same CPUs in the same order, whatever the numbers.
bool same_order(const PrefcoreRanking& one, const PrefcoreRanking& other);

}  // namespace lavd
