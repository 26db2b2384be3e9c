// SPDX-License-Identifier: GPL-2.0-only
#include "own_targets.h"

#include <memory>
#include <utility>

#include "cids_target.h"
#include "latency_target.h"
#include "machine_target.h"
#include "scx/framework/kernel.h"

namespace scx {
namespace {

using Clock = CurrentSession::Clock;
using Run = CurrentSession::Run;

template <stats::Metrics T>
void offer(stats::Service& service, const std::string& name, stats::Opener open) {
  if (service.targets().contains(name)) return;
  stats::Service more = service;
  more.add(name, stats::Schema::of<T>(), std::move(open));
  if (more.status()) service = std::move(more);
}

stats::Opener open_machine(CurrentSession& current, const std::string& scheduler) {
  return [&current, scheduler] {
    return [&current, scheduler](const stats::Args&) {
      return current.with([&scheduler](const Run& run) -> Result<stats::Json> {
        return stats::to_json(
            targets::describe(run.session.machine(), scheduler, kernel_release()));
      });
    };
  };
}

stats::Opener open_cids(CurrentSession& current) {
  return [&current] {
    return [&current,
            reader = targets::CidsReader()](const stats::Args&) mutable -> Result<stats::Json> {
      const std::string text = SCX_TRY(read_cpu_times());
      return current.with([&](const Run& run) -> Result<stats::Json> {
        const Machine& machine = run.session.machine();
        const auto nr_cpu_ids = static_cast<std::size_t>(machine.topology.nr_cpu_ids());
        const auto times = parse_cpu_times(text, nr_cpu_ids);
        return stats::to_json(
            reader.read({run.number, run.since, Clock::now(), machine.cids.cid_to_cpu(), times,
                         run.session.schedules()}));
      });
    };
  };
}

// The watch lives as long as the connection.
stats::Opener open_latency(CurrentSession& current) {
  return [&current] {
    return [&current, reader = targets::LatencyReader(),
            watch = std::make_unique<CurrentSession::LatencyWatch>(current)](
               const stats::Args&) mutable {
      return current.with([&reader](const Run& run) -> Result<stats::Json> {
        return stats::to_json(
            reader.read(run.number, run.since, Clock::now(), run.session.latency()));
      });
    };
  };
}

}  // namespace

void add_own_targets(stats::Service& service, CurrentSession& current, const std::string& scheduler,
                     bool measures_latency) {
  offer<targets::Machine>(service, "machine", open_machine(current, scheduler));
  offer<targets::Cids>(service, "cids", open_cids(current));
  if (measures_latency) offer<targets::Latency>(service, "latency", open_latency(current));
}

}  // namespace scx
