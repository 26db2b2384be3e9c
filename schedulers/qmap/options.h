// SPDX-License-Identifier: GPL-2.0-only
//
// scx_qmap's own options: what the command line says, and what follows from it.
#pragma once

#include <scx/framework/app.h>

#include <cstdint>
#include <optional>
#include <string>

#include "intf.h"

namespace qmap {

// As given. Texts are empty where an option was not given: so it is known what was asked for.
struct Options {
  std::uint64_t slice_us = 20'000;
  std::uint64_t batch = 1;
  std::uint64_t max_tasks = 16'384;
  bool boost = false;
  bool partial = false;
  std::string disallow;

  std::string cgroup;
  std::string rotate_ms;
  std::string rescue_ppt;
  std::string rescue_quantum_us;

  bool always_immed = false;
  std::uint64_t immed_nth = 0;
  std::string cid_override;

  std::uint64_t error_after = 0;
  std::uint64_t stall_user_nth = 0;
  std::uint64_t stall_kernel_nth = 0;
  std::uint64_t loop_after = 0;
  std::string inject;

  bool print_events = false;
  bool print_messages = false;
  std::uint64_t dump_len = 0;
  bool no_own_dump = false;
};

// -C: a numbering of the cids to install in place of the kernel's.
enum class CidOverride { none, shuffle, bad_dup, bad_range, bad_mono };

// What the texts among the options mean.
struct Settings {
  std::int32_t disallow_tgid = 0;  // 0: none
  std::uint64_t rotate_ms = 200;
  std::optional<std::uint32_t> rescue_ppt;  // 0: no rescue
  std::optional<std::uint32_t> rescue_quantum_us;
  CidOverride cid_override = CidOverride::none;
  std::uint32_t inject = QMAP_INJECT_NOTHING;
};

// Tells the command of the options. Requires: `options` outlives `app`.
void add_options(scx::AppBase& app, Options& options);

// Errors: usage, for a text that is none of what the option takes, and for options that exclude
// each other.
scx::Result<Settings> understand(const Options& options);

}  // namespace qmap
