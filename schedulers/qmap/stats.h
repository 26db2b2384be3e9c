// SPDX-License-Identifier: GPL-2.0-only
//
// scx_qmap's statistics: what is read off the scheduler at one moment, what is served, and how the
// one follows from two of the other.
//
// Counters are since the scheduler's start; --stats and --monitor show their rate beside them.
// Shares and sub-schedulers are about the time since the same client's previous request.
#pragma once

#include <scx/stats/metrics.h>

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "intf.h"

namespace qmap {

// The scheduler at one moment.
struct Reading {
  qmap_counts counts = {};
  std::array<std::uint64_t, QMAP_QUEUES> queued = {};
  std::uint64_t nr_tasks = 0;
  qmap_perf perf = {};
  qmap_partition partition = {};
  std::array<qmap_part, QMAP_PARTS> parts = {};
  std::vector<std::uint32_t> owners = {};  // by cid, as in qmap_cid
};

// BPF adds up cid-time from the first partition on, and only when the partition changes: this adds
// what has passed since, up to now_ns of the monotonic clock.
void bring_up_to_date(Reading& reading, std::uint64_t now_ns);

struct Queue {
  std::string weights;
  std::uint64_t queued = 0;
  std::uint64_t enqueued = 0;
  std::uint64_t dispatched = 0;
  double share = 0;
};

struct Expedited {
  std::uint64_t local = 0, remote = 0, lost = 0, timer = 0;
};

struct Reenqueued {
  std::uint64_t unknown = 0, kfunc = 0, immed = 0, preempted = 0, cap = 0, cid0 = 0;
};

struct Perf {
  std::uint32_t min = 0, avg = 0, max = 0;
};

struct Participant {
  std::uint64_t cgroup = 0;
  std::uint32_t weight = 0;
  double time = 0;
  double dispatches = 0;
  std::string cids;
};

struct Stats {
  std::uint64_t nr_tasks = 0;
  std::uint64_t nr_queued = 0;
  std::uint64_t nr_highpri = 0;
  std::uint64_t direct = 0, direct_from_enqueue = 0;
  std::uint64_t dequeued = 0, core_sched = 0, gone = 0, lowpri = 0;
  std::uint64_t rescued = 0, injected = 0, immed_forced = 0, withheld = 0;
  Expedited expedited;
  Reenqueued reenqueued;
  std::array<Queue, QMAP_QUEUES> queues;
  std::map<std::string, Perf> cpuperf;
  std::string pool;
  std::string pool_holder;
  std::map<std::string, Participant> participants;
};

// What is served after `now`, where the previous reading was `before` (Reading{} for the first).
Stats compare(const Reading& before, const Reading& now);

SCX_METRICS(Queue, "one of the five queues",
            field(&Queue::weights, "weights", "Weights of its tasks; 100 is nice 0"),
            gauge(&Queue::queued, "queued", "Tasks that wait in it"),
            counter(&Queue::enqueued, "enqueued", "Tasks put into it"),
            counter(&Queue::dispatched, "dispatched", "Tasks taken out of it to run"),
            gauge(&Queue::share, "share", "Of the tasks taken out of all queues").unit("%"));

SCX_METRICS(Expedited, "tasks of nice -20 that overtook others (--boost)",
            counter(&Expedited::local, "local", "To the CPU that looked"),
            counter(&Expedited::remote, "remote", "To another CPU"),
            counter(&Expedited::lost, "lost", "Not, as another CPU had taken them meanwhile"),
            counter(&Expedited::timer, "timer", "By the monitor timer"));

SCX_METRICS(Reenqueued, "tasks that the kernel handed back, by reason",
            counter(&Reenqueued::unknown, "unknown", "This kernel does not say why"),
            counter(&Reenqueued::kfunc, "kfunc", "A scheduler asked for it"),
            counter(&Reenqueued::immed, "immed", "They could not run at once"),
            counter(&Reenqueued::preempted, "preempted", "Another scheduling class took the CPU"),
            counter(&Reenqueued::cap, "cap", "This scheduler does not hold the cid"),
            counter(&Reenqueued::cid0, "cid0", "Of all these, on cid 0"));

SCX_METRICS(Perf, "performance of the CPUs, of 1024",
            gauge(&Perf::min, "min", "Lowest of the online CPUs"),
            gauge(&Perf::avg, "avg", "Their average"), gauge(&Perf::max, "max", "Highest"));

SCX_METRICS(Participant, "who has a part of this scheduler's cids",
            gauge(&Participant::cgroup, "cgroup", "Id of the cgroup; 0: the root"),
            gauge(&Participant::weight, "weight",
                  "cpu.weight; always 100 for the scheduler itself"),
            gauge(&Participant::time, "time", "Cid-time it had: so many cids on average"),
            gauge(&Participant::dispatches, "dispatches",
                  "Times that its dispatch was asked and found something")
                .unit("/s"),
            field(&Participant::cids, "cids", "The cids it has for itself"));

SCX_METRICS(
    Stats, "what scx_qmap does",
    gauge(&Stats::nr_tasks, "nr_tasks", "Tasks that the scheduler looks after"),
    gauge(&Stats::nr_queued, "nr_queued", "Tasks that wait in the five queues"),
    gauge(&Stats::nr_highpri, "nr_highpri", "Tasks queued that --boost will let overtake"),
    counter(&Stats::direct, "direct", "Tasks sent to an idle CPU that select_cid chose"),
    counter(&Stats::direct_from_enqueue, "direct_from_enqueue",
            "Tasks sent to an idle CPU that enqueue chose"),
    counter(&Stats::dequeued, "dequeued", "Calls of dequeue"),
    counter(&Stats::core_sched, "core_sched", "Of these, for a task that core scheduling picked"),
    counter(&Stats::gone, "gone", "Tasks taken out of a queue that had ended"),
    counter(&Stats::lowpri, "lowpri", "Tasks of nice 19 put aside until the timer"),
    counter(&Stats::rescued, "rescued", "Tasks sent to a cid not held, for the kernel's rescue"),
    counter(&Stats::injected, "injected", "Of these, by --inject wrong-cid"),
    counter(&Stats::immed_forced, "immed_forced", "Tasks sent to a busy CPU by --immed-stress"),
    counter(&Stats::withheld, "withheld", "Tasks never run, by --stall-user and --stall-kernel"),
    field(&Stats::expedited, "expedited", "Tasks of nice -20 that overtook others"),
    field(&Stats::reenqueued, "reenqueued", "Tasks that the kernel handed back, by reason"),
    field(&Stats::queues, "queues", "The five queues, lightest tasks first"),
    field(&Stats::cpuperf, "cpuperf", "Performance as the kernel sees it and as it was asked for"),
    field(&Stats::pool, "pool", "Cids whose time is shared; -: none"),
    field(&Stats::pool_holder, "pool_holder", "Whose turn it is to have them; -: nobody's"),
    field(&Stats::participants, "participants",
          "This scheduler and its sub-schedulers; none where there are no sub-schedulers"));

}  // namespace qmap
