// SPDX-License-Identifier: GPL-2.0-only
//
// --timeline: a simulation as Chrome's trace events in JSON, which ui.perfetto.dev opens. A process
// for each LLC, a thread in it for each cid; a slice for each time that a task runs there; instants
// for wake-ups, moves and preemptions; counters for queues, idle CPUs and tasks that wait. Written
// as it happens: of a long run no more is kept than of a short one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "output_file.h"
#include "scx/framework/machine.h"
#include "scx/sim/simulation.h"
#include "window.h"

namespace scx::scxsim {

class Timeline : public sim::Observer {
 public:
  Timeline(OutputFile file, const Machine& machine, const sim::Workload& workload,
           const Window& window);

  void started(const Start& start) override;
  void stopped(const Stop& stop) override;
  void woke(const Wake& wake) override;
  void queued(const Queue& queue) override;
  void counting(std::uint64_t at_ns) override;
  void detached(std::uint64_t at_ns, const std::string& why) override;
  void attached(std::uint64_t at_ns) override;
  void ended(std::uint64_t at_ns) override;

  // Requires: ended. Writes what ended it, where it did not just finish. Errors: those of writing.
  Status finish(const sim::Outcome& outcome);

 private:
  struct Lane {
    std::int32_t process = 0;
    bool busy = false;
    std::uint64_t since_ns = 0, waited_ns = 0;
    std::int32_t pid = 0;
    int kind = 0;
  };
  // Written when time passes, so that what comes and goes at one point in time takes no room.
  struct Counter {
    std::int32_t process;
    std::string name;  // quoted
    std::int64_t value = 0, written = -1;
    std::uint64_t changed_ns = 0;
    bool pending = false;
  };

  Lane& lane(std::int32_t cid) { return lanes_[static_cast<std::size_t>(cid)]; }
  void describe(const Machine& machine);
  void event(std::string_view text);
  void instant(std::uint64_t at_ns, std::int32_t cid, std::string_view what, std::string_view name,
               std::int32_t pid);
  void global_instant(std::uint64_t at_ns, std::string_view name);
  void slice(std::uint64_t to_ns, std::int32_t cid, std::string_view end);
  std::size_t counter(std::int32_t process, const std::string& name);
  void count(std::uint64_t at_ns, std::size_t counter, std::int64_t value);
  void pass(std::uint64_t at_ns);
  void flush_counters();
  std::uint64_t& ready_since(std::int32_t pid);

  OutputFile file_;
  Window window_;
  std::vector<std::string> names_;  // of kinds, quoted
  std::vector<Lane> lanes_;         // by cid
  std::vector<Counter> counters_;
  std::map<std::pair<std::uint64_t, std::int32_t>, std::size_t> queues_;
  std::vector<std::size_t> pending_;
  std::vector<std::uint64_t> ready_since_;  // by pid
  std::size_t waiting_, idle_;              // counters
  std::int64_t nr_waiting_ = 0, nr_idle_;
  std::uint64_t now_ = 0;
  bool first_ = true;
};

}  // namespace scx::scxsim
