// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd's samples of scheduled tasks, target "sched_samples". BPF takes them only while somebody
// asks: each request extends lavd_sys.sampling_until_ns, and the samples lie in a ring
// (lavd_samples) from which each client reads by itself, so no client disturbs another. Names,
// kinds and meaning are those of the Rust scx_lavd.
#pragma once

#include <scx/base/result.h>
#include <scx/stats/metrics.h>
#include <scx/stats/service.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "intf.h"

namespace lavd {

struct SchedSample {
  std::uint64_t mseq = 0;
  std::int32_t pid = 0;
  std::string comm, stat;
  std::uint32_t cpu_id = 0, prev_cpu_id = 0, suggested_cpu_id = 0;
  std::int32_t waker_pid = 0;
  std::string waker_comm;
  std::uint64_t slice_wall = 0, slice_used_wall = 0;
  std::uint64_t lat_cri = 0, avg_lat_cri = 0;
  std::uint32_t static_prio = 0;
  std::uint64_t rerunnable_interval_wall = 0, resched_interval_wall = 0;
  std::uint64_t run_freq = 0, avg_runtime_wall = 0, wait_freq = 0, wake_freq = 0;
  std::uint64_t perf_cri = 0, thr_perf_cri = 0;
  std::uint32_t cpuperf_cur = 0;
  std::uint64_t cpu_util_wall = 0, cpu_util_invr = 0, steal_util_wall = 0, steal_util_invr = 0;
  std::uint64_t dom_pinned_util_wall = 0, dom_pinned_util_invr = 0;
  std::uint32_t nr_active = 0;
  std::uint64_t dsq_id = 0, dsq_consume_lat = 0;
  std::uint32_t lat_headroom = 0, vuln_thresh = 0, task_util_est = 0, norm_lat_cri = 0;
  std::uint32_t cpu_heat = 0, warm_cpu_id = 0;
};

struct SchedSamples {
  std::vector<SchedSample> samples;
};

// Most samples that a request may ask for. The ring has fewer, LAVD_NR_SAMPLES.
inline constexpr std::uint64_t kMaxSamples = 4096;

// The argument nr_samples, 1 where there is none. Errors: invalid.
scx::Result<std::size_t> wanted_samples(const scx::stats::Args& args);

// One sample as it is served. Utilisations become percentages.
SchedSample to_stats(const lavd_sample& sample);

// The ring as it lies in the arena: BPF writes to both while they are read.
struct SampleRing {
  lavd_sys& sys;
  std::span<const lavd_sample> slots;
};

// The samples `from` … `to` - 1, those that are still there and whole, the newest first.
std::vector<lavd_sample> read_slots(std::span<const lavd_sample> slots, std::uint64_t from,
                                    std::uint64_t to);

// At most `wanted` of the samples, which come newest first: of each CPU the newest before a second
// one of any. In the order in which they were taken.
std::vector<lavd_sample> choose(const std::vector<lavd_sample>& newest_first, std::size_t wanted);

// What all clients of a scheduler share: the first sample since somebody asks. Older ones tell of
// another time.
struct Sampling {
  std::uint64_t first = 0;
};

// One client. Answers with samples that it has not got yet; what it leaves is not kept for it. Who
// is the first to ask waits for as many as are wanted, but 100 ms at most; all others get what
// there is. One thread at a time, the same as all that share the Sampling.
class SampleReader {
 public:
  explicit SampleReader(std::shared_ptr<Sampling> sampling) : sampling_(std::move(sampling)) {}
  scx::Result<SchedSamples> read(const SampleRing& ring, const scx::stats::Args& args);

