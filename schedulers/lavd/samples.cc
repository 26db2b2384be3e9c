// SPDX-License-Identifier: GPL-2.0-only
#include "samples.h"

#include <scx/base/file.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <unordered_set>

#include "stats.h"

namespace lavd {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSamplingNs = 3'000'000'000;  // how long a request keeps it up
constexpr std::uint64_t kPatienceNs = 100'000'000;    // of a request that began it
constexpr auto kPoll = 2ms;

template <typename T>
T load(const T& shared) {
  return __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
}

// Copies a sample that may be overwritten meanwhile, a word at a time: each load is an acquire, so
// none is moved behind the second look at `seq`.
lavd_sample copy(const lavd_sample& slot) {
  using Word [[gnu::may_alias]] = std::uint64_t;
  static_assert(sizeof(lavd_sample) % sizeof(Word) == 0);
  lavd_sample sample;
  const auto* from = reinterpret_cast<const Word*>(&slot);
  auto* to = reinterpret_cast<Word*>(&sample);
  for (std::size_t i = 0; i < sizeof(sample) / sizeof(Word); ++i) to[i] = load(from[i]);
  return sample;
}

std::string text(const char (&name)[LAVD_COMM]) { return {name, ::strnlen(name, LAVD_COMM)}; }

std::string letters(std::uint32_t flags) {
  const auto letter = [flags](std::uint32_t flag, char set, char clear) {
    return (flags & flag) != 0 ? set : clear;
  };
  return {letter(LAVD_IS_LAT_CRITICAL, 'L', 'R'), letter(LAVD_IS_PERF_CRITICAL, 'H', 'I'),
          letter(LAVD_ON_BIG, 'B', 'T'), letter(LAVD_IS_GREEDY, 'G', 'E')};
}

std::uint64_t percent(std::uint32_t of_1024) { return of_1024 * 100ull / 1024; }

// Clients take the number of a CPU for one that there is; -1 is where the policy has none.
std::uint32_t cpu(s32 id, s32 otherwise) {
  return static_cast<std::uint32_t>(id >= 0 ? id : std::max(0, otherwise));
}

// Waits until sample `next` + wanted - 1 has been taken.
void wait_for_samples(const lavd_sys& sys, std::uint64_t next, std::size_t wanted) {
  const std::uint64_t end = monotonic_ns() + kPatienceNs;
  while (load(sys.sample_head) - next < wanted && monotonic_ns() < end)
    std::this_thread::sleep_for(kPoll);
}

}  // namespace

scx::Result<std::size_t> wanted_samples(const scx::stats::Args& args) {
  const auto given = args.find("nr_samples");
  if (given == args.end()) return 1;
  const auto number = scx::parse_int(given->second);
  if (number && *number >= 1 && static_cast<std::uint64_t>(*number) <= kMaxSamples)
    return static_cast<std::size_t>(*number);
  return scx::fail(scx::ErrorKind::invalid, "nr_samples is no whole number",
                   "give one from 1 to " + std::to_string(kMaxSamples));
}

SchedSample to_stats(const lavd_sample& s) {
  return {.mseq = s.seq,
          .pid = s.pid,
          .comm = text(s.comm),
          .stat = letters(s.flags),
          .cpu_id = cpu(s.cpu_id, 0),
          .prev_cpu_id = cpu(s.prev_cpu_id, s.cpu_id),
          .suggested_cpu_id = cpu(s.suggested_cpu_id, s.cpu_id),
          .waker_pid = s.waker_pid,
          .waker_comm = text(s.waker_comm),
          .slice_wall = s.slice_wall,
          .slice_used_wall = s.slice_used_wall,
          .lat_cri = s.lat_cri,
          .avg_lat_cri = s.avg_lat_cri,
          .static_prio = s.static_prio,
          .rerunnable_interval_wall = s.rerunnable_interval_wall,
          .resched_interval_wall = s.resched_interval_wall,
          .run_freq = s.run_freq,
          .avg_runtime_wall = s.avg_runtime_wall,
          .wait_freq = s.wait_freq,
          .wake_freq = s.wake_freq,
          .perf_cri = s.perf_cri,
          .thr_perf_cri = s.thr_perf_cri,
          .cpuperf_cur = s.cpuperf_cur,
          .cpu_util_wall = percent(s.cpu_util_wall),
          .cpu_util_invr = percent(s.cpu_util_invr),
          .steal_util_wall = percent(s.steal_util_wall),
          .steal_util_invr = percent(s.steal_util_invr),
          .dom_pinned_util_wall = percent(s.dom_pinned_util_wall),
          .dom_pinned_util_invr = percent(s.dom_pinned_util_invr),
          .nr_active = s.nr_active,
          .dsq_id = s.dsq_id,
          .dsq_consume_lat = s.dsq_consume_lat,
          .lat_headroom = s.lat_headroom,
          .vuln_thresh = s.vuln_thresh,
          .task_util_est = s.task_util_est,
          .norm_lat_cri = s.norm_lat_cri,
          .cpu_heat = s.cpu_heat,
          .warm_cpu_id = cpu(s.warm_cpu_id, s.cpu_id)};
}

std::vector<lavd_sample> read_slots(std::span<const lavd_sample> slots, std::uint64_t from,
                                    std::uint64_t to) {
  std::vector<lavd_sample> found;
  if (to > slots.size()) from = std::max(from, to - slots.size());
  for (std::uint64_t n = to; n > from;) {
    const lavd_sample& slot = slots[--n % slots.size()];
    if (load(slot.seq) != n + 1) continue;
    const lavd_sample sample = copy(slot);
    if (load(slot.seq) == n + 1) found.push_back(sample);
  }
  return found;
}

std::vector<lavd_sample> choose(const std::vector<lavd_sample>& newest_first, std::size_t wanted) {
  std::vector<lavd_sample> chosen, others;
  std::unordered_set<s32> seen;
  for (const lavd_sample& sample : newest_first)
    (seen.insert(sample.cpu_id).second ? chosen : others).push_back(sample);
  chosen.insert(chosen.end(), others.begin(), others.end());
  chosen.resize(std::min(chosen.size(), wanted));
  std::ranges::sort(chosen, {}, &lavd_sample::seq);
  return chosen;
}

scx::Result<SchedSamples> SampleReader::read(const SampleRing& ring, const scx::stats::Args& args) {
  const std::size_t wanted = SCX_TRY(wanted_samples(args));
  const std::uint64_t now = monotonic_ns();
  const bool begins = load(ring.sys.sampling_until_ns) < now;
  if (begins) sampling_->first = load(ring.sys.sample_head);
  __atomic_store_n(&ring.sys.sampling_until_ns, now + kSamplingNs, __ATOMIC_RELEASE);
  next_ = std::max(next_, sampling_->first);
  if (begins) wait_for_samples(ring.sys, next_, std::min(wanted, ring.slots.size()));
  const std::uint64_t head = load(ring.sys.sample_head);
  SchedSamples answer;
  for (const lavd_sample& sample : choose(read_slots(ring.slots, next_, head), wanted))
    answer.samples.push_back(to_stats(sample));
  next_ = head;
  return answer;
}

}  // namespace lavd
