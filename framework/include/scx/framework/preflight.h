// SPDX-License-Identifier: GPL-2.0-only
//
// What can be known before anything is loaded: whether this kernel, this user and this moment allow
// a scheduler to run, each "no" with its cure.
//
//   SCX_TRY(preflight());                                    // before a start
//   for (const Finding& finding : check_system()) …          // all of it, for people: --check
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scx/base/result.h"
#include "scx/framework/kernel.h"
#include "scx/stats/json.h"

namespace scx {

struct PreflightOptions {
  std::string btf_path;  // the kernel's type information; empty: where the kernel has it
  std::function<Status(const KernelBtf&)> check_kernel;  // what else this scheduler asks of it
  bool sub_scheduler = false;                            // part of another one, which has to run
  bool bpf_token = false;                                // rights come from a BPF token
  std::filesystem::path root = "/";                      // above /sys, /proc and /boot
};

enum class Verdict {
  ok,
  note,  // a scheduler runs, but something is not as it could be
  no,    // a scheduler cannot run
};

// One thing that was looked at. All but the topic are clauses without a full stop.
struct Finding {
  std::string topic;   // a word or two: "sched_ext", "privileges"
  Verdict verdict = Verdict::ok;
  std::string found;   // what there is
  std::string needed;  // what it is needed for; empty where `found` says it
  std::string cure;    // what to do; empty where nothing is to be done, or nobody can say
  std::optional<Error> error;  // of a "no", as preflight() returns it
};

// Looks at all there is: sched_ext in the kernel, privileges, user namespace, type information
// (BTF) and its kfuncs, check_kernel, BPF's JIT, lockdown, the kernel's options, hooks for optional
// parts, real-time throttling, limits of cgroups on memory and CPUs, other schedulers. Changes
// nothing, and needs no root; what only root may read is said to be not readable.
std::vector<Finding> check_system(const PreflightOptions& options = {});

// The error of the first "no" of check_system(), without looking at what only deserves a note.
// Errors: unsupported, missing, permission, busy, invalid, and those of check_kernel.
Status preflight(const PreflightOptions& options = {});

// A line a finding, and further ones for what is needed and the cure where it is not ok.
std::string findings_text(std::span<const Finding> findings);
// {"ready": bool, "findings": [{"topic", "verdict", "found", "needed", "cure"}, …]}
stats::Json findings_json(std::span<const Finding> findings);

}  // namespace scx
