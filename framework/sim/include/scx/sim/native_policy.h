// SPDX-License-Identifier: GPL-2.0-only
//
// NativePolicy: the shared object that scxx_add_scheduler() makes of a scheduler's .bpf.c, loaded
// for one simulation on one machine. Its globals are fresh at each load. One at a time in a
// process: the arena has one place in the address space.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "scx/base/result.h"
#include "scx/framework/machine.h"
#include "scx/sim/policy.h"

namespace scx::sim {

class NativePolicy : public Policy {
 public:
  // Errors: missing and invalid for the file; busy where another is loaded.
  static Result<std::unique_ptr<NativePolicy>> load(const std::filesystem::path& file,
                                                    const Machine& machine);
  NativePolicy(const NativePolicy&) = delete;
  NativePolicy& operator=(const NativePolicy&) = delete;
  ~NativePolicy() override;

  // Sets a knob: a number among the policy's global variables, as its command does from options.
  // "true" and "false" are 1 and 0.
  // Errors: usage, naming the variables that there are; invalid for a value that does not fit.
  Status set_knob(std::string_view name, std::string_view value);

  // Loads it again, for a machine with the same possible CPUs: all memory is fresh, and the knobs
  // are set as before. What ops() and blocks() returned is gone, and link() is to be called again.
  // Errors: as load(); then it can be used no more.
  Status reload(const Machine& machine);

  const OpsTable& ops() const override;
  void link(const scx_sim_calls& calls, void* kernel) override;
  void* arena_pages(u32 pages) override;
  const u64* blocks() const override;

 private:
  struct Impl;
  explicit NativePolicy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace scx::sim
