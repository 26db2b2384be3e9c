// SPDX-License-Identifier: GPL-2.0-only
#include "machines.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace scx::scxtop::test {
namespace {

struct MachineCid {
  std::int64_t cid = 0, cpu = 0, core = -1, llc = -1, node = -1, domain = -1, tier = -1;
  std::uint64_t capacity = 0;
  std::int64_t smt = 0;
};
struct Machine {
  std::string scheduler = "scx_test", kernel = "7.3.0-test";
  std::uint64_t nr_cids = 256, nr_online = 254;
  std::vector<MachineCid> cids;
};
struct Cids {
  std::uint64_t interval_ms = 1000;
  std::vector<double> util;
  std::vector<std::uint64_t> nr_sched;
};
struct Latency {
  std::uint64_t interval_ms = 1000;
  std::vector<std::uint64_t> upper_us, count;
};
struct Domain {
  std::uint64_t first_cid = 0, nr_cids = 0, nr_active = 0, queued = 0;
  double util = 0, load = 0;
};
struct Domains {
  std::map<std::uint64_t, Domain> doms;
};
struct SysStats {
  std::uint64_t mseq = 0, nr_queued_task = 0, nr_active = 0, nr_sched = 0, nr_preempt = 0;
  double pc_lc = 0, pc_big = 0;
  std::string power_mode = "balanced";
};
struct SchedSample {
  std::int32_t pid = 0;
  std::string comm, stat;
  std::uint32_t cpu_id = 0;
  std::string waker_comm;
  std::uint64_t slice_wall = 0, lat_cri = 0, run_freq = 0, avg_runtime_wall = 0, wait_freq = 0,
                wake_freq = 0;
};
struct SchedSamples {
  std::vector<SchedSample> samples;
};
struct BpfStats {
  std::uint64_t nr_user_dispatches = 0, nr_kernel_dispatches = 0;
  double load = 0;
};

SCX_METRICS(MachineCid, "a cid", gauge(&MachineCid::cid, "cid", "its number"),
            gauge(&MachineCid::cpu, "cpu", "its CPU"), gauge(&MachineCid::core, "core", "core"),
            gauge(&MachineCid::llc, "llc", "cache"), gauge(&MachineCid::node, "node", "node"),
            gauge(&MachineCid::domain, "domain", "domain"),
            gauge(&MachineCid::tier, "tier", "core type"),
            gauge(&MachineCid::capacity, "capacity", "capacity"),
            gauge(&MachineCid::smt, "smt", "thread of the core"));
SCX_METRICS(Machine, "the machine", field(&Machine::scheduler, "scheduler", "who schedules"),
            field(&Machine::kernel, "kernel", "release"),
            gauge(&Machine::nr_cids, "nr_cids", "cids"),
            gauge(&Machine::nr_online, "nr_online", "of them online"),
            field(&Machine::cids, "cids", "all of them"));
SCX_METRICS(Cids, "what the cids did", gauge(&Cids::interval_ms, "interval_ms", "interval"),
            gauge(&Cids::util, "util", "busy"), gauge(&Cids::nr_sched, "nr_sched", "task starts"));
SCX_METRICS(Latency, "how long tasks waited",
            gauge(&Latency::interval_ms, "interval_ms", "interval"),
            gauge(&Latency::upper_us, "upper_us", "bounds"),
            gauge(&Latency::count, "count", "tasks"));
SCX_METRICS(Domain, "a domain", gauge(&Domain::first_cid, "first_cid", "its first cid"),
            gauge(&Domain::nr_cids, "nr_cids", "its cids"),
            gauge(&Domain::nr_active, "nr_active", "of them in use"),
            gauge(&Domain::queued, "queued", "tasks that wait"),
            gauge(&Domain::util, "util", "busy").unit("%"), gauge(&Domain::load, "load", "load"));
SCX_METRICS(Domains, "the domains", field(&Domains::doms, "doms", "by number"));
SCX_METRICS(SysStats, "the machine", gauge(&SysStats::mseq, "mseq", "answers"),
            gauge(&SysStats::nr_queued_task, "nr_queued_task", "tasks that wait"),
            gauge(&SysStats::nr_active, "nr_active", "cids in use"),
            counter(&SysStats::nr_sched, "nr_sched", "context switches"),
            counter(&SysStats::nr_preempt, "nr_preempt", "preemptions"),
            gauge(&SysStats::pc_lc, "pc_lc", "latency-critical").unit("%"),
            gauge(&SysStats::pc_big, "pc_big", "on big cores").unit("%"),
            field(&SysStats::power_mode, "power_mode", "mode"));
SCX_METRICS(SchedSample, "a task", top(), gauge(&SchedSample::pid, "pid", "thread"),
            field(&SchedSample::comm, "comm", "name"), field(&SchedSample::stat, "stat", "state"),
            gauge(&SchedSample::cpu_id, "cpu_id", "CPU"),
            field(&SchedSample::waker_comm, "waker_comm", "who woke it"),
            gauge(&SchedSample::slice_wall, "slice_wall", "slice").unit("ns"),
            gauge(&SchedSample::lat_cri, "lat_cri", "latency criticality"),
            gauge(&SchedSample::run_freq, "run_freq", "runs"),
            gauge(&SchedSample::avg_runtime_wall, "avg_runtime_wall", "run time").unit("ns"),
            gauge(&SchedSample::wait_freq, "wait_freq", "waits"),
            gauge(&SchedSample::wake_freq, "wake_freq", "wake-ups"));
SCX_METRICS(SchedSamples, "tasks", field(&SchedSamples::samples, "samples", "tasks"));
SCX_METRICS(BpfStats, "as rustland's",
            gauge(&BpfStats::nr_user_dispatches, "nr_user_dispatches", "by user space"),
            gauge(&BpfStats::nr_kernel_dispatches, "nr_kernel_dispatches", "by the kernel"),
            gauge(&BpfStats::load, "load", "load"));

constexpr int kLlcCids = 32, kBigCids = 16, kCids = 256, kOnline = 254;

MachineCid machine_cid(int cid) {
  const int llc = cid / kLlcCids, in_llc = cid % kLlcCids;
  const bool big = in_llc < kBigCids, online = cid < kOnline;
  MachineCid made{.cid = cid, .cpu = cid};
  if (!online) return made;
  made.core = llc * 24 + (big ? in_llc / 2 : in_llc - 8);
  made.llc = llc;
  made.node = llc / 4;
  made.domain = llc * 2 + (big ? 0 : 1);
  made.tier = big ? 0 : 1;
  made.capacity = big ? 1024 : 512;
  made.smt = big ? in_llc % 2 : 0;
  return made;
}

Machine machine() {
  Machine made;
  for (int cid = 0; cid < kCids; ++cid) made.cids.push_back(machine_cid(cid));
  return made;
}

// Busier the further down, the first LLC most of all; big cores before little ones.
double util(int cid) {
  const int llc = cid / kLlcCids, in_llc = cid % kLlcCids;
  if (cid >= kOnline) return -1;
  const double most = 100.0 - 13.0 * llc;
  return std::max(0.0, in_llc < kBigCids ? most - in_llc % 5 * 9 : most - 45 - in_llc % 7 * 6);
}

Cids cids() {
  Cids made;
  for (int cid = 0; cid < kCids; ++cid) {
    made.util.push_back(util(cid));
    made.nr_sched.push_back(cid < kOnline ? static_cast<std::uint64_t>(util(cid) * 20) : 0);
  }
  return made;
}

Latency latency() {
  return {.upper_us = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 0},
          .count = {0, 812, 4210, 9133, 6021, 2210, 730, 204, 61, 0, 7, 0}};
}

