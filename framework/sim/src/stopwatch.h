// SPDX-License-Identifier: GPL-2.0-only
//
// The host's time, divided between the policy and the engine: whose turn it is changes with each
// callback, and with each call from there into the kernel. What reading the clock takes is found
// out at the start and left out. Of a policy that counts its basic blocks also those.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "scx/sim/simulation.h"

namespace scx::sim {

class Stopwatch {
 public:
  // One call of a callback.
  struct Turn {
    int op;
    std::uint64_t ns = 0, blocks = 0;
  };

  // The time until now goes to whoever had the turn, and the turn to `whose`; null: the engine.
  // Whose it was.
  Turn* turn_to(Turn* whose) {
    const std::uint64_t now = clock();
    const std::uint64_t passed = now - since_;
    since_ = now;
    if (blocks_) {
      const std::uint64_t passed_blocks = *blocks_ - std::exchange(blocks_before_, *blocks_);
      if (turn_) turn_->blocks += passed_blocks;
    }
    (turn_ ? turn_->ns : engine_ns_) += passed - std::min(passed, price_);
    return std::exchange(turn_, whose);
  }

  // A callback's number, by its name's address.
  int op(const char* name) {
    std::size_t at = 0;
    while (at < names_.size() && names_[at] != name) ++at;
    if (at == names_.size()) {
      names_.push_back(name);
      ops_.emplace_back().op = name;
    }
    return static_cast<int>(at);
  }
  void over(const Turn& turn) {
    OpCost& cost = ops_[static_cast<std::size_t>(turn.op)];
    cost.host_ns.add(turn.ns);
    if (blocks_) cost.blocks.add(turn.blocks);
  }
  void count_kernel_call() {
    if (turn_) ++ops_[static_cast<std::size_t>(turn_->op)].kernel_calls;
  }

  // From here on: what was before does not count. `blocks`: where the policy counts its basic
  // blocks; may be null. Requires that nobody has the turn.
  void start(const u64* blocks) {
    constexpr int kLooks = 1000;
    const std::uint64_t begin = clock();
    for (int i = 0; i < kLooks; ++i) turn_to(nullptr);
    price_ = (clock() - begin) / kLooks;
    engine_ns_ = 0;
    ops_.clear();
    names_.clear();
    count_at(blocks);
    since_ = clock();
  }
  // The policy counts its basic blocks here from now on. Requires that nobody has the turn.
  void count_at(const u64* blocks) {
    blocks_ = blocks;
    if (blocks) blocks_before_ = *blocks;
  }

  const std::vector<OpCost>& ops() const { return ops_; }
  std::uint64_t engine_ns() const { return engine_ns_; }

 private:
  static std::uint64_t clock() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  }

  std::vector<const char*> names_;
  std::vector<OpCost> ops_;
  std::uint64_t engine_ns_ = 0, since_ = 0, price_ = 0;
  const u64* blocks_ = nullptr;
  std::uint64_t blocks_before_ = 0;
  Turn* turn_ = nullptr;
};

}  // namespace scx::sim
