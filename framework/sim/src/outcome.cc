// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>

#include "scx/sim/simulation.h"

namespace scx::sim {
namespace {

constexpr int kSubBits = 5;  // 32 buckets a power of two

std::size_t bucket_of(std::uint64_t value) {
  if (value < 1u << kSubBits) return value;
  const int high = 63 - std::countl_zero(value);
  const std::uint64_t below = value >> (high - kSubBits) & ((1u << kSubBits) - 1);
  return static_cast<std::size_t>((high - kSubBits + 1) << kSubBits) + below;
}

// The largest value of a bucket.
std::uint64_t top_of(std::size_t bucket) {
  if (bucket < 1u << kSubBits) return bucket;
  const int shift = static_cast<int>(bucket >> kSubBits) - 1;
  const std::uint64_t below = bucket & ((1u << kSubBits) - 1);
  return (((1ull << kSubBits) + below + 1) << shift) - 1;
}

}  // namespace

void Histogram::add(std::uint64_t value) {
  const std::size_t at = bucket_of(value);
  if (at >= buckets_.size()) buckets_.resize(at + 1);
  ++buckets_[at];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

std::uint64_t Histogram::percentile(int per_mille) const {
  const std::uint64_t wanted = (count_ * static_cast<std::uint64_t>(per_mille) + 999) / 1000;
  std::uint64_t seen = 0;
  for (std::size_t at = 0; at < buckets_.size(); ++at) {
    seen += buckets_[at];
    if (seen >= wanted && seen) return std::min(top_of(at), max_);
  }
  return 0;
}

void Histogram::merge(const Histogram& other) {
  buckets_.resize(std::max(buckets_.size(), other.buckets_.size()));
  for (std::size_t at = 0; at < other.buckets_.size(); ++at) buckets_[at] += other.buckets_[at];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Counts::add(const Counts& other) {
  least_run_ns = std::min(least_run_ns, other.least_run_ns);
  run_ns += other.run_ns;
  most_run_ns = std::max(most_run_ns, other.most_run_ns);
  rounds += other.rounds;
  switches += other.switches;
  preemptions += other.preemptions;
  wakeups += other.wakeups;
  for (std::size_t at = 0; at < migrations.size(); ++at) migrations[at] += other.migrations[at];
  longest_wait_ns = std::max(longest_wait_ns, other.longest_wait_ns);
  latency.merge(other.latency);
}

}  // namespace scx::sim
