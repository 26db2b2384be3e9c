// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's own options, named as those of the Rust scx_lavd: what the command line says, and what
// follows from it.
#pragma once

#include <scx/base/ids.h>
#include <scx/framework/app.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "intf.h"

namespace lavd {

// As given. Texts are empty where an option was not given: so it is known what was asked for.
struct Options {
  bool autopilot = false;
  bool autopower = false;
  bool performance = false;
  bool balanced = false;
  bool powersave = false;

  std::uint64_t slice_max_us = 5000;
  std::uint64_t slice_min_us = 500;
  std::string pinned_slice_us;
  bool no_slice_boost = false;

  std::uint64_t preempt_shift = 6;
  bool no_preemption = false;
  bool no_futex_boost = false;

  bool no_wake_sync = false;
  std::uint64_t warm_cpu_us = 2000;
  std::uint64_t lat_load_target_pct = 75;
  bool per_cpu_dsq = false;

  std::uint64_t mig_delta_pct = 0;
  std::uint64_t lb_low_util_pct = 25;
  std::uint64_t lb_local_dsq_util_pct = 10;
  bool no_fast_lb = false;

  bool no_core_compaction = false;
  std::string cpu_pref_order;
  bool no_use_em = false;
  bool no_freq_scaling = false;

  bool partial = false;
  bool enable_cpu_bw = false;
  std::string run_id;
};

// Who decides about the power mode.
enum class PowerChoice {
  autopilot,  // BPF, by the load
  autopower,  // the system's power profile
  fixed,      // the user
};

// What follows from the options.
struct Settings {
  PowerChoice power = PowerChoice::autopilot;
  lavd_mode mode = LAVD_BALANCED;  // the fixed one, and with autopower until the system's is known
  bool core_compaction = true;
  std::uint64_t pinned_slice_us = 5000;    // 0: none
  std::vector<scx::CpuId> cpu_pref_order;  // each CPU once; empty: the scheduler's own order
  bool use_energy_model = true;
  std::optional<std::uint64_t> run_id;
};

// Tells the command of the options. Requires: `options` outlives `app`.
void add_options(scx::AppBase& app, Options& options);

// Errors: usage, for options that exclude each other and for a text that is none of what the option
// takes; unsupported, for what is not there yet.
scx::Result<Settings> understand(const Options& options);

}  // namespace lavd