 private:
  std::shared_ptr<Sampling> sampling_;
  std::uint64_t next_ = 0;  // the first sample that it has not seen
};

// For App::target().
inline auto sample_opener() {
  return [sampling = std::make_shared<Sampling>()] {
    return [reader = SampleReader(sampling)](
               const auto& attached,
               const scx::stats::Args& args) mutable -> scx::Result<scx::stats::Json> {
      auto& arena = *attached.skeleton().arena;
      return scx::stats::to_json(SCX_TRY(reader.read({arena.lavd_sys, arena.lavd_samples}, args)));
    };
  };
}

SCX_METRICS(
    SchedSample, "a task that has just run, one of sched_samples", top(),
    attribute("_om_prefix", "s_"), attribute("_om_label", "sched_sample"),
    gauge(&SchedSample::mseq, "mseq", "Number of this sample").attribute("_column", "MSEQ"),
    gauge(&SchedSample::pid, "pid", "Thread id").attribute("_column", "PID"),
    field(&SchedSample::comm, "comm", "Name of the task").attribute("_column", "COMM"),
    field(&SchedSample::stat, "stat",
          "L: latency-critical, R: regular; H: performance-hungry, I: not; B: on a big core, T: on "
          "a little one; E: eligible, G: greedy")
        .attribute("_column", "STAT"),
    gauge(&SchedSample::cpu_id, "cpu_id", "CPU that it ran on").attribute("_column", "CPU"),
    gauge(&SchedSample::prev_cpu_id, "prev_cpu_id", "CPU that it ran on before; cpu_id if on none")
        .attribute("_column", "PRV_CPU"),
    gauge(&SchedSample::suggested_cpu_id, "suggested_cpu_id",
          "CPU chosen when it woke up; cpu_id if none was")
        .attribute("_column", "SUG_CPU"),
    gauge(&SchedSample::waker_pid, "waker_pid", "Thread id of who woke it")
        .attribute("_column", "WKER_PID"),
    field(&SchedSample::waker_comm, "waker_comm", "Name of who woke it")
        .attribute("_column", "WKER_COMM"),
    gauge(&SchedSample::slice_wall, "slice_wall", "Its time slice")
        .unit("ns")
        .attribute("_column", "SLC_NS"),
    gauge(&SchedSample::slice_used_wall, "slice_used_wall", "What it used of that")
        .unit("ns")
        .attribute("_column", "SLC_USED_NS"),
    gauge(&SchedSample::lat_cri, "lat_cri", "Its latency criticality")
        .attribute("_column", "LAT_CRI"),
    gauge(&SchedSample::avg_lat_cri, "avg_lat_cri", "Average latency criticality of all tasks")
        .attribute("_column", "AVG_LC"),
    gauge(&SchedSample::static_prio, "static_prio", "120 + nice").attribute("_column", "ST_PRIO"),
    gauge(&SchedSample::rerunnable_interval_wall, "rerunnable_interval_wall",
          "Average between two times that it goes to sleep")
        .unit("ns")
        .attribute("_column", "RERNBL_NS"),
    gauge(&SchedSample::resched_interval_wall, "resched_interval_wall",
          "Average between two times that it starts to run")
        .unit("ns")
        .attribute("_column", "RESCHD_NS"),
    gauge(&SchedSample::run_freq, "run_freq", "How often it runs")
        .unit("/s")
        .attribute("_column", "RUN_FREQ"),
    gauge(&SchedSample::avg_runtime_wall, "avg_runtime_wall",
          "Average run time from wake-up to sleep")
        .unit("ns")
        .attribute("_column", "RUN_TM_NS"),
    gauge(&SchedSample::wait_freq, "wait_freq", "How often it waits for others")
        .unit("/s")
        .attribute("_column", "WAIT_FREQ"),
    gauge(&SchedSample::wake_freq, "wake_freq", "How often it wakes others")
        .unit("/s")
        .attribute("_column", "WAKE_FREQ"),
    gauge(&SchedSample::perf_cri, "perf_cri", "Its performance criticality")
        .attribute("_column", "PERF_CRI"),
    gauge(&SchedSample::thr_perf_cri, "thr_perf_cri",
          "Performance criticality from which on a task belongs on a big core")
        .attribute("_column", "THR_PC"),
    gauge(&SchedSample::cpuperf_cur, "cpuperf_cur", "Frequency asked for, of 1024")
        .attribute("_column", "CPUFREQ"),
    gauge(&SchedSample::cpu_util_wall, "cpu_util_wall", "Time that the CPU is in use")
        .unit("%")
        .attribute("_column", "CPU_UTIL"),
    gauge(&SchedSample::cpu_util_invr, "cpu_util_invr",
          "The same, scaled by capacity and frequency")
        .unit("%")
        .attribute("_column", "CPU_SUTIL"),
    gauge(&SchedSample::steal_util_wall, "steal_util_wall",
          "Time that interrupts and other scheduling classes take from the CPU")
        .unit("%")
        .attribute("_column", "STL_UTIL"),
    gauge(&SchedSample::steal_util_invr, "steal_util_invr",
          "The same, scaled by capacity and frequency")
        .unit("%")
        .attribute("_column", "STL_SUTIL"),
    gauge(&SchedSample::dom_pinned_util_wall, "dom_pinned_util_wall",
          "Of the domain's CPUs, time that tasks bound to one CPU take")
        .unit("%")
        .attribute("_column", "PIN_UTIL"),
    gauge(&SchedSample::dom_pinned_util_invr, "dom_pinned_util_invr",
          "The same, scaled by capacity and frequency")
        .unit("%")
        .attribute("_column", "PIN_SUTIL"),
    gauge(&SchedSample::nr_active, "nr_active", "CPUs that are used")
        .attribute("_column", "NR_ACT"),
    gauge(&SchedSample::dsq_id, "dsq_id", "Queue that it came from").attribute("_column", "DSQ_ID"),
    gauge(&SchedSample::dsq_consume_lat, "dsq_consume_lat", "Time that it waited there")
        .unit("ns")
        .attribute("_column", "DSQ_LAT_NS"),
    gauge(&SchedSample::lat_headroom, "lat_headroom",
          "What interrupts and other scheduling classes leave of the CPU, of 1024")
        .attribute("_column", "HEADROOM"),
    gauge(&SchedSample::vuln_thresh, "vuln_thresh",
          "lat_headroom below which latency-critical tasks avoid a CPU")
        .attribute("_column", "VULN_THR"),
    gauge(&SchedSample::task_util_est, "task_util_est",
          "What it is expected to use of a CPU, of 1024")
        .attribute("_column", "TASK_UTIL"),
    gauge(&SchedSample::norm_lat_cri, "norm_lat_cri", "Its latency criticality, 0 to 1024")
        .attribute("_column", "NORM_LC"),
    gauge(&SchedSample::cpu_heat, "cpu_heat", "How warm its data are on the CPU before, of 1024")
        .attribute("_column", "HEAT"),
    gauge(&SchedSample::warm_cpu_id, "warm_cpu_id",
          "CPU where its data are warm; cpu_id if on none")
        .attribute("_column", "WARM_CPU"));

SCX_METRICS(SchedSamples, "samples of scheduled tasks",
            field(&SchedSamples::samples, "samples", "In the order in which they were taken"));

}  // namespace lavd