Domains domains() {
  Domains made;
  for (std::uint64_t domain = 0; domain < 16; ++domain) {
    const bool big = domain % 2 == 0;
    const double busy = std::max(0.0, 90.0 - 6.5 * static_cast<double>(domain));
    made.doms[domain] = {.first_cid = domain * 16,
                         .nr_cids = 16,
                         .nr_active = big ? 16u : 4u,
                         .queued = 15 - domain,
                         .util = busy,
                         .load = busy * 10.24};
  }
  return made;
}

SysStats sys_stats(std::uint64_t asked) {
  return {.mseq = asked,
          .nr_queued_task = 17,
          .nr_active = 160,
          .nr_sched = 123456 * asked,
          .nr_preempt = 444 * asked,
          .pc_lc = 49.48,
          .pc_big = 88.1};
}

SchedSamples samples() {
  SchedSamples made;
  const char* names[] = {"pipewire", "Xwayland", "kwin_wayland",   "make",
                         "cc1plus",  "firefox",  "irq/45-nvme0q3", "scx_test"};
  for (std::int32_t i = 0; i < 8; ++i) {
    const auto n = static_cast<std::uint64_t>(i);
    made.samples.push_back({.pid = 1000 + i,
                            .comm = names[i],
                            .stat = i < 4 ? "LHBE" : "RITE",
                            .cpu_id = static_cast<std::uint32_t>(7 * i),
                            .waker_comm = names[7 - i],
                            .slice_wall = 500000 * (n + 1),
                            .lat_cri = 9000 / (n + 1),
                            .run_freq = 100 * (8 - n),
                            .avg_runtime_wall = 12000 * (n + 1) * (n + 1),
                            .wait_freq = 10 * n,
                            .wake_freq = 33 * (n % 3)});
  }
  return made;
}

}  // namespace

stats::Service big_machine() {
  stats::Service service;
  service.add<SysStats>(
      "top", [asked = std::make_shared<std::uint64_t>(0)] { return sys_stats(++*asked); });
  service.add<Machine>("machine", machine);
  service.add<Cids>("cids", cids);
  service.add<Latency>("latency", latency);
  service.add<Domains>("domains", domains);
  service.add("sched_samples", stats::Schema::of<SchedSample>(), [] {
    return [](const stats::Args&) -> Result<stats::Json> { return stats::to_json(samples()); };
  });
  return service;
}

stats::Service rust_like() {
  stats::Service service;
  service.add<BpfStats>("top", [asked = std::make_shared<std::uint64_t>(0)] {
    ++*asked;
    return BpfStats{1000 * *asked, 20000 * *asked, 0.25};
  });
  return service;
}

}  // namespace scx::scxtop::test
