// SPDX-License-Identifier: GPL-2.0-only
//
// Pinned: a thread that wants the CPU all the time and must not migrate.
#pragma once

#include <memory>
#include <thread>
#include <vector>

namespace load {

// Runs from its construction on, ends with its destruction. The kernel does not let who runs a BPF
// program migrate meanwhile, and this one runs one after the other, each of many instructions.
class Pinned {
 public:
  Pinned();

 private:
  std::jthread thread_;
};

std::vector<std::unique_ptr<Pinned>> make_pinned(int count);

}  // namespace load
